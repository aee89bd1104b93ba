import type { ServerResponse } from 'node:http';
import type { StatusObject } from '@grpc/grpc-js';
import type { Clock } from '../../protocol/clock.js';
import type { StreamCall } from '../call.js';
import type { Event } from '../generated/maglev.js';
import { sendError } from './answer.js';
import { connectError } from './connect-error.js';
import { HttpCall, type HttpCallFacts } from './http-call.js';

/** Proxies, and clients that look, take a stream on which nothing comes for so long for a dead one. */
const SIGN_OF_LIFE_MS = 15_000;

export interface EventStreamOptions {
  readonly facts: HttpCallFacts;
  readonly request: unknown;
  readonly response: ServerResponse;
  readonly clock: Clock;
  readonly jsonOf: (event: unknown) => string;
}

/**
 * A call of WatchEvents as server-sent events. Each has the kind of its event as `event` and the message as `data`. The
 * `id` of one that has happened says where a client goes on that comes again with it as `Last-Event-ID`; what was true at
 * the beginning has none until all of it was sent, so that a client that lost a part of it gets the whole again.
 */
export class EventStream extends HttpCall implements StreamCall<unknown, unknown> {
  readonly #response: ServerResponse;
  readonly #jsonOf: (event: unknown) => string;
  readonly #clock: Clock;
  #epoch = '';
  /** Where the stream begins, and how much of what was true there is still to come. */
  #begin = 0n;
  #replays = 0;
  #stopBeating = () => {};

  constructor({ facts, request, response, clock, jsonOf }: EventStreamOptions) {
    super(facts, request, response);
    this.#response = response;
    this.#jsonOf = jsonOf;
    this.#clock = clock;
    response.on('drain', () => this.emit('drain'));
    this.on('error', (status) => this.#end(status as StatusObject));
    this.once('cancelled', () => this.#stopBeating());
  }

  /** False: the client has not taken it yet. */
  write(message: unknown): boolean {
    const event = message as Event;
    if (!this.#response.headersSent) this.#begins();
    const begins = event.event?.$case === 'subscribed' ? event.event.value : null;
    if (begins !== null) {
      this.#epoch = begins.epoch;
      this.#begin = begins.fromSeq;
      this.#replays = begins.states;
    } else if (event.replay) this.#replays--;
    const happened = event.seq > 0n && !event.replay;
    const id = happened ? `id: ${this.#epoch}:${event.seq}\n` : '';
    const isLast = (begins !== null || event.replay) && this.#replays === 0;
    const position = isLast ? `id: ${this.#epoch}:${this.#begin}\n\n` : '';
    return this.#send(`${id}${frameOf(event, this.#jsonOf)}${position}`);
  }

  #begins(): void {
    this.#response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      // nginx would keep events until it has some kilobytes.
      'x-accel-buffering': 'no',
      // There is no end that another request could come behind.
      connection: 'close',
    });
    this.#beatLater();
  }

  #beatLater(): void {
    this.#stopBeating = this.#clock.schedule(SIGN_OF_LIFE_MS, () => {
      if (!this.#response.writableNeedDrain) this.#send(':\n\n');
      this.#beatLater();
    });
  }

  #send(text: string): boolean {
    return !this.#response.writableEnded && this.#response.write(text);
  }

  #end(status: StatusObject): void {
    this.#stopBeating();
    if (!this.#response.headersSent) {
      sendError(this.#response, status);
      return;
    }
    this.#send(`event: end\ndata: ${connectError(status).body}\n\n`);
    this.#response.end();
  }
}

const frames = new WeakMap<Event, string>();

/** Made once for each event, however many watch. JSON has no line breaks but escaped ones. */
function frameOf(event: Event, jsonOf: (event: unknown) => string): string {
  const known = frames.get(event);
  if (known !== undefined) return known;
  const frame = `event: ${event.event?.$case ?? 'log'}\ndata: ${jsonOf(event)}\n\n`;
  frames.set(event, frame);
  return frame;
}

/** Where a client goes on, by the `id` of the last event that it had; null: it had none of ours. */
export function positionOfId(id: string): { readonly epoch: string; readonly sinceSeq: string } | null {
  const [, epoch, sinceSeq] = /^([\w-]{1,64}):(\d{1,15})$/.exec(id) ?? [];
  return epoch === undefined || sinceSeq === undefined ? null : { epoch, sinceSeq };
}
