import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../protocol/clock.js';
import type { Logger } from '../../protocol/log.js';
import type { Family } from '../family.js';
import type { HealthReport } from '../health-report.js';
import { reportText } from '../health-report.js';
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
  const answer = (request: IncomingMessage, response: ServerResponse) => {
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
