import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../../protocol/clock.js';
import type { Logger } from '../../protocol/log.js';
import type { Family } from '../family.js';
import { type HealthReport, reportText } from '../readiness.js';
import { Door, type MetricsAddress } from './door.js';
import { Scrapes } from './scrapes.js';

export interface MetricsServerOptions {
  readonly addresses: readonly MetricsAddress[];
  readonly gather: () => Promise<Iterable<Family>>;
  /** Never reject. */
  readonly live: () => Promise<HealthReport>;
  readonly ready: () => Promise<HealthReport>;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface MetricsServer {
  /** How scrapes ended so far. */
  readonly scrapes: Scrapes['rows'];
  readonly stop: () => void;
}

export type StartMetricsServer = (options: MetricsServerOptions) => MetricsServer;

/** Serves /metrics, /livez and /readyz on every address that can be had, and on the others as soon as they can. */
export const startMetricsServer: StartMetricsServer = (options) => {
  const { addresses, gather, clock, log } = options;
  const scrapes = new Scrapes({ gather, clock });
  const following = new Following();
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    following.asked(request.socket, response);
    void route(request, response, options, scrapes);
  };
  const doors = addresses.map((address) => new Door({ address, answer, clock, log }));
  return {
    scrapes: () => scrapes.rows(),
    stop: () => {
      for (const door of doors) door.close();
    },
  };
};

/** Tells every answer of a connection that it is gone: Node tells only that one whose turn it was. */
class Following {
  readonly #open = new WeakMap<Socket, Set<ServerResponse>>();

  asked(socket: Socket, response: ServerResponse): void {
    const answers = this.#open.get(socket) ?? this.#follow(socket);
    answers.add(response);
    response.once('close', () => answers.delete(response));
  }

  #follow(socket: Socket): Set<ServerResponse> {
    const answers = new Set<ServerResponse>();
    this.#open.set(socket, answers);
    socket.once('close', () => {
      for (const response of [...answers]) {
        response.destroy();
        response.emit('close');
      }
    });
    return answers;
  }
}

async function route(
  request: IncomingMessage,
  response: ServerResponse,
  { live, ready }: MetricsServerOptions,
  scrapes: Scrapes,
): Promise<void> {
  // What a client that goes away leaves behind.
  response.on('error', () => {});
  const { method = '', url = '' } = request;
  const [path = '', query = ''] = url.split('?');
  if (method !== 'GET' && method !== 'HEAD') {
    response.writeHead(405, { Allow: 'GET, HEAD', Connection: 'close' });
    response.end();
    return;
  }
  switch (path) {
    case '/metrics':
      await scrapes.answer(request, response);
      break;
    case '/livez':
      tell(response, await live(), query);
      break;
    case '/readyz':
      tell(response, await ready(), query);
      break;
    case '/':
      plain(response, 200, 'maglevd: /metrics, /livez, /readyz; ?verbose tells each part of the last two\n');
      break;
    default:
      plain(response, 404, 'there are /metrics, /livez and /readyz\n');
  }
}

function tell(response: ServerResponse, report: HealthReport, query: string): void {
  const verbose = query.split('&').some((word) => word === 'verbose' || word.startsWith('verbose='));
  plain(response, report.ok ? 200 : 503, reportText(report, verbose));
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(text);
}
