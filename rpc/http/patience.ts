import type { ServerResponse } from 'node:http';
import type net from 'node:net';
import type { Clock } from '../../protocol/clock.js';

/** From a connection to the end of the head of its first request. */
const FIRST_MS = 10_000;
/** From an answer to the end of the head of the next request. */
const NEXT_MS = 60_000;

interface Waiting {
  /** Those that have not ended. */
  readonly answers: Set<ServerResponse>;
  stop: () => void;
}

/** Closes connections on which no request comes, or one that never ends: a byte now and then is no request. */
export class Patience {
  readonly #clock: Clock;
  readonly #open = new Map<net.Socket, Waiting>();
  #over = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  came(socket: net.Socket): void {
    const waiting: Waiting = { answers: new Set(), stop: () => {} };
    this.#open.set(socket, waiting);
    this.#wait(socket, waiting, FIRST_MS);
    socket.once('close', () => {
      waiting.stop();
      this.#open.delete(socket);
      // Node tells only that one whose turn it was; those that were asked for behind it would wait for ever.
      for (const response of [...waiting.answers]) {
        response.destroy();
        response.emit('close');
      }
    });
  }

  /** The head of a request is there. Gives how many of this connection, it included, are not answered yet. */
  asked(socket: net.Socket, response: ServerResponse): number {
    const waiting = this.#open.get(socket);
    if (waiting === undefined) return 1;
    waiting.stop();
    waiting.answers.add(response);
    if (this.#over) announceEnd(response);
    response.once('close', () => {
      waiting.answers.delete(response);
      if (waiting.answers.size > 0 || socket.destroyed) return;
      if (this.#over) socket.destroySoon();
      else this.#wait(socket, waiting, NEXT_MS);
    });
    return waiting.answers.size;
  }

  /** Closes the connection that has waited for a request for longest; false: none does. */
  makeRoom(): boolean {
    for (const [socket, { answers }] of this.#open) {
      if (answers.size > 0 || socket.destroyed) continue;
      socket.destroy();
      return true;
    }
    return false;
  }

  /** Closes what is idle; each of the others goes when it has been answered. */
  end(): void {
    this.#over = true;
    for (const [socket, { answers }] of this.#open) {
      if (answers.size === 0) socket.destroy();
      for (const response of answers) announceEnd(response);
    }
  }

  #wait(socket: net.Socket, waiting: Waiting, ms: number): void {
    waiting.stop = this.#clock.schedule(ms, () => socket.destroy());
  }
}

function announceEnd(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('connection', 'close');
}
