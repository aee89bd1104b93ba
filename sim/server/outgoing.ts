import type { ByteSocket } from '../../binapi/byte-socket.js';
import type { Cancel, Clock } from '../../protocol/clock.js';
import type { SeededRandom } from '../random.js';

const PIECE_MAX = 65_536;

type Item =
  | { readonly bytes: Uint8Array }
  | { readonly waitMs: number; readonly forOthers: boolean }
  | { readonly end: true };

/**
 * What waits to be sent to one client. It is cut at arbitrary places, each piece is sent when the system has taken the one before,
 * and it may grow without limit: a client that does not read loses nothing and holds up nobody, as with VPP.
 */
export class Outgoing {
  readonly #socket: ByteSocket;
  readonly #clock: Clock;
  readonly #random: SeededRandom;
  #items: Item[] = [];
  #busy = false;
  #closed = false;
  #cancelWait: Cancel | null = null;
  #waitsForOthers = false;

  constructor(socket: ByteSocket, clock: Clock, random: SeededRandom) {
    this.#socket = socket;
    this.#clock = clock;
    this.#random = random;
  }

  send(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#enqueue({ bytes });
  }

  /** Holds back whatever is sent from now on. */
  wait(ms: number): void {
    this.#enqueue({ waitMs: ms, forOthers: false });
  }

  /** Holds back whatever is sent from now on until another client is answered, but no longer than so. */
  waitForOthers(ms: number): void {
    this.#enqueue({ waitMs: ms, forOthers: true });
  }

  get waitingForOthers(): boolean {
    return this.#waitsForOthers || this.#items.some((item) => 'forOthers' in item && item.forOthers);
  }

  /** Another client was answered. */
  othersAnswered(): void {
    this.#items = this.#items.filter((item) => !('forOthers' in item && item.forOthers));
    if (!this.#waitsForOthers) return;
    this.#cancelWait?.();
    this.#next();
  }

  /** Closes the connection when everything before has been sent. */
  end(): void {
    this.#enqueue({ end: true });
  }

  /** Gives the system everything that waits, in one piece and at once: the process is about to be gone. */
  sendNow(): void {
    for (const item of this.#items) if ('bytes' in item) this.#socket.write(item.bytes);
    this.#items.length = 0;
  }

  /** Forgets everything; nothing is sent any more. */
  drop(): void {
    this.#closed = true;
    this.#items.length = 0;
    this.#waitsForOthers = false;
    this.#cancelWait?.();
  }

  #enqueue(item: Item): void {
    if (this.#closed) return;
    this.#items.push(item);
    if (!this.#busy) this.#next();
  }

  #next(): void {
    const item = this.#closed ? undefined : this.#items.shift();
    this.#busy = item !== undefined;
    this.#waitsForOthers = item !== undefined && 'forOthers' in item && item.forOthers;
    if (item === undefined) return;
    if ('waitMs' in item) {
      this.#cancelWait = this.#clock.schedule(item.waitMs, () => this.#next());
    } else if ('end' in item) {
      this.#socket.destroySoon();
    } else {
      this.#write(item.bytes);
    }
  }

  #write(bytes: Uint8Array): void {
    const size = this.#pieceSize();
    if (size >= bytes.length) {
      this.#socket.write(bytes, () => this.#next());
      return;
    }
    this.#items.unshift({ bytes: bytes.subarray(size) });
    // A turn of the event loop later: otherwise the system would join the pieces again.
    this.#socket.write(bytes.subarray(0, size), () => setImmediate(() => this.#next()));
  }

  /** Mostly as much as a socket takes; now and then so little that even a frame header is torn. */
  #pieceSize(): number {
    const dice = this.#random.below(16);
    if (dice === 0) return 1 + this.#random.below(40);
    if (dice < 4) return 1 + this.#random.below(4096);
    return PIECE_MAX;
  }
}
