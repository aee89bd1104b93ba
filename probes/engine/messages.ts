import type { ErrorCode } from '../../domain/errors.js';
import type { ProbeFinding, ProbeResult } from '../../domain/probe-result.js';
import type { ProbeTarget } from '../target.js';
import type { TrustGrounds } from '../trust.js';

/** What a worker is started with. */
export interface WorkerOrder {
  readonly netns: string;
  readonly trust: TrustGrounds;
  readonly maxUnderWay: number;
  readonly maxWaiting: number;
  /** The memory of a Board. */
  readonly board: SharedArrayBuffer;
}

/** What a worker is told to do, in this order; several steps travel in one message. */
export type Step =
  /** Targets have numbers, which are never used again. */
  | { readonly type: 'know'; readonly number: number; readonly target: ProbeTarget }
  | { readonly type: 'forget'; readonly number: number }
  /** The id of a probe, which its result carries, the number of its target, the next id, and so on. */
  | { readonly type: 'start'; readonly probes: readonly number[] }
  /** No result is wanted any more. */
  | { readonly type: 'cancel'; readonly id: number }
  /** Release everything and end. */
  | { readonly type: 'stop' };

export type WorkerReport =
  | { readonly type: 'results'; readonly results: readonly PackedResults[] }
  /** Whether it can probe, said when that changes. */
  | { readonly type: 'trouble'; readonly trouble: WorkerTrouble | null };

export interface NumberedResult {
  readonly id: number;
  readonly result: ProbeResult;
}

/** Results that differ in their numbers only, as most passes do: what they have in common travels once. */
export interface PackedResults {
  readonly finding: ProbeFinding;
  /** The id of a probe, its duration in milliseconds, the next id, and so on. */
  readonly numbers: readonly number[];
}

/** A MaglevError on its way between threads. */
export interface WorkerTrouble {
  readonly code: ErrorCode;
  readonly error: string;
  readonly advice: string;
}
