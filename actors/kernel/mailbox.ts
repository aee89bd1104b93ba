import { Fifo } from './fifo.js';
import type { Question } from './question.js';

/** One message on its way. */
export interface Envelope<M> {
  readonly message: M;
  /** The question that the message carries, to be failed if the message is lost. */
  readonly question: Question | null;
  /** The incarnation that sent it to itself (timer, pipe, watch), with which it dies; null for anybody else. */
  readonly origin: object | null;
}

/**
 * The queue of one actor. It outlives incarnations.
 * Invariant: a bounded mailbox never holds more than its capacity.
 */
export class Mailbox<M> {
  readonly #capacity: number | null;
  #queue = new Fifo<Envelope<M>>();

  /** `capacity`: null = no limit. RangeError when it is not a whole number of at least 1. */
  constructor(capacity: number | null) {
    if (capacity !== null && !(Number.isInteger(capacity) && capacity >= 1)) {
      throw new RangeError(`the capacity of a mailbox is a whole number from 1 up, not ${capacity}`);
    }
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#queue.size;
  }

  get bounded(): boolean {
    return this.#capacity !== null;
  }

  /** False when it is full. */
  offer(envelope: Envelope<M>): boolean {
    if (this.#capacity !== null && this.#queue.size >= this.#capacity) return false;
    this.#queue.push(envelope);
    return true;
  }

  /** The oldest message; null when there is none. */
  take(): Envelope<M> | null {
    return this.#queue.shift() ?? null;
  }

  /** Takes out every message for which `unwanted` holds, in order; the others keep their order. */
  remove(unwanted: (envelope: Envelope<M>) => boolean): Envelope<M>[] {
    const removed: Envelope<M>[] = [];
    for (let left = this.#queue.size; left > 0; left -= 1) {
      const envelope = this.#queue.shift();
      if (envelope === undefined) break;
      if (unwanted(envelope)) removed.push(envelope);
      else this.#queue.push(envelope);
    }
    return removed;
  }
}
