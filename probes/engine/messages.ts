import type { ErrorCode } from '../../domain/errors.js';
import type { ProbeFinding, ProbeResult } from '../../domain/probe-result.js';
import type { Counting } from '../../domain/standing-table.js';
import type { ProbeTarget } from '../target.js';
import type { TrustGrounds } from '../trust.js';
import type { RecentLimit, VppGrounds } from './contract.js';
import type { PackedNews } from './news.js';

/** What a worker is started with. */
export interface WorkerOrder {
  readonly netns: string;
  readonly trust: TrustGrounds;
  readonly maxUnderWay: number;
  readonly recent: RecentLimit | null;
  /** So that nobody takes a ticket of the worker before for one of this. */
  readonly firstTicket: number;
  /** kernel: it sleeps in the kernel, and probes by bare descriptors; node: it probes by sockets of Node. */
  readonly io: 'kernel' | 'node';
  /** The memory of a Board. */
  readonly board: SharedArrayBuffer;
}

/** What a backend is, for a worker. `row` is its place in the book; `target` has a number, which is never used again. */
export interface WatchStep {
  readonly type: 'watch';
  readonly row: number;
  readonly number: number;
  readonly round: number;
  readonly target: ProbeTarget;
  readonly counting: Counting;
  /** By its number. */
  readonly standing: number;
  readonly startMs: number;
}

/** What a worker is told to do, in this order; several steps travel in one message. */
export type Step =
  /** A page of the book. */
  | { readonly type: 'page'; readonly index: number; readonly memory: SharedArrayBuffer }
  | WatchStep
  | {
      readonly type: 'retune';
      readonly row: number;
      readonly round: number;
      readonly target: ProbeTarget;
      readonly counting: Counting;
    }
  | { readonly type: 'forget'; readonly row: number }
  | {
      readonly type: 'settle';
      readonly row: number;
      readonly ticket: number;
      readonly doubt: ProbeResult | null;
    }
  | { readonly type: 'vpp'; readonly grounds: VppGrounds | null }
  /** The next result of everybody is news, whatever it is. */
  | { readonly type: 'retell' }
  /** Tell of every probe that begins or ends, or not. */
  | { readonly type: 'trace'; readonly on: boolean }
  /** Release everything and end. */
  | { readonly type: 'stop' };

export type WorkerReport =
  | { readonly type: 'news'; readonly news: readonly PackedNews[] }
  | { readonly type: 'trace'; readonly trace: readonly Traced[] }
  /** Whether it can probe, said when that changes. */
  | { readonly type: 'trouble'; readonly trouble: WorkerTrouble | null };

/** A probe that begins (null), or has ended. */
export interface Traced {
  readonly row: number;
  readonly finding: ProbeFinding | null;
  readonly durationMs: number;
}

/** A MaglevError on its way between threads. */
export interface WorkerTrouble {
  readonly code: ErrorCode;
  readonly error: string;
  readonly advice: string;
}
