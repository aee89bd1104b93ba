export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** What a log record can carry: anything that JSON can. bigint is printed as a decimal number. */
export type LogFields = Readonly<Record<string, unknown>>;

/** One sink for all records of a process. Never throws. */
export interface Logger {
  /** Is `level` printed? Ask before building expensive fields. */
  readonly enabled: (level: LogLevel) => boolean;
  /** `event` is the fixed, documented name of what happened (docs/user-guide.md lists them). */
  readonly log: (level: LogLevel, event: string, fields?: LogFields) => void;
}
