import { connect, type Socket } from 'node:net';
import type { Cancel, Clock } from '../../protocol/clock.js';
import type { Flow } from '../flow/flow.js';
import {
  type Destination,
  EMPTY_PACKET,
  FULL_PACKET,
  type LivePackets,
  sameDestination,
} from './live-packets.js';

/** A client that gets no answer asks again after a second, and then after twice as long as before, as RFC 6298 has it. */
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 64_000;
/** What one packet of a TCP connection carries on Ethernet, in bytes. */
const SEGMENT = 1460;

export interface TcpRelayOptions {
  /** As accepted, paused; with allowHalfOpen. */
  readonly client: Socket;
  readonly flow: Flow;
  readonly packets: Pick<LivePackets, 'pass'>;
  readonly clock: Clock;
  readonly onServer: (server: Destination) => void;
  /** Both ends are closed. */
  readonly onEnd: () => void;
}

/**
 * One connection of a client, relayed to the server that VPP's tables choose for its flow. Everything that the client sends passes
 * VPP as packets would: while they are dropped, the client waits; and when they come to another server than before, which knows
 * nothing of the connection, the client is answered with a reset.
 */
export class TcpRelay {
  readonly #options: TcpRelayOptions;
  readonly #client: Socket;
  #server: Socket | null = null;
  #chosen: Destination | null = null;
  /** What the client has sent and VPP has not passed yet. */
  #held: Buffer | null = null;
  #finHeld = false;
  #suspended = false;
  #clientFull = false;
  #serverFull = false;
  #ended = false;
  #retryMs = FIRST_RETRY_MS;
  #cancelRetry: Cancel = () => {};
  /** Of the clock that never goes back: the last time that a byte went either way. */
  lastActive: number;

  constructor(options: TcpRelayOptions) {
    this.#options = options;
    this.#client = options.client;
    this.lastActive = options.clock.monotonic();
  }

  /** Begins, unless VPP hangs: then with `resume`. */
  start(suspended: boolean): void {
    const client = this.#client;
    this.#suspended = suspended;
    client.setNoDelay(true);
    client.on('error', () => this.reset());
    client.on('close', () => this.#closed());
    client.on('data', (chunk: Buffer) => this.#fromClient(chunk));
    client.on('end', () => this.#finFromClient());
    client.on('drain', () => {
      this.#clientFull = false;
      this.#flow();
    });
    this.#knock();
  }

  /** VPP hangs: nothing goes on. */
  suspend(): void {
    this.#suspended = true;
    this.#cancelRetry();
    this.#flow();
  }

  resume(): void {
    this.#suspended = false;
    this.#retryMs = FIRST_RETRY_MS;
    this.#again();
  }

  /** Ends what is open still, with a reset. */
  reset(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancelRetry();
    for (const socket of [this.#client, this.#server]) {
      if (socket !== null && !socket.destroyed) socket.resetAndDestroy();
    }
    this.#options.onEnd();
  }

  /** What the connection waits for is tried once more. */
  #again(): void {
    if (this.#ended || this.#suspended) return;
    if (this.#chosen === null) this.#knock();
    else this.#pass();
    this.#flow();
  }

  /** The client's first packet: VPP chooses. */
  #knock(): void {
    if (this.#suspended || this.#ended) return;
    const chosen = this.#options.packets.pass(this.#options.flow, EMPTY_PACKET + 20);
    if (chosen === null) {
      this.#retryLater();
      return;
    }
    this.#retryMs = FIRST_RETRY_MS;
    this.#chosen = chosen;
    this.#options.onServer(chosen);
    const server = connect({ host: chosen.address, port: chosen.port, allowHalfOpen: true, noDelay: true });
    this.#server = server;
    server.on('connect', () => this.#flow());
    server.on('error', () => this.reset());
    server.on('close', () => this.#closed());
    server.on('data', (chunk: Buffer) => this.#fromServer(chunk));
    server.on('end', () => this.#client.end());
    server.on('drain', () => {
      this.#serverFull = false;
      this.#flow();
    });
    server.pause();
  }

  #fromClient(chunk: Buffer): void {
    this.lastActive = this.#options.clock.monotonic();
    this.#held = this.#held === null ? chunk : Buffer.concat([this.#held, chunk]);
    this.#pass();
    this.#flow();
  }

  #finFromClient(): void {
    this.#finHeld = true;
    this.#pass();
  }

  /** Sends what the client has sent through VPP, if VPP takes it. */
  #pass(): void {
    const { packets, flow } = this.#options;
    const server = this.#server;
    if (this.#suspended || this.#ended || server === null) return;
    if (this.#held === null && !this.#finHeld) return;
    const segments = Math.ceil((this.#held?.length ?? 0) / SEGMENT);
    const bytes = segments > 1 ? FULL_PACKET : EMPTY_PACKET + (this.#held?.length ?? 0);
    if (!this.#passed(packets.pass(flow, bytes, Math.max(1, segments)))) return;
    if (this.#held !== null) this.#serverFull = !server.write(this.#held);
    this.#held = null;
    if (this.#finHeld) server.end();
    this.#finHeld = false;
  }

  #passed(destination: Destination | null): boolean {
    if (destination === null) {
      this.#retryLater();
      return false;
    }
    this.#retryMs = FIRST_RETRY_MS;
    if (this.#chosen === null || sameDestination(destination, this.#chosen)) return true;
    this.reset();
    return false;
  }

  /** Answers go straight to the client; it acknowledges every second packet of them, and that goes through VPP. */
  #fromServer(chunk: Buffer): void {
    const { packets, flow, clock } = this.#options;
    this.lastActive = clock.monotonic();
    const destination = packets.pass(flow, EMPTY_PACKET, Math.ceil(chunk.length / SEGMENT / 2));
    if (destination !== null && this.#chosen !== null && !sameDestination(destination, this.#chosen)) {
      this.reset();
      return;
    }
    this.#clientFull = !this.#client.write(chunk);
    this.#flow();
  }

  /** Each side is read as far as the other one takes it. */
  #flow(): void {
    const server = this.#server;
    if (this.#ended || server === null) return;
    const clientWaits = this.#suspended || server.connecting || this.#held !== null || this.#serverFull;
    if (clientWaits) this.#client.pause();
    else this.#client.resume();
    if (this.#suspended || server.connecting || this.#clientFull) server.pause();
    else server.resume();
  }

  #retryLater(): void {
    this.#cancelRetry();
    this.#cancelRetry = this.#options.clock.schedule(this.#retryMs, () => this.#again());
    this.#retryMs = Math.min(LAST_RETRY_MS, this.#retryMs * 2);
  }

  /** One side is closed. The other one still gets what was sent to it, if it was told that nothing follows. */
  #closed(): void {
    const server = this.#server;
    const goesOn =
      server !== null &&
      (this.#client.destroyed ? !server.destroyed && server.writableEnded : this.#client.writableEnded);
    if (!goesOn) this.reset();
  }
}
