import type { HttpParams } from '../../domain/config.js';
import { type IpAddress, ipFamily } from '../../domain/ip.js';
import { type ProbeFinding, statusDetail } from '../../domain/probe-result.js';
import { readSocketError } from '../../domain/socket-error.js';
import { addressOf } from '../../linux/native-memory.js';
import { type BodyMatcher, bodyMatcher } from '../body-matcher.js';
import { httpRequest } from '../http-request.js';
import { HttpResponse } from '../http-response.js';
import { withoutLink } from '../refusal.js';
import type { SocketKind } from '../socket-pool.js';
import type { ProbeTarget } from '../target.js';

/** What is asked for over a connection. */
export interface Question {
  readonly request: Buffer;
  /** Where that is in memory. */
  readonly requestAt: number;
  readonly params: HttpParams;
  readonly matcher: BodyMatcher | null;
}

/** A server that is probed by a bare socket, and what has become of its present probe. */
export interface PlainRow {
  readonly row: number;
  readonly target: ProbeTarget;
  readonly kind: SocketKind;
  readonly shelf: string;
  readonly port: number;
  /** Of its address in memory. */
  readonly peerSize: number;
  /** null = the connection is all that is asked for. */
  readonly question: Question | null;
  /** It reaches nobody, whatever is tried. */
  readonly unreachable: ProbeFinding | null;
  /** The socket in use; -1 = none. */
  socket: number;
  connected: boolean;
  /** It is so near that it has always accepted while it was being asked. */
  near: boolean;
  beganAt: number;
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
  const { probe, address, source } = target;
  if (probe.type !== 'tcp' && probe.type !== 'http') throw new Error(`${probe.type} is not probed here`);
  const { port } = probe;
  const family = ipFamily(address);
  const quiet = probe.type === 'http' || probe.handshake !== 'full';
  const kind = { family, source, quiet };
  return {
    row,
    target,
    kind,
    shelf: shelfOf(kind),
    port,
    peerSize: family === 4 ? 16 : 28,
    question: probe.type === 'http' ? questionOf(target, port, probe.http) : null,
    unreachable: withoutLink(target),
    socket: -1,
    connected: false,
    near: true,
    beganAt: 0,
    broken: null,
    unsent: null,
    response: null,
    waits: false,
    finding: null,
  };
}

/** By what they ask for, if that is the same for every address. */
const questions = new WeakMap<HttpParams, Map<number, Question>>();

function questionOf({ address }: ProbeTarget, port: number, params: HttpParams): Question {
  const known = questions.get(params) ?? new Map<number, Question>();
  questions.set(params, known);
  const before = known.get(port);
  if (before !== undefined) {
    if (params.host !== null) return before;
    return { ...requestOf(params, address, port), params, matcher: before.matcher };
  }
  const question: Question = {
    ...requestOf(params, address, port),
    params,
    matcher: params.responseRegexp === null ? null : bodyMatcher(params.responseRegexp),
  };
  known.set(port, question);
  return question;
}

function requestOf(params: HttpParams, address: IpAddress, port: number) {
  const request = httpRequest(params, address, port, 80);
  return { request, requestAt: addressOf(request) };
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
