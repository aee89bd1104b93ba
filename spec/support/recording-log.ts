import type { FreeLogger, LogFields, LogLevel } from '../../protocol/log.js';

export interface LogRecord {
  readonly level: LogLevel;
  readonly event: string;
  readonly fields: LogFields;
}

/** A logger that keeps every record, for a spec to look at. */
export interface RecordingLog extends FreeLogger {
  readonly records: LogRecord[];
  /** The records of one event. */
  readonly of: (event: string) => LogRecord[];
}

export function recordingLog(): RecordingLog {
  const records: LogRecord[] = [];
  return {
    records,
    enabled: () => true,
    log: (level, event, fields = {}) => {
      records.push({ level, event, fields });
    },
    of: (event) => records.filter((record) => record.event === event),
  };
}
