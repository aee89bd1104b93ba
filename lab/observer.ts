import type { Applied } from '../domain/applied.js';
import type { LogLevel } from '../domain/events.js';
import type { BackendAction } from '../domain/operator.js';
import type { LogFields } from '../protocol/log.js';
import type { Death } from '../sim/server/api-server.js';
import type { ExecutedWrite } from '../sim/write-log.js';
import type { SeenVpp } from './seen.js';

/** A change to VPP, right after VPP has executed it. */
export interface WriteSeen {
  readonly write: ExecutedWrite;
  readonly before: SeenVpp;
  readonly after: SeenVpp;
}

/** Something that was asked of maglevd. */
export interface RequestSeen {
  readonly what: string;
  readonly askedAt: number;
  /** The process that was asked. */
  readonly pid: number;
}

/** What may be looked at while a day is played. Whoever looks says what is broken, and changes nothing. */
export interface Observer {
  readonly wrote?: (seen: WriteSeen) => void;
  /** An actor is about to take a message: there are hundreds in a second. */
  readonly took?: () => void;
  readonly told?: (level: LogLevel, event: string, fields: LogFields) => void;
  readonly vppDied?: (death: Death) => void;
  /** Was anybody watching? What a watcher got: numbers of events, how many it lost before the last of them. */
  readonly watched?: (watcher: number, seqs: readonly number[], lost: number) => void;
  /** A watcher begins, at this number. */
  readonly subscribed?: (watcher: number, from: number) => void;
  /** The process tells whoever has started it how it is. */
  readonly notified?: (lines: readonly string[]) => void;
  /** An operator was told that this is done, and what VPP has of it; flush: of its weight, which is 0 now, and of its flows. */
  readonly obeyed?: (backend: string, action: BackendAction | 'flush', applied: readonly Applied[]) => void;
  readonly ended?: (why: string) => void;
  /** Every second. */
  readonly second?: () => void;
}
