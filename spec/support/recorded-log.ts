import type { LogFields, Logger, LogLevel } from '../../protocol/log.js';

export interface LogRecord {
  readonly level: LogLevel;
  readonly event: string;
  readonly fields: LogFields;
}

/** A logger that keeps every record, debug included. */
export class RecordedLog implements Logger {
  readonly records: LogRecord[] = [];
  readonly enabled = () => true;
  readonly log = (level: LogLevel, event: string, fields: LogFields = {}) => {
    this.records.push({ level, event, fields });
  };

  of(event: string): LogRecord[] {
    return this.records.filter((record) => record.event === event);
  }
}
