import type { Event } from '../rpc/generated/maglev.js';
import type { TimelineAnswer, TimelineEvent } from './contract.js';
import { milliseconds } from './moment.js';

/** Of one maglevd. */
const MOST_EVENTS = 10_000;
/** Characters of all of them together, about: a line of the log may be long. */
const MOST_CHARACTERS = 8 * 1024 * 1024;
/** Of one answer. */
const LONGEST_ANSWER = 2000;

/** An event as its log has it; null: it says nothing for a timeline. */
export function timelineEvent(event: Event, epoch: string): TimelineEvent | null {
  const about = event.event;
  const common = { seq: Number(event.seq), epoch, at: milliseconds(event.atNs) };
  switch (about?.$case) {
    case 'backend':
    case 'frontend':
      return {
        ...common,
        level: 'info',
        msg: `${about.$case}-transition`,
        attrs: Object.fromEntries(Object.entries(about.value).filter(([, value]) => value !== '')),
      };
    case 'log':
    case 'vpp':
    case 'sync':
    case 'config': {
      const { level, msg, attrs } = about.value;
      return {
        ...common,
        level,
        msg,
        attrs: Object.fromEntries(attrs.map(({ key, value }) => [key, value])),
      };
    }
    default:
      return null;
  }
}

/** What one maglevd told lately, oldest first. */
export class Timeline {
  #events: TimelineEvent[] = [];
  #sizes: number[] = [];
  #characters = 0;
  #completeSince: number;
  readonly #known = new Set<string>();

  /** `since`: from when on everything is heard, in ms since 1970. */
  constructor(since: number) {
    this.#completeSince = since;
  }

  /** False: it is there already. */
  add(event: TimelineEvent): boolean {
    const key = `${event.epoch} ${event.seq}`;
    if (this.#known.has(key)) return false;
    this.#known.add(key);
    const size = sizeOf(event);
    // Nearly always at the end: only what was told before we listened comes later.
    let place = this.#events.length;
    while (place > 0 && (this.#events[place - 1]?.at ?? 0) > event.at) place--;
    this.#events.splice(place, 0, event);
    this.#sizes.splice(place, 0, size);
    this.#characters += size;
    if (this.#events.length > MOST_EVENTS || this.#characters > MOST_CHARACTERS) this.#forget();
    return true;
  }

  /** Before this nothing is complete, in ms since 1970. */
  incompleteUntil(at: number): void {
    this.#completeSince = Math.max(this.#completeSince, at);
  }

  /** More is known of the past than was thought. */
  completeFrom(at: number): void {
    this.#completeSince = Math.min(this.#completeSince, at);
  }

  between(from: number, to: number, limit: number): TimelineAnswer {
    const found = this.#events.filter(({ at }) => at >= from && at <= to);
    const most = Math.min(limit, LONGEST_ANSWER);
    return {
      events: found.slice(Math.max(0, found.length - most)),
      completeSince: Number.isFinite(this.#completeSince) ? this.#completeSince : to,
      cut: found.length > most,
    };
  }

  /** A tenth at once: it costs the same, and is done a thousandth as often. */
  #forget(): void {
    const count = Math.ceil(this.#events.length / 10);
    for (const { epoch, seq } of this.#events.slice(0, count)) this.#known.delete(`${epoch} ${seq}`);
    for (const size of this.#sizes.slice(0, count)) this.#characters -= size;
    this.#events = this.#events.slice(count);
    this.#sizes = this.#sizes.slice(count);
    this.incompleteUntil(this.#events[0]?.at ?? 0);
  }
}

function sizeOf({ attrs }: TimelineEvent): number {
  return Object.entries(attrs).reduce((sum, [key, value]) => sum + key.length + value.length + 40, 100);
}
