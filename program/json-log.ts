import type { Clock } from '../protocol/clock.js';
import type { FreeLogger, LogFields, LogLevel } from '../protocol/log.js';
import type { LineSink } from './line-sink.js';

export const logLevels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

export interface JsonLogOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** Records below it are not printed. */
  readonly level: LogLevel;
  readonly sink: LineSink;
  /** The key of the event's name in each record. */
  readonly eventKey: 'msg' | 'event';
  /** What stands before a record of that level; default nothing. */
  readonly prefix?: (level: LogLevel) => string;
  /** Told once when records begin to be lost for another reason than a reader that has gone. */
  readonly onFailure?: (error: NodeJS.ErrnoException) => void;
}

/** Above this many unread bytes a slow reader of the log loses debug records, above four times as many all. */
const HIGH_WATER_BYTES = 4 * 1024 * 1024;

/**
 * One JSON object a line: time, level, the event's name, then the fields. Never throws, and never lets a reader that
 * stopped reading fill the memory. Every record that was not printed as a whole counts as lost, and their number is told
 * in the next one that is. Behind a line that may be torn the next one begins on a line of its own.
 */
export function jsonLog({
  clock,
  level,
  sink,
  eventKey,
  prefix = () => '',
  onFailure = () => {},
}: JsonLogOptions): FreeLogger {
  const least = logLevels.indexOf(level);
  let lost = 0;
  let torn = false;
  let failing = false;
  const enabled = (wanted: LogLevel) => logLevels.indexOf(wanted) >= least;

  const print = (line: string, told: number) => {
    const before = torn;
    torn = false;
    sink.write(`${before ? '\n' : ''}${line}\n`, (written) => {
      if (written.error === null) {
        failing = false;
        return;
      }
      if (written.lost) lost += told + 1;
      torn ||= written.torn ?? before;
      if (!failing && written.error.code !== 'EPIPE') onFailure(written.error);
      failing = true;
    });
  };

  return {
    enabled,
    log: (wanted, event, fields = {}) => {
      if (!enabled(wanted)) return;
      const limit = wanted === 'debug' ? HIGH_WATER_BYTES : 4 * HIGH_WATER_BYTES;
      if (sink.writableLength > limit) {
        lost++;
        return;
      }
      const head = { time: new Date(clock.now()).toISOString(), level: wanted, [eventKey]: event };
      const told = lost;
      lost = 0;
      const record = told > 0 ? { ...head, ...fields, lostRecords: told } : { ...head, ...fields };
      print(`${prefix(wanted)}${stringify(record, head)}`, told);
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
