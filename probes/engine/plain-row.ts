import type { HttpParams, ProbeParams } from '../../domain/config.js';
import { type IpAddress, ipFamily } from '../../domain/ip.js';
import { type ProbeFinding, statusDetail } from '../../domain/probe-result.js';
import { readSocketError } from '../../domain/socket-error.js';
import { NativeMemory } from '../../linux/native-memory.js';
import { type BodyMatcher, bodyMatcher } from '../body-matcher.js';
import { aroundHost } from '../http-request.js';
import { HttpResponse } from '../http-response.js';
import type { SocketKind } from '../socket-pool.js';
import type { ProbeTarget } from '../target.js';
import { bracketed } from '../wording.js';

/** The longest address that there is: IPv6 with an IPv4 address at its end, in brackets. */
const MOST_HOST = 47;

/** What is asked for over a connection, of all who are asked alike: requests differ in the address of the server, at most. */
export class Question {
  readonly params: HttpParams;
  readonly matcher: BodyMatcher | null;
  readonly #memory: NativeMemory;
  readonly #hostAt: number;
  readonly #after: Buffer;
  #size: number;

  /** Throws SyntaxError for an expression that does not compile. */
  constructor(params: HttpParams, port: number) {
    this.params = params;
    this.matcher = params.responseRegexp === null ? null : bodyMatcher(params.responseRegexp);
    const { before, after } = aroundHost(params, port, 80);
    const begin = Buffer.from(`${before}${params.host ?? ''}`, 'utf8');
    this.#after = Buffer.from(after, 'latin1');
    this.#memory = new NativeMemory(begin.length + MOST_HOST + this.#after.length);
    this.#memory.bytes.set(begin);
    this.#hostAt = begin.length;
    this.#size = this.#append('');
  }

  /** Where the request is in memory that was written last. */
  get requestAt(): number {
    return this.#memory.address;
  }

  /** Writes the request to this server. Answers its length, in bytes. */
  writeTo(address: IpAddress): number {
    if (this.params.host === null) this.#size = this.#append(bracketed(address));
    return this.#size;
  }

  /** What is left behind so many bytes of the request that was written last. */
  rest(sent: number): Buffer {
    return Buffer.from(this.#memory.bytes.subarray(sent, this.#size));
  }

  /** How long it is then, in bytes. */
  #append(host: string): number {
    const { bytes } = this.#memory;
    const at = this.#hostAt + bytes.write(host, this.#hostAt, 'latin1');
    return at + this.#after.copy(bytes, at);
  }
}

/** What thousands of servers have in common: each knows it by one reference. */
export interface Way {
  readonly kind: SocketKind;
  readonly shelf: string;
  readonly port: number;
  /** Of an address in memory. */
  readonly peerSize: number;
  /** null = the connection is all that is asked for. */
  readonly question: Question | null;
}

/** A server that is probed by a bare socket, and what has become of its present probe. */
export interface PlainRow {
  readonly row: number;
  readonly target: ProbeTarget;
  readonly way: Way;
  /** The socket in use; -1 = none. */
  socket: number;
  connected: boolean;
  /** It is so near that it has always accepted while it was being asked. */
  near: boolean;
  /** Why nothing can be sent any more. What came before can still be read, and comes first. */
  broken: string | null;
  /** What the kernel has not taken of the request yet. */
  unsent: Buffer | null;
  /** What has come so far, if it is not read in one go. */
  response: HttpResponse | null;
  /** What has come waits to be read, together with that of others. */
  waits: boolean;
  /** What its probe has found, before that is told. */
  finding: ProbeFinding | null;
}

/** Throws SyntaxError for an expression that does not compile. */
export function plainRow(row: number, target: ProbeTarget, shelfOf: (kind: SocketKind) => string): PlainRow {
  return {
    row,
    target,
    way: wayOf(target, shelfOf),
    socket: -1,
    connected: false,
    near: true,
    broken: null,
    unsent: null,
    response: null,
    waits: false,
    finding: null,
  };
}

/** By what is asked, and then by family and source. */
const ways = new WeakMap<ProbeParams, Map<string, Way>>();

function wayOf({ probe, address, source }: ProbeTarget, shelfOf: (kind: SocketKind) => string): Way {
  if (probe.type !== 'tcp' && probe.type !== 'http') throw new Error(`${probe.type} is not probed here`);
  const family = ipFamily(address);
  const kind = { family, source, quiet: probe.type === 'http' || probe.handshake !== 'full' };
  const shelf = shelfOf(kind);
  const known = ways.get(probe) ?? new Map<string, Way>();
  ways.set(probe, known);
  const before = known.get(shelf);
  if (before !== undefined) return before;
  const { port } = probe;
  const question = probe.type === 'http' ? new Question(probe.http, port) : null;
  const way = { kind, shelf, port, peerSize: family === 4 ? 16 : 28, question };
  known.set(shelf, way);
  return way;
}

/** What has come of the answer to this question. */
export function responseOf(one: PlainRow, { params, matcher }: Question): HttpResponse {
  one.response ??= new HttpResponse(params, matcher);
  return one.response;
}

export function isExpected({ responseCodes }: HttpParams, status: number): boolean {
  for (const { from, to } of responseCodes) if (from <= status && status <= to) return true;
  return false;
}

export const accepted: ProbeFinding = { verdict: 'pass', code: 'L4OK', detail: 'connected' };

/** What it means that a connection has met itself. */
export const nobody = readSocketError('ECONNREFUSED', 'network');

/** Made once for each status: most results are one of these. */
const passes: (ProbeFinding | undefined)[] = [];

export function passOf(status: number): ProbeFinding {
  const known = passes[status];
  if (known !== undefined) return known;
  const pass: ProbeFinding = { verdict: 'pass', code: 'L7OK', detail: statusDetail(status) };
  passes[status] = pass;
  return pass;
}
