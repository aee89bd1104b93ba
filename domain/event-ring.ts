import type { ToldEvent } from './events.js';

export interface RingBounds {
  readonly events: number;
  /** As weightOf reckons. */
  readonly bytes: number;
}

/** The last events, oldest first, bounded by their number and by the room that they take. */
export class EventRing {
  readonly #bounds: RingBounds;
  /** Those before the oldest one are forgotten: none of them is held any more. */
  #events: (ToldEvent | undefined)[] = [];
  /** Where the oldest one is. */
  #first = 0;
  #bytes = 0;

  constructor(bounds: RingBounds) {
    this.#bounds = bounds;
  }

  /** Events with a number only, in the order of their numbers. */
  push(told: ToldEvent): void {
    this.#events.push(told);
    this.#bytes += weightOf(told);
    const { events, bytes } = this.#bounds;
    while (this.#events.length - this.#first > events || this.#bytes > bytes) this.#drop();
    if (this.#first > 1024 && this.#first > this.#events.length / 2) {
      this.#events = this.#events.slice(this.#first);
      this.#first = 0;
    }
  }

  /** The last ones, at most so many, oldest first. */
  latest(count: number): readonly ToldEvent[] {
    return this.#from(this.#events.length - count);
  }

  /** Everything behind that number; null when some of it is not kept any more. */
  since(seq: number): readonly ToldEvent[] | null {
    const oldest = this.#events[this.#first]?.seq;
    if (oldest === undefined) return null;
    if (seq < oldest - 1) return null;
    return this.#from(this.#first + seq - oldest + 1);
  }

  #from(place: number): ToldEvent[] {
    return this.#events.slice(Math.max(this.#first, place)).filter((told) => told !== undefined);
  }

  #drop(): void {
    const oldest = this.#events[this.#first];
    if (oldest === undefined) return;
    this.#bytes -= weightOf(oldest);
    this.#events[this.#first++] = undefined;
  }
}

/** Roughly what an event takes of the memory, in bytes: quick rather than exact. */
export function weightOf({ event }: ToldEvent): number {
  let bytes = 200;
  for (const value of Object.values(event.fields))
    bytes += 50 + (typeof value === 'string' ? 2 * value.length : 0);
  return bytes;
}
