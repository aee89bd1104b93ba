import { type EventFilter, wants } from './event-filter.js';
import { EventRing, type RingBounds } from './event-ring.js';
import { stateOf, type ToldEvent, type Topic } from './events.js';

/** What is kept for those who come later: some hours of a quiet fleet, the last minutes of a bad day. */
const RING = { events: 10_000, bytes: 8 * 1024 * 1024 };
const QUEUE = 5000;

/** Where to go on: behind an event that somebody has had. */
export interface EventPosition {
  /** Of which life of maglevd the number is: its `epoch`. */
  readonly epoch: string;
  readonly seq: number;
}

/** What somebody finds who begins to listen. */
export interface Recalled {
  /** Everything behind this number is to be told to him. */
  readonly from: number;
  /** Could he go on where he wanted? True also when he did not say where. */
  readonly resumed: boolean;
  /** What he has missed, when he goes on. */
  readonly missed: readonly ToldEvent[];
  /** What is true now, when he begins anew. */
  readonly states: readonly ToldEvent[];
}

/** The last events, and the present one of everything that has a state. */
export class EventMemory {
  /** Names this life of maglevd. */
  readonly epoch: string;
  readonly #ring: EventRing;
  /** By the name of whose state it is: with a text of its own for each of thousands it would take a fifth more. */
  readonly #states = new Map<Topic, Map<string, ToldEvent>>();
  #lastSeq = 0;
  #lastSubscriber = 0;
  /** So many may wait for one subscriber. */
  readonly queue: number;
  /** Events that subscribers did not get because they were slow. */
  lost = 0;

  constructor(epoch: string, bounds: RingBounds = RING, queue = QUEUE) {
    this.epoch = epoch;
    this.queue = queue;
    this.#ring = new EventRing(bounds);
  }

  /** A number that nobody has had in this life of maglevd: who asks with one of before a crash must not get another's events. */
  newSubscriber(): number {
    return ++this.#lastSubscriber;
  }

  keep(told: ToldEvent): void {
    if (told.seq > 0) {
      this.#ring.push(told);
      this.#lastSeq = told.seq;
    }
    const state = stateOf(told.event);
    if (state === null) return;
    const { topic, thing } = state;
    const states = this.#states.get(topic) ?? new Map<string, ToldEvent>();
    this.#states.set(topic, states);
    if (isGone(told)) states.delete(thing);
    else states.set(thing, told);
  }

  /** At most so many, oldest first. */
  latest(count: number): readonly ToldEvent[] {
    return this.#ring.latest(count);
  }

  /** `since`: null = from now on. What has been forgotten since then, or was another life's, cannot be gone on with. */
  recall(filter: EventFilter, since: EventPosition | null): Recalled {
    const wanted = (events: Iterable<ToldEvent>) => [...events].filter((told) => wants(filter, told));
    const missed = since === null || since.epoch !== this.epoch ? null : this.#since(since.seq);
    if (since === null || missed === null) {
      const states = [...this.#states.values()].flatMap((of) => wanted(of.values()));
      return { from: this.#lastSeq, resumed: since === null, missed: [], states };
    }
    return { from: since.seq, resumed: true, missed: wanted(missed), states: [] };
  }

  /** null: not all of it is kept any more, or it has not happened. */
  #since(seq: number): readonly ToldEvent[] | null {
    if (seq === this.#lastSeq) return [];
    return seq > this.#lastSeq ? null : this.#ring.since(seq);
  }
}

/** The thing is not there any more. */
function isGone({ event }: ToldEvent): boolean {
  return (
    (event.name === 'backend-transition' || event.name === 'frontend-transition') &&
    event.fields.to === 'removed'
  );
}
