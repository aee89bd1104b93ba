import type { ServerResponse } from 'node:http';
import type { StatusObject } from '@grpc/grpc-js';
import { MaglevError } from '../../domain/errors.js';
import type { StreamCall } from '../call.js';
import { connectError } from './connect-error.js';
import { HttpCall, type HttpCallFacts } from './http-call.js';

/** What messages of a stream travel in, on the way there and back. */
export const STREAM_TYPE = 'application/connect+json';

/** Flags of an envelope: https://connectrpc.com/docs/protocol#streaming-rpcs. */
const MESSAGE = 0;
const LAST = 2;
const HEAD_BYTES = 5;

export interface ConnectStreamOptions {
  readonly facts: HttpCallFacts;
  readonly request: unknown;
  readonly response: ServerResponse;
  readonly jsonOf: (message: unknown) => string;
}

/** A stream as the Connect protocol has it: each message in an envelope, and how it ended in the last one. */
export class ConnectStream extends HttpCall implements StreamCall<unknown, unknown> {
  readonly #response: ServerResponse;
  readonly #jsonOf: (message: unknown) => string;

  constructor({ facts, request, response, jsonOf }: ConnectStreamOptions) {
    super(facts, request, response);
    this.#response = response;
    this.#jsonOf = jsonOf;
    response.on('drain', () => this.emit('drain'));
    this.on('error', (status) => {
      const { body } = connectError(status as StatusObject);
      this.#last(`{"error":${body}}`);
    });
  }

  /** False: the client has not taken it yet. */
  write(message: unknown): boolean {
    this.#begin();
    return !this.#response.writableEnded && this.#response.write(envelope(MESSAGE, this.#jsonOf(message)));
  }

  end(): void {
    this.#last('{}');
    this.emit('finish');
  }

  /** There is no other status than 200: how a stream ends is not known when it begins. */
  #begin(): void {
    if (this.#response.headersSent) return;
    this.#response.writeHead(200, {
      'content-type': STREAM_TYPE,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      connection: 'close',
    });
  }

  #last(json: string): void {
    if (this.#response.writableEnded || this.#response.destroyed) return;
    this.#begin();
    this.#response.end(envelope(LAST, json));
  }
}

/** The message in the one envelope of a request. Throws MGL_HTTP_REQUEST. */
export function openEnvelope(body: Buffer): string {
  const isWhole = body.length >= HEAD_BYTES && body.readUInt32BE(1) === body.length - HEAD_BYTES;
  if (isWhole && body[0] === MESSAGE) return body.subarray(HEAD_BYTES).toString();
  throw new MaglevError(
    'MGL_HTTP_REQUEST',
    'the request is not one message in an envelope that is not compressed',
  );
}

function envelope(flags: number, json: string): Buffer {
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + Buffer.byteLength(json));
  bytes.writeUInt8(flags, 0);
  bytes.writeUInt32BE(bytes.length - HEAD_BYTES, 1);
  bytes.write(json, HEAD_BYTES);
  return bytes;
}
