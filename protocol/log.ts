import type { EventName, FieldsOf, LevelOf, LogLevel } from '../domain/events.js';
import type { Reply } from './address.js';

export type { LogLevel };

/** What a log record can carry: anything that JSON can. bigint is printed as a decimal number. */
export type LogFields = Readonly<Record<string, unknown>>;

/** The fields may be left out where an event has none. */
type FieldsArgument<E extends EventName> = keyof FieldsOf<E> extends never ? [] : [fields: FieldsOf<E>];

/** One sink for all that maglevd tells. Never throws. */
export interface Logger {
  /** Is `level` told to anybody? Ask before building expensive fields. */
  readonly enabled: (level: LogLevel) => boolean;
  /** Tells one event of the catalogue (domain/events.ts). */
  readonly log: <E extends EventName>(level: LevelOf<E>, event: E, ...fields: FieldsArgument<E>) => void;
}

/** A sink for records that no catalogue knows: those of the simulator, and of specs. It serves as a Logger too. */
export interface FreeLogger {
  readonly enabled: (level: LogLevel) => boolean;
  readonly log: (level: LogLevel, event: string, fields?: LogFields) => void;
}

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
