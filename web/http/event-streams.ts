import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../protocol/clock.js';
import { EventReader } from '../event-reader.js';
import { encode, type Journal } from '../journal.js';
import { guardHeaders } from './respond.js';

export interface EventStreamsOptions {
  readonly journal: Journal;
  readonly clock: Clock;
  /** Streams that may be open at once; default 1,000. */
  readonly most?: number;
}

/** Proxies take a stream on which nothing comes for so long for a dead one, in ms. */
const SIGN_OF_LIFE_MS = 15_000;
/** A browser whose connection broke comes again after so long, in ms. */
const RETRY_MS = 1000;
/** Who does not take even the last word within so long is hung up on, in ms. */
const LAST_WORD_MS = 5000;

/** Everybody who follows what changes, by server-sent events. */
export class EventStreams {
  readonly #options: EventStreamsOptions;
  readonly #most: number;
  readonly #open = new Map<ServerResponse, EventReader>();
  #stopBeating: () => void = () => {};

  constructor(options: EventStreamsOptions) {
    this.#options = options;
    this.#most = options.most ?? 1000;
  }

  get open(): number {
    return this.#open.size;
  }

  /** Messages that the slowest reader has not taken yet. */
  get waiting(): number {
    return Math.max(0, ...[...this.#open.values()].map(({ waiting }) => waiting));
  }

  get isFull(): boolean {
    return this.#open.size >= this.#most;
  }

  /** `from`: `<epoch>-<seq>`, behind which it goes on; '' = from now on. */
  begin(_: IncomingMessage, response: ServerResponse, from: string): void {
    const { journal, clock } = this.#options;
    response.writeHead(200, {
      ...guardHeaders,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // nginx would keep events until it has some kilobytes.
      'x-accel-buffering': 'no',
      // There is no end that another request could come behind.
      connection: 'close',
    });
    const reader = new EventReader(
      { write: (bytes) => response.write(bytes), end: () => response.end() },
      () => this.#resync(response, 'slow'),
    );
    this.#open.set(response, reader);
    if (this.#open.size === 1) this.#beatLater();
    response.on('drain', () => reader.drained());
    let leave = () => {};
    response.once('close', () => {
      leave();
      this.#open.delete(response);
      if (this.#open.size === 0) this.#stopBeating();
    });
    // What waits belongs behind what the caller knows.
    journal.flush();
    const missed = this.#missed(from);
    const hello = { epoch: journal.epoch, seq: journal.seq, now: clock.now() };
    reader.send(Buffer.from(`retry: ${RETRY_MS}\n`));
    reader.send(encode({ event: 'hello', data: hello }, null));
    if (typeof missed === 'string') {
      this.#resync(response, missed);
      return;
    }
    for (const bytes of missed) reader.send(bytes);
    leave = journal.follow(({ bytes }) => reader.send(bytes));
  }

  end(): void {
    this.#stopBeating();
    for (const reader of this.#open.values()) reader.close(null);
  }

  #missed(from: string): readonly Buffer[] | 'restarted' | 'forgotten' {
    const { journal } = this.#options;
    if (from === '') return [];
    const [, epoch, seq] = /^(.+)-(\d{1,15})$/.exec(from) ?? [];
    if (epoch !== journal.epoch) return 'restarted';
    const behind = journal.behind(Number(seq));
    return behind === null ? 'forgotten' : behind.map(({ bytes }) => bytes);
  }

  #resync(response: ServerResponse, why: 'forgotten' | 'restarted' | 'slow'): void {
    this.#open.get(response)?.close(encode({ event: 'resync', data: { why } }, null));
    const cancel = this.#options.clock.schedule(LAST_WORD_MS, () => response.destroy());
    response.once('close', cancel);
  }

  #beatLater(): void {
    this.#stopBeating = this.#options.clock.schedule(SIGN_OF_LIFE_MS, () => {
      for (const reader of this.#open.values()) if (!reader.isBehind) reader.send(Buffer.from(': ping\n\n'));
      this.#beatLater();
    });
  }
}
