import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type net from 'node:net';
import { status } from '@grpc/grpc-js';
import { asMaglevError, MaglevError } from '../../domain/errors.js';
import { clip } from '../../domain/text.js';
import { originFault } from '../../domain/web-origin.js';
import type { Clock } from '../../protocol/clock.js';
import type { Logger } from '../../protocol/log.js';
import type { Connections } from '../connections.js';
import type { Doorkeeper, Guarded } from '../doorkeeper.js';
import { MAX_CALLS_OF_CONNECTION } from '../limits.js';
import { grpcStatusOf } from '../status.js';
import { sendError, sendJson } from './answer.js';
import { LONGEST_BODY, readBody } from './body.js';
import { ConnectStream, openEnvelope, STREAM_TYPE } from './connect-stream.js';
import { EventStream, positionOfId } from './event-stream.js';
import { HttpCall, type HttpCallFacts } from './http-call.js';
import { type JsonMethod, jsonMethods } from './methods.js';
import { Patience } from './patience.js';

export interface HttpFrontOptions {
  readonly service: Guarded;
  readonly doorkeeper: Doorkeeper;
  readonly connections: Connections;
  readonly clock: Clock;
  readonly log: Logger;
  /** What maglevd is called where no certificate says so. */
  readonly names: ReadonlySet<string>;
}

/** Where events are, as server-sent events. */
const EVENTS = '/v1/events';
/** Of what a stranger sent, in an error. */
const LONGEST_WORD = 200;
const WATCH = '/maglev.Maglev/WatchEvents';

/**
 * The service over HTTP/1.1: each method as the Connect protocol has it, with JSON, and events also as server-sent
 * events. Who may do what, what is told of it, and what bounds it is the same as over gRPC: the same handlers answer.
 */
export class HttpFront {
  readonly #options: HttpFrontOptions;
  readonly #methods = jsonMethods();
  readonly #server: Server;
  readonly #patience: Patience;

  constructor(options: HttpFrontOptions) {
    this.#options = options;
    this.#patience = new Patience(options.clock);
    // It listens nowhere: connections are handed to it.
    this.#server = createServer({ keepAliveTimeout: 0, noDelay: true }, (request, response) => {
      const underWay = this.#patience.asked(request.socket, response);
      // A client that has gone is no error.
      response.on('error', () => undefined);
      if (underWay > MAX_CALLS_OF_CONNECTION) {
        const text = `${MAX_CALLS_OF_CONNECTION} requests of this connection are under way already`;
        const full = new MaglevError('MGL_MAILBOX_FULL', text);
        sendError(response, grpcStatusOf(full), undefined, { connection: 'close' });
        return;
      }
      this.#answer(request, response).catch((thrown: unknown) =>
        this.#fail(response, clip(request.url ?? '', LONGEST_WORD), thrown),
      );
    });
  }

  /** Serves a connection that was admitted. */
  welcome(socket: net.Socket): void {
    this.#patience.came(socket);
    this.#server.emit('connection', socket);
  }

  /** Closes what is idle; each of the others goes when it has been answered. */
  stop(): void {
    this.#patience.end();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path, query] = targetOf(request);
    const isEvents = path === EVENTS;
    const method = this.#methods.get(isEvents ? WATCH : path);
    if (method === undefined) {
      return refuse(response, 404, status.UNIMPLEMENTED, `there is nothing at ${clip(path, LONGEST_WORD)}`);
    }
    const verb = isEvents ? 'GET' : 'POST';
    if (request.method !== verb) {
      const text = `${path} is asked by ${verb}, and not by ${request.method}`;
      return refuse(response, 405, status.UNIMPLEMENTED, text, { allow: verb });
    }
    const { doorkeeper } = this.#options;
    const facts = this.#factsOf(request, method);
    const fault = this.#originFault(request);
    if (fault !== null) {
      const call = new HttpCall(facts, null, response);
      return sendError(response, grpcStatusOf(doorkeeper.refuseOrigin(call, fault)));
    }
    if (isEvents) this.#watch(method, facts, query, request, response);
    else await this.#call(method, facts, request, response);
  }

  #watch(
    method: JsonMethod,
    facts: HttpCallFacts,
    query: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    const position = positionOfId(String(request.headers['last-event-id'] ?? ''));
    if (position !== null) {
      query.set('epoch', position.epoch);
      query.delete('sinceSeq');
      query.set('since_seq', position.sinceSeq);
    }
    const { clock, service } = this.#options;
    const asked = method.requestOfQuery(query);
    const stream = new EventStream({ facts, request: asked, response, clock, jsonOf: method.jsonOf });
    service.streams[method.name]?.(stream);
  }

  async #call(
    method: JsonMethod,
    facts: HttpCallFacts,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const type = request.headers['content-type'] ?? '';
    // No page can send one of these elsewhere without asking first, and nobody here says yes.
    const wanted = method.streams ? STREAM_TYPE : 'application/json';
    if (type.replace(/\s*;\s*charset\s*=\s*"?utf-8"?\s*$/i, '').toLowerCase() !== wanted) {
      const found = type === '' ? 'nothing' : `"${clip(type, LONGEST_WORD)}"`;
      const hint = method.path === WATCH ? `; or ask for GET ${EVENTS}` : '';
      const text = `the content-type is ${found}, and must be ${wanted}${hint}`;
      return refuse(response, 415, status.INVALID_ARGUMENT, text);
    }
    const encoding = request.headers['content-encoding'] ?? 'identity';
    if (encoding !== 'identity') {
      const text = `the request is compressed by "${clip(encoding, LONGEST_WORD)}"`;
      return refuse(response, 415, status.UNIMPLEMENTED, text, { 'accept-encoding': 'identity' });
    }
    const body = await readBody(request, this.#options.clock);
    if (body === 'gone') return;
    if (body === 'too-long') {
      const text = `the request is longer than ${LONGEST_BODY} bytes`;
      return refuse(response, 413, status.RESOURCE_EXHAUSTED, text);
    }
    if (body === 'too-slow') {
      const text = 'the request did not come in time';
      return refuse(response, 408, status.DEADLINE_EXCEEDED, text, { connection: 'close' });
    }
    const { service } = this.#options;
    if (method.streams) {
      const asked = method.requestOf(openEnvelope(body));
      service.streams[method.name]?.(
        new ConnectStream({ facts, request: asked, response, jsonOf: method.jsonOf }),
      );
      return;
    }
    const call = new HttpCall(facts, method.requestOf(body.toString()), response);
    service.unary[method.name]?.(call, (error, value) => {
      if (error !== null) sendError(response, error);
      else this.#send(response, method, value);
    });
  }

  /** Called by the handlers, who would not know what to do with an error. */
  #send(response: ServerResponse, method: JsonMethod, value: unknown): void {
    try {
      sendJson(response, method.jsonOf(value));
    } catch (thrown) {
      this.#fail(response, method.path, thrown);
    }
  }

  /** Throws MGL_HTTP_REQUEST. */
  #factsOf({ headers, socket }: IncomingMessage, { path }: JsonMethod): HttpCallFacts {
    const version = headers['connect-protocol-version'] ?? '1';
    if (version !== '1') {
      throw new MaglevError(
        'MGL_HTTP_REQUEST',
        `version ${clip(String(version), LONGEST_WORD)} of Connect is not known`,
      );
    }
    const timeout = headers['connect-timeout-ms'];
    if (timeout !== undefined && !/^\d{1,10}$/.test(String(timeout))) {
      const text = `connect-timeout-ms is "${clip(String(timeout), LONGEST_WORD)}", and not a number of at most ten digits`;
      throw new MaglevError('MGL_HTTP_REQUEST', text);
    }
    return {
      path,
      peer: socket.remoteAddress ?? '',
      authorization: headers.authorization ?? null,
      deadline:
        timeout === undefined ? Number.POSITIVE_INFINITY : this.#options.clock.now() + Number(timeout),
    };
  }

  #originFault({ headers, socket }: IncomingMessage): string | null {
    const door = this.#options.connections.of(socket.remoteAddress ?? '')?.facts.door;
    const request = {
      host: headers.host ?? null,
      origin: headers.origin ?? null,
      fetchSite: String(headers['sec-fetch-site'] ?? '') || null,
      secure: door === 'tls',
      local: door === 'unix',
    };
    return originFault(request, this.#options.names);
  }

  #fail(response: ServerResponse, method: string, thrown: unknown): void {
    const error = asMaglevError(thrown);
    if (error.code === 'MGL_INTERNAL') {
      const { stack = null } = error.cause instanceof Error ? error.cause : error;
      this.#options.log.log('error', 'grpc-error', { method, error: error.message, stack });
    }
    sendError(response, grpcStatusOf(error));
  }
}

/** Its path, and what stands behind the question mark. Proxies may write whole URLs. */
function targetOf({ url = '/' }: IncomingMessage): [string, URLSearchParams] {
  const [path = '/', ...query] = url.replace(/^https?:\/\/[^/?]*/i, '').split('?');
  return [path, new URLSearchParams(query.join('?'))];
}

/** A request that is none of ours. */
function refuse(
  response: ServerResponse,
  httpStatus: number,
  code: status,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  sendError(response, grpcStatusOf(new MaglevError('MGL_HTTP_REQUEST', message), code), httpStatus, headers);
}
