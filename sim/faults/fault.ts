import { ipModule } from '../../binapi/generated/ip.js';
import { lbModule } from '../../binapi/generated/lb.js';
import { memclntModule } from '../../binapi/generated/memclnt.js';
import { vlibModule } from '../../binapi/generated/vlib.js';
import { vpeModule } from '../../binapi/generated/vpe.js';

/** What goes wrong. `execute`: is the request executed all the same? */
export type FaultAction =
  /** The process is gone at once, as after SIGKILL. */
  | { readonly kind: 'die'; readonly execute: boolean }
  /** The same, and it is back so long after: empty, or with what was configured before. */
  | { readonly kind: 'restart'; readonly execute: boolean; readonly ms: number; readonly withState: boolean }
  /** When it starts, it listens and accepts, but executes nothing for so long. */
  | { readonly kind: 'slow-start'; readonly ms: number }
  /** Reads and accepts, but answers nobody; for a time, after which everything is executed late, or for ever. */
  | { readonly kind: 'hang'; readonly ms: number | null }
  /** The client's connection is closed. */
  | { readonly kind: 'disconnect'; readonly execute: boolean }
  /** Answers with this return code and does nothing. */
  | { readonly kind: 'refuse'; readonly retval: number }
  /** Executes and never answers. */
  | { readonly kind: 'drop' }
  /** Executes at once; the answer, and everything for this client behind it, comes late. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** The same, until another client has got an answer, but no longer than this. */
  | { readonly kind: 'reorder'; readonly ms: number }
  /** Answers twice. */
  | { readonly kind: 'duplicate' }
  /** Answers with another context than asked. */
  | { readonly kind: 'wrong-context' }
  /** Sends so many bytes of the answer (half of it when null), then closes the connection. */
  | { readonly kind: 'partial'; readonly bytes: number | null }
  /** Sends so many random bytes instead of the answer. */
  | { readonly kind: 'garbage'; readonly bytes: number }
  /** Sends a frame header that announces 2 GiB instead of the answer. */
  | { readonly kind: 'oversize' };

/** Milliseconds since the fault was set; the second moment is outside, and may be Infinity. */
export interface FaultWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

/** When it goes wrong. */
export type FaultTrigger =
  | {
      readonly kind: 'message';
      /** Name of a request; null = any message. */
      readonly name: string | null;
      /** Which of them, counted from 1 when the fault is set; `to` may be Infinity. */
      readonly from: number;
      readonly to: number;
      /** Messages at other times are not counted. */
      readonly window: FaultWindow;
    }
  /** So long after the fault was set. */
  | { readonly kind: 'time'; readonly ms: number }
  /** When VPP starts; which times, counted from 1 when the fault is set. */
  | { readonly kind: 'start'; readonly from: number; readonly to: number };

export interface Fault {
  readonly action: FaultAction;
  readonly trigger: FaultTrigger;
  /** As it was written. */
  readonly text: string;
}

/** All requests that a fault can be about. */
export const requestNames: ReadonlySet<string> = new Set(
  [memclntModule, vlibModule, vpeModule, lbModule, ipModule]
    .flatMap((module) => module.messages)
    .filter((message) => message.kind === 'request')
    .map((message) => message.name),
);
