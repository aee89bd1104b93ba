import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { StatusObject } from '@grpc/grpc-js';
import { countSent } from '../answer-size.js';
import { connectError } from './connect-error.js';

const always: OutgoingHttpHeaders = {
  'content-type': 'application/json',
  // What is true now is not true later.
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
};

export function sendJson(response: ServerResponse, json: string): void {
  countSent(Buffer.byteLength(json));
  send(response, 200, {}, json);
}

/** `httpStatus`: where HTTP has a word of its own for it. */
export function sendError(
  response: ServerResponse,
  status: Partial<StatusObject>,
  httpStatus?: number,
  headers: OutgoingHttpHeaders = {},
): void {
  const error = connectError(status);
  const code = error.errorCode === '' ? {} : { 'maglev-error-code': error.errorCode };
  send(response, httpStatus ?? error.httpStatus, { ...headers, ...code }, error.body);
}

function send(response: ServerResponse, status: number, headers: OutgoingHttpHeaders, body: string): void {
  if (response.headersSent || response.destroyed) return;
  const length = { 'content-length': Buffer.byteLength(body) };
  response.writeHead(status, { ...always, ...headers, ...length }).end(body);
}
