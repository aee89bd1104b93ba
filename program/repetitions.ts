import { plain } from '../domain/text.js';
import type { Cancel, Clock } from '../protocol/clock.js';
import type { FreeLogger, LogFields, LogLevel } from '../protocol/log.js';

export interface RepetitionBounds {
  /** So many of a kind are printed within the time; the others are counted. */
  readonly atMost: number;
  readonly withinMs: number;
  /** So many kinds are told apart; of what comes beyond, all is printed. */
  readonly kinds: number;
}

const usual: RepetitionBounds = { atMost: 10, withinMs: 10_000, kinds: 1000 };

/** Records that say the same within a while. */
interface Kind {
  printed: number;
  /** The last one that was not printed, and how many there were. */
  held: { readonly level: LogLevel; readonly event: string; readonly fields: LogFields } | null;
  count: number;
}

/** A log that is not flooded by something that happens again and again. */
export interface BoundedLog extends FreeLogger {
  /** Prints at once what is still to be told of repetitions. */
  readonly flush: () => void;
}

/**
 * Prints what comes through `log`, but of records that say the same (all but how long something took) only the first ones
 * within a while. The last of the others follows at the end of that time, with their number as `repeated`. Nothing at
 * debug is held: who asks for that wants all of it.
 */
export function boundRepetitions(
  log: FreeLogger,
  clock: Pick<Clock, 'schedule'>,
  { atMost, withinMs, kinds }: RepetitionBounds = usual,
): BoundedLog {
  const open = new Map<string, Kind>();
  let cancel: Cancel | null = null;
  const flush = () => {
    cancel?.();
    cancel = null;
    const ended = [...open.values()];
    open.clear();
    for (const { held, count } of ended) {
      if (held !== null) log.log(held.level, held.event, { ...held.fields, repeated: count });
    }
  };
  return {
    enabled: log.enabled,
    flush,
    log: (level, event, fields = {}) => {
      if (level === 'debug' || !log.enabled(level)) {
        log.log(level, event, fields);
        return;
      }
      const key = keyOf(level, event, fields);
      let kind = open.get(key);
      if (kind === undefined && open.size < kinds) {
        kind = { printed: 0, held: null, count: 0 };
        open.set(key, kind);
        cancel ??= clock.schedule(withinMs, flush);
      }
      if (kind === undefined || kind.printed < atMost) {
        if (kind !== undefined) kind.printed++;
        log.log(level, event, fields);
        return;
      }
      kind.held = { level, event, fields };
      kind.count++;
    },
  };
}

/** What a record says, without measured times. */
function keyOf(level: LogLevel, event: string, fields: LogFields): string {
  let said = `${level} ${event}`;
  for (const key in fields) {
    if (key === 'ms' || key.endsWith('Ms')) continue;
    const value = fields[key];
    // A length in front of a text keeps what is in it apart from what follows.
    said += typeof value === 'string' ? ` ${key} ${value.length} ${value}` : ` ${key} ${other(value)}`;
  }
  return said;
}

function other(value: unknown): string {
  if (typeof value !== 'object') return String(value);
  try {
    return JSON.stringify(value, plain);
  } catch {
    // A cycle, or a getter that throws.
    return 'not printable';
  }
}
