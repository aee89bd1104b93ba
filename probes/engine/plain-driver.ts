import { ipFamily } from '../../domain/ip.js';
import { type ProbeFinding, resultOf } from '../../domain/probe-result.js';
import { errnoName, isPending } from '../../linux/libc.js';
import { NativeMemory } from '../../linux/native-memory.js';
import { Change } from '../../linux/poller.js';
import { peerAddress, tcpSocket } from '../../linux/tcp-socket.js';
import type { Clock } from '../../protocol/clock.js';
import { noResponse } from '../http-response.js';
import { plainStatus } from '../http-status.js';
import { isOurself, noAnswer, provesConnected, refusal, withoutLink } from '../refusal.js';
import type { SocketPool } from '../socket-pool.js';
import type { ProbeTarget } from '../target.js';
import { Peers } from './peers.js';
import {
  accepted,
  isExpected,
  nobody,
  type PlainRow,
  passOf,
  plainRow,
  type Question,
  responseOf,
} from './plain-row.js';
import type { Behalf, Ended, TargetDriver } from './thread.js';

export interface PlainOptions {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly pool: SocketPool;
  readonly ended: Ended;
  readonly behalf: Behalf;
  /** Can the kernel choose this port for our end of a connection? */
  readonly isEphemeral: (port: number) => boolean;
}

/** Of one answer, what is read in one go; and of so many answers, one after the other. */
const SLICE_SIZE = 4096;
const SLICES = 256;

/**
 * TCP and HTTP without TLS, by sockets of a pool. It is told what has changed of them. What it does for many servers at
 * once it does step by step for all of them: first all connections, then all requests; first all answers are read, then all
 * connections ended, then all results told.
 */
export class PlainDriver implements TargetDriver {
  readonly #options: PlainOptions;
  readonly #known: (PlainRow | undefined)[] = [];
  /** By row, when its probe has begun. */
  readonly #beganAt: number[] = [];
  /** By row, why it reaches nobody, whatever is tried. */
  readonly #unreachable = new Map<number, ProbeFinding>();
  readonly #peers = new Peers();
  /** By socket, the row that uses it; -1 = nobody. */
  readonly #rows: number[] = [];
  /** Of all connections, for what is read. */
  readonly #memory = new NativeMemory(SLICE_SIZE * SLICES);
  /** Those who begin in this turn. */
  #starting: PlainRow[] = [];
  /** Near servers that have just been asked for no more than a connection. */
  #hopes: PlainRow[] = [];
  /** Those whose answer waits to be read, with nothing special about it. */
  readonly #readable: PlainRow[] = [];
  readonly #sizes = new Int32Array(SLICES);
  /** Those whose probe has found something that is not told yet. */
  #done: PlainRow[] = [];

  /** Throws MGL_LINUX_UNSUPPORTED. */
  constructor(options: PlainOptions) {
    this.#options = options;
  }

  /** Throws SyntaxError for an expression that does not compile. */
  readonly know = (row: number, target: ProbeTarget): void => {
    const one = plainRow(row, target, (kind) => this.#options.pool.shelf(kind));
    this.#peers.set(row, peerAddress(target.address, one.way.port));
    this.#known[row] = one;
    const unreachable = withoutLink(target);
    if (unreachable === null) this.#unreachable.delete(row);
    else this.#unreachable.set(row, unreachable);
  };

  readonly forget = (row: number): void => {
    this.abandon(row);
    this.#known[row] = undefined;
    this.#unreachable.delete(row);
  };

  /** It begins with begin(), unless it ends before that. */
  readonly start = (row: number, now: number): void => {
    const one = this.#known[row];
    if (one === undefined) return;
    this.#beganAt[row] = now;
    one.connected = false;
    one.broken = null;
    one.unsent = null;
    one.response = null;
    one.finding = this.#unreachable.size === 0 ? null : (this.#unreachable.get(row) ?? null);
    (one.finding === null ? this.#starting : this.#done).push(one);
    one.socket = STARTING;
  };

  /** Begins those that were started, or so many of them. Answers whether others wait for that. */
  begin(most = Number.POSITIVE_INFINITY): boolean {
    const all = this.#starting;
    if (all.length > 0) {
      const starting = most < all.length ? all.splice(0, most) : all;
      if (starting === all) this.#starting = [];
      for (const one of starting) this.#connect(one);
      for (const one of starting) {
        const { question } = one.way;
        if (one.near && one.socket >= 0 && question !== null) this.#askAtOnce(one, question);
      }
    }
    if (this.#done.length > 0) this.#tell();
    return this.#starting.length > 0;
  }

  /** May somebody who was asked for no more than a connection have answered already? */
  get hopes(): boolean {
    return this.#hopes.length > 0;
  }

  readonly expire = (row: number): void => {
    const one = this.#known[row];
    if (one === undefined || one.socket === NONE || one.finding !== null) return;
    const { target, connected, way } = one;
    const { question } = way;
    if (!connected || question === null) this.#end(one, noAnswer(target));
    else this.#end(one, one.response?.timedOut(target.timeoutMs) ?? noResponse(target.timeoutMs));
    this.#tell();
  };

  readonly abandon = (row: number): void => {
    const one = this.#known[row];
    if (one === undefined) return;
    one.finding = null;
    this.#release(one);
  };

  /** Something has changed of a socket. It may be one that nobody uses any more. looked() follows. */
  changed(socket: number, changes: number): void {
    const row = this.#rows[socket] ?? -1;
    const one = row < 0 ? undefined : this.#known[row];
    if (one === undefined || one.socket !== socket || one.finding !== null) return;
    const plain = one.connected && one.unsent === null && one.response === null && one.broken === null;
    if (plain && (changes & Change.BROKEN) === 0) {
      if (one.way.question === null || (changes & Change.READABLE) === 0) return;
      // It may be told twice before it is looked at.
      if (one.waits) return;
      if (this.#readable.length === SLICES) this.#readAll();
      one.waits = true;
      this.#readable.push(one);
      return;
    }
    const before = this.#options.behalf.enter(row);
    this.#ready(one, changes);
    this.#options.behalf.leave(before);
  }

  /** That was all that had changed. */
  looked(): void {
    if (this.#readable.length > 0) this.#readAll();
    if (this.#done.length > 0) this.#tell();
    if (this.#hopes.length === 0) return;
    for (const one of this.#hopes) if (one.socket >= 0 && !one.connected) one.near = false;
    this.#hopes = [];
  }

  #connect(one: PlainRow): void {
    if (one.socket !== STARTING) return;
    const { pool } = this.#options;
    const { way } = one;
    const socket = pool.take(way.shelf, way.kind);
    if (typeof socket !== 'number') {
      this.#refuse(one, errnoName(socket.errno), socket.syscall, 'here');
      return;
    }
    one.socket = socket;
    this.#rows[socket] = one.row;
    const begun = tcpSocket.beginAt(pool.fd(socket), this.#peers.address(one.row), way.peerSize);
    if (begun < 0) this.#refuse(one, errnoName(begun), 'connect', 'here');
    else if (begun === 0) this.#connected(one);
    else if (one.near && way.question === null) this.#hopes.push(one);
  }

  /** Spares a look, where the kernel has made the connection while it was told of it. */
  #askAtOnce(one: PlainRow, question: Question): void {
    if (one.connected || one.finding !== null) return;
    const length = question.writeTo(one.target.address);
    const sent = tcpSocket.sendAt(this.#options.pool.fd(one.socket), question.requestAt, length);
    if (isPending(sent)) {
      one.near = false;
      return;
    }
    const errno = sent < 0 ? errnoName(sent) : null;
    if (errno !== null && !provesConnected(errno)) {
      this.#refuse(one, errno, 'connect', 'network');
      return;
    }
    one.connected = true;
    one.broken = errno;
    if (errno !== null) this.#read(one);
    else if (sent < length) one.unsent = question.rest(sent);
  }

  #ready(one: PlainRow, changes: number): void {
    const broken = (changes & Change.BROKEN) !== 0;
    if (!one.connected) {
      if (!broken && (changes & Change.WRITABLE) === 0) return;
      const failure = broken ? tcpSocket.failure(this.#options.pool.fd(one.socket)) : 0;
      const errno = failure < 0 ? errnoName(failure) : null;
      if (errno !== null && !provesConnected(errno)) {
        this.#refuse(one, errno, 'connect', 'network');
        return;
      }
      // The kernel says it once.
      one.broken = errno;
      this.#connected(one);
    } else if (one.unsent !== null && (changes & Change.WRITABLE) !== 0) {
      this.#send(one, one.unsent);
    }
    if (one.finding === null && (broken || (changes & Change.READABLE) !== 0)) this.#read(one);
  }

  #connected(one: PlainRow): void {
    one.connected = true;
    const { question } = one.way;
    if (question !== null) this.#ask(one, question);
    else this.#end(one, this.#meetsItself(one) ? nobody : accepted);
  }

  /** Asked where it matters only: nobody answers a request by itself. */
  #meetsItself({ socket, target, way }: PlainRow): boolean {
    const { port } = way;
    if (socket < 0 || !this.#options.isEphemeral(port)) return false;
    const local = tcpSocket.localEnd(this.#options.pool.fd(socket), ipFamily(target.address));
    return local !== null && isOurself(target, port, local);
  }

  /** A failure is told when everything that came before it has been read. */
  #ask(one: PlainRow, question: Question): void {
    const length = question.writeTo(one.target.address);
    const sent = tcpSocket.sendAt(this.#options.pool.fd(one.socket), question.requestAt, length);
    if (sent < 0 && !isPending(sent)) one.broken ??= errnoName(sent);
    else if (sent < length) one.unsent = question.rest(Math.max(0, sent));
  }

  /** What was left of the request. */
  #send(one: PlainRow, bytes: Buffer): void {
    one.unsent = null;
    const sent = tcpSocket.send(this.#options.pool.fd(one.socket), bytes);
    if (sent < 0 && !isPending(sent)) one.broken ??= errnoName(sent);
    else if (sent < bytes.length) one.unsent = bytes.subarray(Math.max(0, sent));
  }

  #readAll(): void {
    const { pool, behalf } = this.#options;
    // What has broken meanwhile was read when that was told.
    const readable = this.#readable.filter((one) => one.finding === null && one.socket >= 0);
    for (const one of this.#readable) one.waits = false;
    this.#readable.length = 0;
    const { address } = this.#memory;
    readable.forEach((one, i) => {
      this.#sizes[i] = tcpSocket.receiveAt(pool.fd(one.socket), address + i * SLICE_SIZE, SLICE_SIZE);
    });
    readable.forEach((one, i) => {
      const size = this.#sizes[i] ?? 0;
      const before = behalf.enter(one.row);
      this.#take(one, size, i * SLICE_SIZE);
      if (one.finding === null && size > 0) this.#read(one);
      behalf.leave(before);
    });
  }

  /** All that waits. */
  #read(one: PlainRow): void {
    const fd = this.#options.pool.fd(one.socket);
    // Behind what #readAll() has read into its slices, which it is looking at.
    const memory = secondMemory();
    for (let size = 1; one.finding === null && size > 0; ) {
      size = tcpSocket.receiveAt(fd, memory.address, memory.bytes.length);
      this.#take(one, size, 0, memory);
    }
  }

  /** What one read has answered: so many bytes, at that place in memory, or what receive() answers otherwise. */
  #take(one: PlainRow, size: number, from: number, { bytes } = this.#memory): void {
    const { question } = one.way;
    if (question === null) return;
    if (size > 0) {
      if (one.response === null && question.matcher === null) {
        const status = plainStatus(bytes, size, from);
        if (status > 0 && isExpected(question.params, status)) {
          this.#end(one, passOf(status));
          return;
        }
      }
      const finding = responseOf(one, question).feed(bytes.subarray(from, from + size));
      if (finding !== null) this.#end(one, finding);
    } else if (size < 0 && !isPending(size)) {
      this.#end(one, responseOf(one, question).broken(one.broken ?? errnoName(size)));
    } else if (one.broken !== null && one.broken !== 'EPIPE') {
      // EPIPE: the peer had said its last word before it broke the connection.
      this.#end(one, responseOf(one, question).broken(one.broken));
    } else if (size === 0) this.#end(one, responseOf(one, question).end());
  }

  #refuse(one: PlainRow, errno: string, syscall: string, origin: 'here' | 'network'): void {
    this.#end(one, refusal({ errno, syscall, origin }, one.target));
  }

  /** To be told with others that end now. */
  #end(one: PlainRow, finding: ProbeFinding): void {
    const isOurs = finding.verdict === 'fail' && one.connected && this.#meetsItself(one);
    one.finding = isOurs ? nobody : finding;
    this.#done.push(one);
  }

  #tell(): void {
    const { clock, ended, behalf } = this.#options;
    const done = this.#done;
    this.#done = [];
    const now = clock.monotonic();
    for (const one of done) this.#release(one);
    for (const one of done) {
      const { row, finding } = one;
      // It may have been forgotten or abandoned over another one.
      if (finding === null || this.#known[row] !== one) continue;
      one.finding = null;
      const before = behalf.enter(row);
      ended(row, resultOf(finding, now - (this.#beganAt[row] ?? now)));
      behalf.leave(before);
    }
  }

  #release(one: PlainRow): void {
    const { socket } = one;
    one.response = null;
    one.unsent = null;
    one.socket = NONE;
    if (socket < 0) return;
    this.#rows[socket] = -1;
    this.#options.pool.give(socket);
  }
}

/** In place of the number of a socket: there is none, or it gets one in this turn. */
const NONE = -1;
const STARTING = -2;

let more: NativeMemory | null = null;

/** For answers that are longer, or come in parts. */
function secondMemory(): NativeMemory {
  more ??= new NativeMemory(64 * 1024);
  return more;
}
