import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { MaglevError } from '../../domain/errors.js';
import type { Failure } from '../contract.js';
import { failureOf } from '../failure.js';

const zip = promisify(gzip);
/** Less is not worth the trouble, in bytes. */
const WORTH_ZIPPING = 2048;

/** On every answer: no other page may use it, and a page of ours loads nothing from elsewhere. */
export const guardHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
} as const;

/** JSON, written and compressed once for all who ask. */
export class JsonBody {
  readonly bytes: Buffer;
  #zipped: Promise<Buffer> | null = null;

  constructor(value: unknown) {
    this.bytes = Buffer.from(JSON.stringify(value));
  }

  zipped(): Promise<Buffer> {
    this.#zipped ??= zip(this.bytes, { level: constants.Z_BEST_SPEED });
    return this.#zipped;
  }
}

export async function sendJson(
  request: IncomingMessage,
  response: ServerResponse,
  body: JsonBody,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const wanted = body.bytes.length >= WORTH_ZIPPING && accepts(request, 'gzip');
  const bytes = wanted ? await body.zipped() : body.bytes;
  if (response.writableEnded || response.destroyed) return;
  response.writeHead(status, {
    ...guardHeaders,
    'content-type': 'application/json; charset=utf-8',
    'content-length': bytes.length,
    'cache-control': 'no-store',
    ...(wanted ? { 'content-encoding': 'gzip', vary: 'accept-encoding' } : {}),
    ...headers,
  });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

export function sendFailure(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  failure: Failure,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  void sendJson(request, response, new JsonBody(failure), status, headers);
}

/** What was thrown here, and was no refusal. */
export function sendThrown(
  request: IncomingMessage,
  response: ServerResponse,
  thrown: unknown,
  status: number,
): void {
  sendFailure(request, response, status, failureOf(thrown));
}

/** A request that nobody should have made. */
export function requestFault(message: string): MaglevError {
  return new MaglevError('MGL_HTTP_REQUEST', message);
}

/** Does the client take this encoding? */
export function accepts({ headers }: IncomingMessage, encoding: string): boolean {
  const words = String(headers['accept-encoding'] ?? '').split(',');
  return words.some((word) => {
    const [name = '', quality = ''] = word.split(';');
    return name.trim().toLowerCase() === encoding && !/^\s*q=0(\.0*)?\s*$/.test(quality);
  });
}
