import http from 'node:http';
import https from 'node:https';
import type { ClientTls } from '../../rpc/client.js';

export interface HttpKit {
  readonly tls?: ClientTls;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  readonly bytes: Buffer;
}

/** A request to an address as maglevd tells it; over TLS when the kit has something for it. `body` null: it has none. */
export function httpRequest(
  address: string,
  path: string,
  body: string | null,
  { tls, token, headers = {}, method = body === null ? 'GET' : 'POST' }: HttpKit = {},
): http.ClientRequest {
  const own = {
    ...(body === null ? {} : { 'content-type': 'application/json' }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...headers,
  };
  const place = address.startsWith('unix:')
    ? { socketPath: address.slice('unix:'.length), host: 'localhost' }
    : { host: '127.0.0.1', port: Number(address.split(':').at(-1)) };
  const common = { ...place, path, method, headers: own, agent: false };
  const request =
    tls === undefined
      ? http.request(common)
      : https.request({
          ...common,
          servername: 'localhost',
          ...(tls.ca === null ? {} : { ca: tls.ca }),
          ...(tls.own === null ? {} : { cert: tls.own.cert, key: tls.own.key }),
        });
  return body === null ? request.end() : request.end(body);
}

/** The whole answer to it. */
export function httpCall(
  address: string,
  path: string,
  body: string | null,
  kit: HttpKit = {},
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(address, path, body, kit);
    request.on('error', reject);
    request.on('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        const bytes = Buffer.concat(parts);
        const { statusCode = 0, headers } = response;
        resolve({ status: statusCode, headers, body: bytes.toString(), bytes });
      });
    });
  });
}

/** One server-sent event. */
export interface SentEvent {
  readonly id: string | null;
  readonly event: string;
  /** JSON. */
  readonly data: Record<string, unknown>;
}

export interface EventReader {
  readonly heard: SentEvent[];
  /** As an EventSource has it: also that of an `id` without an event. */
  readonly lastId: () => string | null;
  /** Lines that begin with a colon. */
  readonly comments: () => number;
  /** The status of the answer, once it has begun. */
  readonly status: Promise<number>;
  /** Settled when the stream has ended. */
  readonly ended: Promise<void>;
  readonly leave: () => void;
}

/** Reads server-sent events by the rules of the HTML standard (9.2.6), as far as they are used. */
export function readEvents(address: string, query: string, kit: HttpKit = {}): EventReader {
  const heard: SentEvent[] = [];
  let lastId: string | null = null;
  let comments = 0;
  const request = httpRequest(address, `/v1/events${query}`, null, kit);
  const status = new Promise<number>((resolve) => {
    request.on('response', (response) => resolve(response.statusCode ?? 0));
  });
  const ended = new Promise<void>((resolve) => {
    request.on('close', resolve);
    request.on('error', () => resolve());
    request.on('response', (response) => {
      response.setEncoding('utf8');
      let rest = '';
      response.on('data', (text: string) => {
        const blocks = (rest + text).split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) take(block.split('\n'));
      });
      response.on('error', () => undefined);
    });
  });
  const take = (lines: readonly string[]) => {
    const fields = new Map<string, string>();
    for (const line of lines) {
      const [, name = '', value = ''] = /^([a-z]*): ?(.*)$/.exec(line) ?? [];
      if (name === '') comments++;
      else fields.set(name, value);
    }
    lastId = fields.get('id') ?? lastId;
    const data = fields.get('data');
    if (data === undefined) return;
    heard.push({
      id: fields.get('id') ?? null,
      event: fields.get('event') ?? 'message',
      data: JSON.parse(data),
    });
  };
  return {
    heard,
    lastId: () => lastId,
    comments: () => comments,
    status,
    ended,
    leave: () => request.destroy(),
  };
}
