import { type IpAddress, ipFamily } from '../../domain/ip.js';
import { errnoName, isPending } from '../../linux/libc.js';
import { Change, Poller } from '../../linux/poller.js';
import { watchReadable } from '../../linux/readable.js';
import { peerAddress, tcpSocket } from '../../linux/tcp-socket.js';
import { provesConnected } from '../../probes/refusal.js';
import { type NoSocket, SocketPool } from '../../probes/socket-pool.js';
import type { Clock } from '../../protocol/clock.js';
import { networkFailure, type Outcome } from '../outcome.js';
import type { Vip } from '../vip.js';
import { HttpAnswer, type HttpEnd } from './http-answer.js';
import { httpOutcome, nameOf, plainRequest } from './http-outcome.js';
import { type Asking, type Flight, HELD_UP_MS, type Probe, type Prober, stage } from './prober.js';

/** All connections read into the same memory, one after the other. */
const memory = Buffer.from(new ArrayBuffer(64 * 1024));
/** How often idle sockets are looked through, in milliseconds. */
const SWEEP_MS = 60_000;
/** The kernel chooses no port below for our end of a connection. */
const FIRST_EPHEMERAL = 1024;

/** A VIP as the kernel takes it. */
interface Known {
  readonly address: IpAddress;
  readonly port: number;
  readonly peer: Uint8Array;
  readonly kind: { readonly family: 4 | 6; readonly source: null; readonly quiet: false };
  readonly shelf: string;
  /** null: the connection is all that is asked for. */
  readonly request: Buffer | null;
}

interface UnderWay {
  readonly known: Known;
  readonly ended: (outcome: Outcome) => void;
  readonly begunAt: number;
  readonly socket: number;
  connected: boolean;
  /** Why nothing can be sent any more. What came before can still be read, and comes first. */
  broken: string | null;
  unsent: Buffer | null;
  answer: HttpAnswer | null;
}

/**
 * TCP and HTTP by bare descriptors, at a fraction of what a socket of Node costs. Each probe is a connection of its own, from a
 * port of its own, which ends with a reset, so that no port is kept waiting behind it.
 */
export class KernelProber implements Prober {
  readonly #clock: Clock;
  readonly #asking: Asking;
  readonly #poller = new Poller();
  readonly #pool = new SocketPool(this.#poller, { opened: () => {}, closed: () => {} });
  readonly #unwatch: () => void;
  /** By the number of the socket. */
  readonly #underWay: (UnderWay | undefined)[] = [];
  #sweptAt: number;

  /**
   * `watched`: what comes is handled from the event loop; otherwise somebody must wait() for it. Throws MGL_LINUX_UNSUPPORTED or
   * a SyscallError where Linux cannot be asked directly.
   */
  constructor(clock: Clock, asking: Asking, watched: boolean) {
    this.#clock = clock;
    this.#asking = asking;
    this.#sweptAt = clock.monotonic();
    this.#unwatch = watched ? watchReadable(this.#poller.fd, this.look) : () => {};
  }

  readonly prepare = (vip: Vip): Probe => {
    const { address, port, way } = vip;
    const kind = { family: ipFamily(address), source: null, quiet: false } as const;
    const known: Known = {
      address,
      port,
      peer: peerAddress(address, port),
      kind,
      shelf: this.#pool.shelf(kind),
      request: way.kind === 'http' ? plainRequest(vip, this.#asking) : null,
    };
    return (ended) => this.#begin(known, ended);
  };

  readonly look = (): void => {
    this.wait(0);
  };

  /**
   * Waits in the kernel for what comes, so many milliseconds at most, and handles it. Nothing else of this thread runs meanwhile.
   * Gives by how much longer it took. When that is more than HELD_UP_MS, nothing was handled: nobody knows when it came.
   */
  readonly wait = (ms: number): number => {
    const from = this.#clock.monotonic();
    const count = this.#poller.wait(ms);
    const overslept = this.#clock.monotonic() - from - ms;
    if (ms > 0 && overslept > HELD_UP_MS) return overslept;
    for (let i = 0; i < count; i++) {
      const one = this.#underWay[this.#poller.numberAt(i)];
      // It may be a socket that nobody uses any more.
      if (one !== undefined) this.#changed(one, this.#poller.changesAt(i));
    }
    const now = this.#clock.monotonic();
    if (now - this.#sweptAt >= SWEEP_MS) {
      this.#sweptAt = now;
      this.#pool.sweep();
    }
    return 0;
  };

  readonly close = (): void => {
    this.#unwatch();
    this.#pool.close();
    this.#poller.close();
  };

  #begin(known: Known, ended: (outcome: Outcome) => void): Flight {
    const begunAt = this.#clock.monotonic();
    const socket = this.#pool.take(known.shelf, known.kind);
    if (typeof socket !== 'number') return failing(ended, socket);
    const begun = tcpSocket.begin(this.#pool.fd(socket), known.peer);
    if (begun < 0) {
      this.#pool.give(socket);
      return failing(ended, { errno: begun });
    }
    const one: UnderWay = {
      known,
      ended,
      begunAt,
      socket,
      connected: false,
      broken: null,
      unsent: null,
      answer: null,
    };
    this.#underWay[socket] = one;
    // That it is connected, also when it is so at once, is told by readiness.
    return { abandon: () => this.#abandon(one) };
  }

  #abandon(one: UnderWay): string {
    if (this.#underWay[one.socket] === one) this.#release(one);
    if (!one.connected) return stage.connecting;
    return one.answer === null ? stage.asked : stage.answering;
  }

  #changed(one: UnderWay, changes: number): void {
    const broken = (changes & Change.BROKEN) !== 0;
    if (!one.connected) {
      if (!broken && (changes & Change.WRITABLE) === 0) return;
      const failure = broken ? tcpSocket.failure(this.#pool.fd(one.socket)) : 0;
      const errno = failure < 0 ? errnoName(failure) : null;
      if (errno !== null && !provesConnected(errno)) {
        this.#end(one, networkFailure(errno, this.#age(one)));
        return;
      }
      // The kernel says it once.
      one.broken = errno;
      if (!this.#connected(one)) return;
    } else if (one.unsent !== null && (changes & Change.WRITABLE) !== 0) this.#send(one, one.unsent);
    if (broken || (changes & Change.READABLE) !== 0) this.#read(one);
  }

  /** Does it go on? */
  #connected(one: UnderWay): boolean {
    one.connected = true;
    if (this.#meetsItself(one)) {
      this.#end(one, networkFailure('ECONNREFUSED', this.#age(one)));
      return false;
    }
    const { request } = one.known;
    if (request === null) {
      this.#end(one, { ok: true, ms: this.#age(one), answerer: null });
      return false;
    }
    this.#send(one, request);
    return true;
  }

  /** When nobody listens at a port of this machine, a connection may happen to come from that port, and meet itself. */
  #meetsItself({ socket, known: { address, port, kind } }: UnderWay): boolean {
    if (port < FIRST_EPHEMERAL) return false;
    const local = tcpSocket.localEnd(this.#pool.fd(socket), kind.family);
    return local !== null && local.port === port && local.address() === address;
  }

  #send(one: UnderWay, bytes: Buffer): void {
    one.unsent = null;
    const sent = tcpSocket.send(this.#pool.fd(one.socket), bytes);
    if (sent < 0 && !isPending(sent)) one.broken ??= errnoName(sent);
    else if (sent < bytes.length) one.unsent = bytes.subarray(Math.max(0, sent));
  }

  #read(one: UnderWay): void {
    const fd = this.#pool.fd(one.socket);
    for (;;) {
      const size = tcpSocket.receive(fd, memory);
      if (size > 0) {
        one.answer ??= new HttpAnswer();
        const reading = one.answer.feed(memory.subarray(0, size));
        if (reading.kind === 'more') continue;
        this.#answered(one, reading);
        return;
      }
      const errno = size < 0 && !isPending(size) ? errnoName(size) : one.broken;
      // EPIPE: the peer had said its last word before it broke the connection.
      if (errno !== null && errno !== 'EPIPE') this.#end(one, networkFailure(errno, this.#age(one)));
      else if (size === 0) this.#answered(one, (one.answer ?? new HttpAnswer()).end());
      return;
    }
  }

  #answered(one: UnderWay, reading: HttpEnd): void {
    const ms = this.#age(one);
    if (reading.kind === 'bad') {
      this.#end(one, { ok: false, ms, answerer: null, kind: 'http-err', detail: reading.why });
      return;
    }
    const { status, fields } = reading.head;
    this.#end(one, httpOutcome(status, nameOf(fields.get(this.#asking.header)), ms));
  }

  #age(one: UnderWay): number {
    return this.#clock.monotonic() - one.begunAt;
  }

  #end(one: UnderWay, outcome: Outcome): void {
    this.#release(one);
    one.ended(outcome);
  }

  #release(one: UnderWay): void {
    this.#underWay[one.socket] = undefined;
    this.#pool.give(one.socket);
  }
}

/** It could not even be begun. */
function failing(ended: (outcome: Outcome) => void, { errno }: Pick<NoSocket, 'errno'>): Flight {
  const pending = setImmediate(() => ended(networkFailure(errnoName(errno), 0, 'here')));
  return {
    abandon: () => {
      clearImmediate(pending);
      return stage.connecting;
    },
  };
}
