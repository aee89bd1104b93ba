import type { EventFilter } from '../domain/event-filter.js';
import type { EventPosition } from '../domain/event-memory.js';
import type { LogLevel, ToldEvent } from '../domain/events.js';
import type { Address, Reply } from './address.js';

/** Told to whoever collects events. */
export interface EventTold {
  readonly type: 'told';
  readonly told: ToldEvent;
}

/** Told to the source of events by whoever collects them: what is to be told to it from now on. */
export interface ListenToEvents {
  readonly type: 'listen';
  readonly collector: Address<EventTold>;
  /** Everything at this level or above, and every change of a state. */
  readonly level: LogLevel;
}

/** One subscriber, once it is taken. */
export interface Subscribed {
  readonly id: number;
  /** Of this life of maglevd: numbers of another one say nothing. */
  readonly epoch: string;
  /**
   * Where the subscription begins: everything behind this number that is wanted comes. It is what was asked for, unless
   * that is not kept any more.
   */
  readonly from: number;
  /** Could it go on where it was asked to? True also when nothing was asked. */
  readonly resumed: boolean;
  /** What is true at the beginning, of everything that the subscriber wants states of; empty when it was resumed. */
  readonly states: readonly ToldEvent[];
}

/** What a subscriber gets when it asks for more. */
export interface EventBatch {
  readonly events: readonly ToldEvent[];
  /** So many were dropped, because the subscriber was slow, before the last of these. */
  readonly lost: number;
}

/** What was told last, oldest first. */
export interface EventList {
  readonly epoch: string;
  readonly events: readonly ToldEvent[];
}

/** How many listen, and how well. */
export interface EventsCondition {
  readonly epoch: string;
  readonly subscribers: number;
  /** Events that were dropped because a subscriber was slow, since maglevd was started. */
  readonly lost: number;
}

/** What the events actor can be asked. */
export type EventsRequest =
  | {
      readonly type: 'subscribe';
      readonly filter: EventFilter;
      /** null: from now on. */
      readonly since: EventPosition | null;
      readonly reply: Reply<Subscribed>;
    }
  /**
   * Answered as soon as there is something, with all that is there, up to a bound. One question at a time: what comes
   * meanwhile waits in a bounded queue. MGL_SUBSCRIPTION_ENDED when there is no such subscriber (any more).
   */
  | { readonly type: 'next'; readonly id: number; readonly reply: Reply<EventBatch> }
  | { readonly type: 'unsubscribe'; readonly id: number }
  /** The last ones at info and above, at most so many, oldest first. */
  | { readonly type: 'list-events'; readonly count: number; readonly reply: Reply<EventList> }
  | { readonly type: 'get-condition'; readonly reply: Reply<EventsCondition> };
