import { levelRanks } from '../domain/event-filter.js';
import { eventCatalogue, type LogLevel, type MaglevEvent, type ToldEvent } from '../domain/events.js';
import type { Address } from '../protocol/address.js';
import type { Clock } from '../protocol/clock.js';
import type { EventTold, ListenToEvents } from '../protocol/events.js';
import type { FreeLogger, Logger } from '../protocol/log.js';

/** Events that wait for somebody who collects them: those of the start, and of a restart of the collector. */
const WAITING_MAX = 10_000;

export interface Teller {
  /** Where everything is told: to the log, and to whoever collects events. */
  readonly log: Logger;
  /** Where a collector says what it wants to be told. */
  readonly source: Address<ListenToEvents>;
}

/**
 * The one source of the log and of the event stream. Events at info and above are numbered here, where they come into
 * being, so that a collector which is restarted goes on with the numbers that follow.
 */
export function teller(clock: Clock, printer: FreeLogger): Teller {
  let seq = 0;
  let collector: Address<EventTold> | null = null;
  let level: LogLevel = 'info';
  let waiting: ToldEvent[] = [];
  /** Telling may lead to telling: a message to a collector that has ended is an event too. */
  let telling = false;

  const tellAll = () => {
    if (telling) return;
    telling = true;
    while (collector !== null && waiting.length > 0) {
      const [told] = waiting;
      if (told === undefined || !collector.tell({ type: 'told', told })) {
        collector = null;
        break;
      }
      waiting.shift();
    }
    telling = false;
  };

  const collected = (event: MaglevEvent): boolean =>
    levelRanks[event.level] >= levelRanks[level] || eventCatalogue[event.name].state !== null;

  const log: Logger = {
    enabled: (wanted) => printer.enabled(wanted) || levelRanks[wanted] >= levelRanks[level],
    log: (at, name, ...[fields]) => {
      printer.log(at, name, fields);
      // The types of Logger.log keep the three together; the compiler cannot see that in their union.
      const event = { name, level: at, fields: fields ?? {} } as MaglevEvent;
      if (!collected(event)) return;
      waiting.push({ seq: at === 'debug' ? 0 : ++seq, at: clock.now(), event });
      if (waiting.length > WAITING_MAX) waiting = waiting.slice(-WAITING_MAX / 2);
      tellAll();
    },
  };
  const source: Address<ListenToEvents> = {
    name: 'teller',
    tell: (message) => {
      ({ collector, level } = message);
      tellAll();
      return true;
    },
  };
  return { log, source };
}
