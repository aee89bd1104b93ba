import type { MailboxPolicy } from './contract.js';
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
 * The queue of one actor, with the policy of its type. It outlives incarnations.
 * Invariant: a bounded mailbox never holds more than its capacity.
 */
export class Mailbox<M> {
  readonly #policy: MailboxPolicy<M>;
  #queue = new Fifo<Envelope<M>>();
  /** coalesce only: the ticket of the one message of each key, and the keys of the messages that have one. */
  readonly #tickets = new Map<string, number>();
  readonly #keys = new Map<Envelope<M>, string>();

  /** RangeError when the capacity is not a whole number of at least 1. */
  constructor(policy: MailboxPolicy<M>) {
    if (policy.kind !== 'unbounded' && !(Number.isInteger(policy.capacity) && policy.capacity >= 1)) {
      throw new RangeError(`the capacity of a mailbox is a whole number from 1 up, not ${policy.capacity}`);
    }
    this.#policy = policy;
  }

  get size(): number {
    return this.#queue.size;
  }

  get bounded(): boolean {
    return this.#policy.kind !== 'unbounded';
  }

  /** Returns what is lost by it: null; an older message; or `envelope` itself, which then was not taken. */
  offer(envelope: Envelope<M>): Envelope<M> | null {
    switch (this.#policy.kind) {
      case 'unbounded':
        this.#queue.push(envelope);
        return null;
      case 'reject':
        if (this.#queue.size >= this.#policy.capacity) return envelope;
        this.#queue.push(envelope);
        return null;
      case 'drop-oldest': {
        const lost = this.#queue.size >= this.#policy.capacity ? this.take() : null;
        this.#queue.push(envelope);
        return lost;
      }
      case 'coalesce':
        return this.#coalesce(envelope, this.#policy.key(envelope.message), this.#policy.capacity);
    }
  }

  /** The oldest message; null when there is none. */
  take(): Envelope<M> | null {
    const envelope = this.#queue.shift() ?? null;
    if (this.#policy.kind === 'coalesce' && envelope !== null) this.#forgetKey(envelope);
    return envelope;
  }

  /** Takes out every message for which `unwanted` holds, in order; the others keep their order. */
  remove(unwanted: (envelope: Envelope<M>) => boolean): Envelope<M>[] {
    const removed: Envelope<M>[] = [];
    const before = this.#queue;
    this.#queue = new Fifo();
    for (let envelope = before.shift(); envelope !== undefined; envelope = before.shift()) {
      if (unwanted(envelope)) {
        this.#forgetKey(envelope);
        removed.push(envelope);
      } else {
        const ticket = this.#queue.push(envelope);
        const key = this.#keys.get(envelope);
        if (key !== undefined) this.#tickets.set(key, ticket);
      }
    }
    return removed;
  }

  #coalesce(envelope: Envelope<M>, key: string | null, capacity: number): Envelope<M> | null {
    const ticket = key === null ? undefined : this.#tickets.get(key);
    if (key !== null && ticket !== undefined) {
      const older = this.#queue.replace(ticket, envelope);
      this.#keys.delete(older);
      this.#keys.set(envelope, key);
      return older;
    }
    if (this.#queue.size >= capacity) return envelope;
    const pushed = this.#queue.push(envelope);
    if (key !== null) {
      this.#tickets.set(key, pushed);
      this.#keys.set(envelope, key);
    }
    return null;
  }

  #forgetKey(envelope: Envelope<M>): void {
    const key = this.#keys.get(envelope);
    if (key === undefined) return;
    this.#keys.delete(envelope);
    this.#tickets.delete(key);
  }
}
