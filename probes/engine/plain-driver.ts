import type { HttpParams } from '../../domain/config.js';
import { ipFamily } from '../../domain/ip.js';
import { type ProbeFinding, resultOf, statusDetail } from '../../domain/probe-result.js';
import { readSocketError } from '../../domain/socket-error.js';
import { errnoName, isPending } from '../../linux/errno.js';
import { Change } from '../../linux/poller.js';
import { peerAddress, tcpSocket } from '../../linux/tcp-socket.js';
import type { Clock } from '../../protocol/clock.js';
import type { BodyMatcher } from '../body-matcher.js';
import { bodyMatcher } from '../body-matcher.js';
import { httpRequest } from '../http-request.js';
import { HttpResponse } from '../http-response.js';
import { plainStatus } from '../http-status.js';
import { isOurself, noAnswer, provesConnected, refusal, withoutLink } from '../refusal.js';
import type { SocketKind, SocketPool } from '../socket-pool.js';
import type { ProbeTarget } from '../target.js';
import type { Behalf, Ended, TargetDriver } from './thread.js';

/** What is asked for over the connection. */
interface Question {
  readonly request: Buffer;
  readonly params: HttpParams;
  readonly matcher: BodyMatcher | null;
}

interface Known {
  readonly target: ProbeTarget;
  readonly kind: SocketKind;
  readonly shelf: string;
  readonly port: number;
  readonly peer: Uint8Array;
  /** null = the connection is all that is asked for. */
  readonly question: Question | null;
  /** It reaches nobody, whatever is tried. */
  readonly unreachable: ProbeFinding | null;
  /** The socket in use; -1 = none. */
  socket: number;
  connected: boolean;
  /** It is so near that it has always accepted before we were told that it is being asked. */
  near: boolean;
  beganAt: number;
  /** Why nothing can be sent any more. What came before can still be read, and comes first. */
  broken: string | null;
  /** What the kernel has not taken of the request yet. */
  unsent: Buffer | null;
  /** What has come so far, if it is not read in one go. */
  response: HttpResponse | null;
}

export interface PlainOptions {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly pool: SocketPool;
  readonly ended: Ended;
  readonly behalf: Behalf;
  /** Can the kernel choose this port for our end of a connection? */
  readonly isEphemeral: (port: number) => boolean;
}

/** All connections of a thread read into the same memory, one after the other. */
const memory = Buffer.from(new ArrayBuffer(64 * 1024));

/** TCP and HTTP without TLS, by sockets of a pool. It is told what has changed of them. */
export class PlainDriver implements TargetDriver {
  readonly #options: PlainOptions;
  readonly #known: (Known | undefined)[] = [];
  /** By socket, the row that uses it; -1 = nobody. */
  readonly #rows: number[] = [];
  /** Of near servers that have just been asked for no more than a connection. */
  readonly #hopes: Known[] = [];

  constructor(options: PlainOptions) {
    this.#options = options;
  }

  /** Throws SyntaxError for an expression that does not compile. */
  readonly know = (row: number, target: ProbeTarget): void => {
    const { probe, address, source } = target;
    if (probe.type !== 'tcp' && probe.type !== 'http') throw new Error(`${probe.type} is not probed here`);
    const { port } = probe;
    const quiet = probe.type === 'http' || probe.handshake !== 'full';
    const kind = { family: ipFamily(address), source, quiet };
    this.#known[row] = {
      target,
      kind,
      shelf: this.#options.pool.shelf(kind),
      port,
      peer: peerAddress(address, port),
      question: probe.type === 'http' ? questionOf(target, port, probe.http) : null,
      unreachable: withoutLink(target),
      socket: -1,
      connected: false,
      near: true,
      beganAt: 0,
      broken: null,
      unsent: null,
      response: null,
    };
  };

  readonly forget = (row: number): void => {
    this.abandon(row);
    this.#known[row] = undefined;
  };

  readonly start = (row: number): void => {
    const known = this.#known[row];
    if (known === undefined) return;
    const { pool, clock } = this.#options;
    known.beganAt = clock.monotonic();
    known.connected = false;
    known.broken = null;
    known.unsent = null;
    known.response = null;
    if (known.unreachable !== null) {
      this.#end(row, known, known.unreachable);
      return;
    }
    const socket = pool.take(known.shelf, known.kind);
    if (typeof socket !== 'number') {
      this.#refuse(row, known, errnoName(socket.errno), socket.syscall, 'here');
      return;
    }
    known.socket = socket;
    this.#rows[socket] = row;
    const begun = tcpSocket.begin(pool.fd(socket), known.peer);
    if (begun < 0) this.#refuse(row, known, errnoName(begun), 'connect', 'here');
    else if (begun === 0) this.#connected(row, known);
    else if (!known.near) return;
    else if (known.question === null) this.#hopes.push(known);
    else this.#askAtOnce(row, known, known.question);
  };

  /** May somebody have answered already that has just been asked? */
  get hopes(): boolean {
    return this.#hopes.length > 0;
  }

  /** It was looked who has. */
  looked(): void {
    for (const known of this.#hopes) if (known.socket >= 0 && !known.connected) known.near = false;
    this.#hopes.length = 0;
  }

  readonly expire = (row: number): void => {
    const known = this.#known[row];
    if (known === undefined || known.socket < 0) return;
    const { target, connected, question } = known;
    if (!connected || question === null) this.#end(row, known, noAnswer(target));
    else this.#end(row, known, responseOf(known, question).timedOut(target.timeoutMs));
  };

  readonly abandon = (row: number): void => {
    const known = this.#known[row];
    if (known !== undefined) this.#release(known);
  };

  /** Something has changed of a socket. It may be one that nobody uses any more. */
  changed(socket: number, changes: number): void {
    const row = this.#rows[socket] ?? -1;
    const known = row < 0 ? undefined : this.#known[row];
    if (known === undefined || known.socket !== socket) return;
    const before = this.#options.behalf.enter(row);
    this.#ready(row, known, changes);
    this.#options.behalf.leave(before);
  }

  #ready(row: number, known: Known, changes: number): void {
    const broken = (changes & Change.BROKEN) !== 0;
    if (!known.connected) {
      if (!broken && (changes & Change.WRITABLE) === 0) return;
      const failure = broken ? tcpSocket.failure(this.#options.pool.fd(known.socket)) : 0;
      const errno = failure < 0 ? errnoName(failure) : null;
      if (errno !== null && !provesConnected(errno)) {
        this.#refuse(row, known, errno, 'connect', 'network');
        return;
      }
      // The kernel says it once.
      known.broken = errno;
      this.#connected(row, known);
    } else if (known.unsent !== null && (changes & Change.WRITABLE) !== 0) {
      this.#send(known, known.unsent);
    }
    if (known.socket >= 0 && (broken || (changes & Change.READABLE) !== 0)) this.#read(row, known);
  }

  /** Spares a look, where the kernel has made the connection while it was told of it. */
  #askAtOnce(row: number, known: Known, { request }: Question): void {
    const sent = tcpSocket.send(this.#options.pool.fd(known.socket), request);
    if (isPending(sent)) {
      known.near = false;
      return;
    }
    const errno = sent < 0 ? errnoName(sent) : null;
    if (errno !== null && !provesConnected(errno)) {
      this.#refuse(row, known, errno, 'connect', 'network');
      return;
    }
    known.connected = true;
    known.broken = errno;
    if (errno !== null) this.#read(row, known);
    else if (sent < request.length) known.unsent = request.subarray(sent);
  }

  #connected(row: number, known: Known): void {
    known.connected = true;
    const { question } = known;
    if (question !== null) this.#send(known, question.request);
    else this.#end(row, known, this.#meetsItself(known) ? nobody : accepted);
  }

  /** Asked where it matters only: nobody answers a request by itself. */
  #meetsItself({ socket, target, port }: Known): boolean {
    if (socket < 0 || !this.#options.isEphemeral(port)) return false;
    const local = tcpSocket.localEnd(this.#options.pool.fd(socket), ipFamily(target.address));
    return local !== null && isOurself(target, port, local);
  }

  /** A failure is told when everything that came before it has been read. */
  #send(known: Known, bytes: Buffer): void {
    known.unsent = null;
    const sent = tcpSocket.send(this.#options.pool.fd(known.socket), bytes);
    if (sent < 0 && !isPending(sent)) known.broken ??= errnoName(sent);
    else if (sent < bytes.length) known.unsent = bytes.subarray(Math.max(0, sent));
  }

  #read(row: number, known: Known): void {
    const { question } = known;
    if (question === null) return;
    const fd = this.#options.pool.fd(known.socket);
    while (known.socket >= 0) {
      const size = tcpSocket.receive(fd, memory);
      let finding: ProbeFinding | null = null;
      if (size > 0) finding = this.#take(known, question, size);
      else if (size < 0 && !isPending(size)) {
        finding = responseOf(known, question).broken(known.broken ?? errnoName(size));
      } else if (known.broken !== null && known.broken !== 'EPIPE') {
        // EPIPE: the peer had said its last word before it broke the connection.
        finding = responseOf(known, question).broken(known.broken);
      } else if (size === 0) finding = responseOf(known, question).end();
      if (finding !== null) this.#end(row, known, finding);
      if (size <= 0) return;
    }
  }

  #take(known: Known, question: Question, size: number): ProbeFinding | null {
    if (known.response === null && question.matcher === null) {
      const status = plainStatus(memory, size);
      if (status > 0 && isExpected(question.params, status)) return passOf(status);
    }
    return responseOf(known, question).feed(memory.subarray(0, size));
  }

  #refuse(row: number, known: Known, errno: string, syscall: string, origin: 'here' | 'network'): void {
    this.#end(row, known, refusal({ errno, syscall, origin }, known.target));
  }

  #end(row: number, known: Known, finding: ProbeFinding): void {
    const isOurs = finding.verdict === 'fail' && known.connected && this.#meetsItself(known);
    this.#release(known);
    const found = isOurs ? nobody : finding;
    this.#options.ended(row, resultOf(found, this.#options.clock.monotonic() - known.beganAt));
  }

  #release(known: Known): void {
    const { socket } = known;
    known.response = null;
    known.unsent = null;
    if (socket < 0) return;
    known.socket = -1;
    this.#rows[socket] = -1;
    this.#options.pool.give(socket);
  }
}

function questionOf(target: ProbeTarget, port: number, params: HttpParams): Question {
  return {
    request: httpRequest(params, target.address, port, 80),
    params,
    matcher: params.responseRegexp === null ? null : bodyMatcher(params.responseRegexp),
  };
}

function responseOf(known: Known, { params, matcher }: Question): HttpResponse {
  known.response ??= new HttpResponse(params, matcher);
  return known.response;
}

function isExpected({ responseCodes }: HttpParams, status: number): boolean {
  for (const { from, to } of responseCodes) if (from <= status && status <= to) return true;
  return false;
}

const accepted: ProbeFinding = { verdict: 'pass', code: 'L4OK', detail: 'connected' };

/** What it means that a connection has met itself. */
const nobody = readSocketError('ECONNREFUSED', 'network');

/** Made once for each status: most results are one of these. */
const passes: (ProbeFinding | undefined)[] = [];

function passOf(status: number): ProbeFinding {
  const known = passes[status];
  if (known !== undefined) return known;
  const pass: ProbeFinding = { verdict: 'pass', code: 'L7OK', detail: statusDetail(status) };
  passes[status] = pass;
  return pass;
}
