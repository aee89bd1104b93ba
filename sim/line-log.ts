import type { Clock } from '../protocol/clock.js';
import type { FreeLogger, LogLevel } from '../protocol/log.js';

export const logLevels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** Writes each record of at least `level` as one line of JSON. */
export function lineLog(level: LogLevel, clock: Clock, write: (line: string) => void): FreeLogger {
  const least = logLevels.indexOf(level);
  const enabled = (asked: LogLevel) => logLevels.indexOf(asked) >= least;
  return {
    enabled,
    log: (asked, event, fields = {}) => {
      if (!enabled(asked)) return;
      const time = new Date(clock.now()).toISOString();
      const record = { time, level: asked, event, ...fields };
      write(
        `${JSON.stringify(record, (_key, value) => (typeof value === 'bigint' ? String(value) : value))}\n`,
      );
    },
  };
}
