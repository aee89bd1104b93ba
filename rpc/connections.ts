import type net from 'node:net';
import type { Peer } from '../domain/access.js';
import type { Clock } from '../protocol/clock.js';
import type { Logger } from '../protocol/log.js';
import { maxOpen } from './limits.js';
import type { Served } from './served.js';

export interface ConnectionsOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** How many may be open; default 2000. */
  readonly max?: number;
}

/** One client's connection, with what its calls are doing. Times are on the monotonic scale of the clock. */
export interface Connection {
  readonly peer: string;
  readonly socket: net.Socket;
  /** What is known of the client. */
  readonly facts: Peer;
  readonly via: Served;
  /** Calls whose end the client has not got. */
  calls: number;
  /** When it was made, or a call of it began or ended. */
  usedAt: number;
  /** Bytes of answers that the client has not taken. */
  unsentBytes: number;
  /** When it last took an answer while others waited, or since when one waits. */
  tookAt: number;
}

/** The same trouble is told once in this time. */
const TELL_MS = 60_000;
/** A client that takes nothing for so long, although answers wait for it, does not read. */
const STALL_MS = 10_000;

/**
 * The open connections of a server. When there are too many, the one that has been idle for longest makes room for the
 * new one: a client that only holds connections cannot lock out an operator.
 */
export class Connections {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #max: number;
  readonly #open = new Map<string, Connection>();
  readonly #toldAt = new Map<string, number>();
  #count = 0;
  /** Told when none is open any more. */
  #waiting: (() => void)[] = [];

  constructor({ clock, log, max = maxOpen.connections }: ConnectionsOptions) {
    this.#clock = clock;
    this.#log = log;
    this.#max = max;
  }

  /** False: there is no room, or its client has gone already, and the socket was closed. */
  admit(socket: net.Socket, origin: Omit<Peer, 'address'>, via: Served = 'grpc'): boolean {
    // Whoever hangs up before he is looked at has no address any more.
    if (origin.door !== 'unix' && socket.remoteAddress === undefined) {
      socket.destroy();
      return false;
    }
    if (this.#open.size >= this.#max && !this.#makeRoom()) {
      socket.destroy();
      return false;
    }
    const address = origin.door === 'unix' ? 'unix' : `${socket.remoteAddress}:${socket.remotePort}`;
    const peer = this.#nameOf(socket, address);
    const usedAt = this.#clock.monotonic();
    const facts = { ...origin, address };
    const idle = { calls: 0, usedAt, unsentBytes: 0, tookAt: usedAt };
    this.#open.set(peer, { peer, socket, facts, via, ...idle });
    socket.once('close', () => this.#left(peer));
    return true;
  }

  /** By the name that gRPC has for the peer of a call; undefined when it is closed. */
  of(peer: string): Connection | undefined {
    return this.#open.get(peer);
  }

  /** Closes connections whose clients do not read the answers that they asked for. */
  cutStalled(): void {
    const now = this.#clock.monotonic();
    for (const { facts, socket, unsentBytes, tookAt } of this.#open.values()) {
      const peer = facts.address;
      if (unsentBytes === 0 || now - tookAt < STALL_MS) continue;
      socket.destroy();
      this.#tell('grpc-client-cut', () =>
        this.#log.log('warn', 'grpc-client-cut', { peer, unsentBytes, stalledMs: Math.round(now - tookAt) }),
      );
    }
  }

  /** Resolves when none is open. */
  allClosed(): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  closeAll(): void {
    for (const { socket } of this.#open.values()) socket.destroy();
  }

  #left(peer: string): void {
    this.#open.delete(peer);
    if (this.#open.size > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #makeRoom(): boolean {
    let idlest: Connection | null = null;
    for (const one of this.#open.values()) {
      if (one.calls === 0 && one.usedAt < (idlest?.usedAt ?? Number.POSITIVE_INFINITY)) idlest = one;
    }
    const fields = { connections: this.#open.size, closed: idlest?.facts.address ?? 'the new one' };
    this.#tell('grpc-connections-full', () => this.#log.log('warn', 'grpc-connections-full', fields));
    if (idlest === null) return false;
    this.#open.delete(idlest.peer);
    idlest.socket.destroy();
    return true;
  }

  #tell(event: string, tell: () => void): void {
    const now = this.#clock.monotonic();
    if (now - (this.#toldAt.get(event) ?? Number.NEGATIVE_INFINITY) < TELL_MS) return;
    this.#toldAt.set(event, now);
    tell();
  }

  /**
   * The name by which gRPC knows the peer of a call is made here, and no two connections have the same one: a client may
   * use one address and port towards several of ours, and those of a unix socket have none.
   */
  #nameOf(socket: net.Socket, address: string): string {
    const name = `${address}#${++this.#count}`;
    Object.defineProperty(socket, 'remoteAddress', { value: name });
    Object.defineProperty(socket, 'remotePort', { value: undefined });
    return name;
  }
}
