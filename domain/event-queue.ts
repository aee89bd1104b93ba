import { stateOf, type ToldEvent } from './events.js';

/**
 * What waits for one subscriber, bounded. When it is full, states that a later event in the queue tells anew go first;
 * then, oldest first, events that tell no state. So a subscriber who slept for long still learns, in order, what is
 * true now. How many he did not get is counted. States of different things are never dropped for each other: the queue
 * holds as many as there are things.
 */
export class EventQueue {
  readonly #capacity: number;
  #events: ToldEvent[] = [];
  #lost = 0;
  /** At this length it is looked for what can go. */
  #crowded: number;

  /** `capacity` >= 2. */
  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#crowded = capacity;
  }

  get length(): number {
    return this.#events.length;
  }

  /** How many were dropped since the last take. */
  get lost(): number {
    return this.#lost;
  }

  push(told: ToldEvent): void {
    this.#events.push(told);
    if (this.#events.length > this.#crowded) this.#thin();
  }

  /** The oldest ones, and how many were dropped before the last of them. */
  take(atMost: number): { readonly events: readonly ToldEvent[]; readonly lost: number } {
    const events = this.#events.slice(0, atMost);
    const lost = this.#lost;
    this.#events = this.#events.slice(events.length);
    this.#lost = 0;
    this.#crowded = Math.max(this.#capacity, 2 * this.#states());
    return { events, lost };
  }

  /** Half of the room is made free at once, so that a full queue is not looked through at every push. */
  #thin(): void {
    const before = this.#events.length;
    const last = new Map<string, ToldEvent>();
    for (const told of this.#events) {
      const key = keyOf(told);
      if (key !== null) last.set(key, told);
    }
    const news = new Set(last.values());
    let surplus = before - Math.max(Math.floor(this.#capacity / 2), 1);
    const kept = this.#events.filter((told) => {
      if (news.has(told)) return true;
      const old = keyOf(told) !== null;
      if (!old && surplus <= 0) return true;
      surplus--;
      return false;
    });
    this.#events = kept;
    this.#lost += before - kept.length;
    this.#crowded = Math.max(this.#capacity, 2 * news.size);
  }

  #states(): number {
    const keys = new Set<string>();
    for (const told of this.#events) {
      const key = keyOf(told);
      if (key !== null) keys.add(key);
    }
    return keys.size;
  }
}

/** Of the thing whose state it tells; null: of none. */
function keyOf({ event }: ToldEvent): string | null {
  const state = stateOf(event);
  return state === null ? null : `${state.topic} ${state.thing}`;
}
