import { logLevels } from '../domain/events/event.js';
import type { Clock } from '../protocol/clock.js';
import type { FreeLogger, LogFields, LogLevel } from '../protocol/log.js';
import type { LineSink } from './line-sink.js';

/** One thing to be printed. */
export interface LogRecord {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly level: LogLevel;
  readonly event: string;
  readonly fields: LogFields;
}

/** Writes a record as a line, or as several for people, without the last line break. It never throws. */
export type LineFormat = (record: LogRecord) => string;

export interface LineLogOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** Records below it are not printed. */
  readonly level: LogLevel;
  readonly sink: LineSink;
  readonly format: LineFormat;
  /** What stands before each line of a record of that level; default nothing. */
  readonly prefix?: (level: LogLevel) => string;
  /** Told once when records begin to be lost for another reason than a reader that has gone. */
  readonly onFailure?: (error: NodeJS.ErrnoException) => void;
}

/** A log whose level can be changed while it runs. */
export interface LineLog extends FreeLogger {
  readonly setLevel: (level: LogLevel) => void;
}

/** Above this many unread bytes a slow reader of the log loses debug records, above four times as many all. */
const HIGH_WATER_BYTES = 4 * 1024 * 1024;

/**
 * Prints each record as the format says. Never throws, and never lets a reader that stopped reading fill the memory.
 * Every record that was not printed as a whole counts as lost, and their number is told in the next one that is. Behind a
 * line that may be torn the next one begins on a line of its own.
 */
export function lineLog({
  clock,
  level,
  sink,
  format,
  prefix = () => '',
  onFailure = () => {},
}: LineLogOptions): LineLog {
  let least = logLevels.indexOf(level);
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
      const told = lost;
      lost = 0;
      const at = clock.now();
      const text = format({
        at,
        level: wanted,
        event,
        fields: told > 0 ? { ...fields, lostRecords: told } : fields,
      });
      const before = prefix(wanted);
      print(before === '' ? text : `${before}${text.replaceAll('\n', `\n${before}`)}`, told);
    },
    setLevel: (wanted) => {
      least = logLevels.indexOf(wanted);
    },
  };
}
