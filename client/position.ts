import type { Event } from '../rpc/generated/maglev.js';

/** Behind which event of which life of maglevd. */
export interface Position {
  /** Names a life of maglevd: numbers of another one say nothing. */
  readonly epoch: string;
  readonly seq: bigint;
}

/** The stream begins, or goes on after it was broken. */
export interface Connected {
  readonly kind: 'connected';
  readonly epoch: string;
  /** Everything behind this number that was asked for comes. */
  readonly fromSeq: bigint;
  /** So many items with `kind: 'state'` follow. */
  readonly states: number;
}

/** What was true when the stream began; nothing of it happens now. */
export interface StateItem {
  readonly kind: 'state';
  readonly event: Event;
}

/** Something happened. */
export interface EventItem {
  readonly kind: 'event';
  readonly event: Event;
  /** To go on behind it, even in another process; null when it is told at debug, and nobody can go on behind it. */
  readonly position: Position | null;
}

/** What happened between two streams is not kept any more. What is true now follows, as `state`. */
export interface Gap {
  readonly kind: 'gap';
  /**
   * `restarted`: another life of maglevd answers. `forgotten`: too much has happened meanwhile. `unfinished`: the stream
   * broke before it had said what was true.
   */
  readonly why: 'restarted' | 'forgotten' | 'unfinished';
}

/** Events were dropped right before the next one, because they were not taken fast enough. */
export interface Lagged {
  readonly kind: 'lagged';
  readonly count: bigint;
}

export type StreamItem = Connected | StateItem | EventItem | Gap | Lagged;

/** Where in what maglevd tells a client is: which streams it asks for, and what came of that. */
export class Bookmark {
  #position: Position | null;
  /** Of what is true at the beginning so much has not come yet. */
  #statesLeft = 0;
  /** Does another stream lie before this one? */
  #again: boolean;

  /** `from` null: from now on. */
  constructor(from: Position | null) {
    this.#position = from;
    this.#again = from !== null;
  }

  /** What to ask for: everything behind it; null = what is true, and what happens from now on. */
  get wanted(): Position | null {
    return this.#statesLeft > 0 ? null : this.#position;
  }

  /** Takes note of what came, and says what it is. */
  hear(event: Event): readonly StreamItem[] {
    const about = event.event;
    if (about?.$case === 'subscribed') {
      const { epoch, fromSeq, states } = about.value;
      const gap = this.#again ? this.#gap(epoch, fromSeq, about.value.resumed) : null;
      this.#again = true;
      this.#position = { epoch, seq: fromSeq };
      this.#statesLeft = states;
      const connected: Connected = { kind: 'connected', epoch, fromSeq, states };
      return gap === null ? [connected] : [connected, gap];
    }
    if (about?.$case === 'lagged') return [{ kind: 'lagged', count: about.value.count }];
    if (event.replay) {
      this.#statesLeft = Math.max(0, this.#statesLeft - 1);
      return [{ kind: 'state', event }];
    }
    if (event.seq === 0n || this.#position === null) return [{ kind: 'event', event, position: null }];
    this.#position = { epoch: this.#position.epoch, seq: event.seq };
    return [{ kind: 'event', event, position: this.#position }];
  }

  #gap(epoch: string, fromSeq: bigint, resumed: boolean): Gap | null {
    const before = this.#position;
    if (before !== null && before.epoch !== epoch) return { kind: 'gap', why: 'restarted' };
    if (this.#statesLeft > 0) return fromSeq === before?.seq ? null : { kind: 'gap', why: 'unfinished' };
    return resumed ? null : { kind: 'gap', why: 'forgotten' };
  }
}
