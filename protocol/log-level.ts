import type { Reply } from './address.js';
import type { LogLevel } from './log.js';

/** Told to whoever prints the log: what is below that level is not printed from now on. */
export interface PrintFrom {
  readonly type: 'print-from';
  readonly level: LogLevel;
}

/** What the log prints. */
export interface LogLevelState {
  readonly level: LogLevel;
  /** What maglevd was started with. */
  readonly configured: LogLevel;
  /** When it goes back to that, milliseconds since the epoch; null: it stays. */
  readonly until: number | null;
}

export type LogLevelRequest =
  | { readonly type: 'get-log-level'; readonly reply: Reply<LogLevelState> }
  | {
      readonly type: 'set-log-level';
      readonly level: LogLevel;
      /** After so many milliseconds it is what maglevd was started with; null: it stays until it is set again. */
      readonly forMs: number | null;
      /** Who asks. */
      readonly peer: string;
      readonly reply: Reply<LogLevelState>;
    };
