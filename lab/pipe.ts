import type { ByteSocket } from '../binapi/byte-socket.js';
import type { LabClock } from './lab-clock.js';

/** How long bytes are under way, in milliseconds. */
const WAY_MS = 0.05;

/** Behind the timers. */
const READ_MS = 0.001;

interface Listeners {
  connect: () => void;
  data: (chunk: Buffer) => void;
  end: () => void;
  close: () => void;
  error: (error: NodeJS.ErrnoException) => void;
}

const deaf: Listeners = {
  connect: () => {},
  data: () => {},
  end: () => {},
  close: () => {},
  error: () => {},
};

/** One end of a connection on a simulated machine. Nothing is lost, and what is sent arrives in its order. */
export class PipeEnd implements ByteSocket {
  readonly #clock: LabClock;
  readonly #busyFor: () => number;
  readonly #listeners: Listeners = { ...deaf };
  #peer: PipeEnd | null = null;
  #closed = false;
  #paused = false;
  #held: Buffer[] = [];
  #peerEnded = false;

  /** `busyFor`: how long whoever reads it does nothing now. */
  constructor(clock: LabClock, busyFor: () => number = () => 0) {
    this.#clock = clock;
    this.#busyFor = busyFor;
  }

  /** Joins two ends. */
  static join(client: PipeEnd, server: PipeEnd): void {
    client.#peer = server;
    server.#peer = client;
  }

  on<E extends keyof Listeners>(event: E, listener: Listeners[E]): this {
    this.#listeners[event] = listener;
    return this;
  }

  /** The connection stands. */
  connected(): void {
    if (!this.#closed && !this.#later(() => this.connected())) this.#listeners.connect();
  }

  /** It could not be made. */
  refused(code: string): void {
    if (this.#closed || this.#later(() => this.refused(code))) return;
    this.#listeners.error(Object.assign(new Error(code), { code }));
    this.#close();
  }

  write(bytes: Uint8Array, taken: () => void = () => {}): boolean {
    if (this.#closed) return false;
    // Looked up when it arrives: what is sent before the connection stands waits for it.
    const chunk = Buffer.from(bytes);
    this.#clock.schedule(WAY_MS, () => this.#otherEnd().#arrive(chunk));
    setImmediate(taken);
    return true;
  }

  destroySoon(): void {
    this.destroy();
  }

  destroy(): void {
    if (this.#closed) return;
    this.#clock.schedule(WAY_MS, () => this.#otherEnd().#ended());
    this.#close();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    for (const chunk of this.#held.splice(0)) this.#arrive(chunk);
    if (this.#peerEnded) this.#ended();
  }

  /** Of a connection that was never made, nobody: a closed end. */
  #otherEnd(): PipeEnd {
    if (this.#peer !== null) return this.#peer;
    const nobody = new PipeEnd(this.#clock);
    nobody.#closed = true;
    return nobody;
  }

  #arrive(chunk: Buffer): void {
    if (this.#closed || this.#later(() => this.#arrive(chunk))) return;
    if (this.#paused) this.#held.push(chunk);
    else this.#listeners.data(chunk);
  }

  #ended(): void {
    if (this.#later(() => this.#ended())) return;
    this.#peerEnded = true;
    if (this.#closed || this.#paused) return;
    this.#listeners.end();
    this.#close();
  }

  /** A process that did nothing sees to its timers first, and then reads. */
  #later(what: () => void): boolean {
    const busy = this.#busyFor();
    if (busy > 0) this.#clock.schedule(busy + READ_MS, what);
    return busy > 0;
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    setImmediate(() => this.#listeners.close());
  }
}
