import type { Clock } from '../protocol/clock.js';
import type { FreeLogger, LogFields, LogLevel } from '../protocol/log.js';

const ranks: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** Where records go; a subset of a Node stream. */
export interface LogSink {
  readonly write: (text: string) => boolean;
  readonly writableLength: number;
}

/** Above this many unread bytes a slow reader of the log loses debug records, above four times as many all. */
const HIGH_WATER_BYTES = 4 * 1024 * 1024;

/**
 * One JSON object a line: time, level, msg (the event's name), then the fields. Never throws, and never lets a reader
 * that stopped reading fill the memory: lost records are counted, and the count is told in the next one that is printed.
 */
export function jsonLog(clock: Clock, level: LogLevel, sink: LogSink): FreeLogger {
  let lost = 0;
  const enabled = (wanted: LogLevel) => ranks[wanted] >= ranks[level];
  return {
    enabled,
    log: (wanted, event, fields = {}) => {
      if (!enabled(wanted)) return;
      const limit = wanted === 'debug' ? HIGH_WATER_BYTES : 4 * HIGH_WATER_BYTES;
      if (sink.writableLength > limit) {
        lost++;
        return;
      }
      const head = { time: new Date(clock.now()).toISOString(), level: wanted, msg: event };
      const record = lost > 0 ? { ...head, ...fields, lostRecords: lost } : { ...head, ...fields };
      lost = 0;
      sink.write(`${stringify(record, head)}\n`);
    },
  };
}

function stringify(record: LogFields, head: LogFields): string {
  try {
    return JSON.stringify(record, plain);
  } catch {
    // A cycle, or a getter that throws. That something happened matters more than what it carried.
    return JSON.stringify({ ...head, fields: 'not printable' });
  }
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Map) return Object.fromEntries(value);
  if (value instanceof Set) return [...value];
  if (value instanceof Error) return value.message;
  return value;
}
