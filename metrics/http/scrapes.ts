import type { IncomingMessage, ServerResponse } from 'node:http';
import { LabelledCounts } from '../../domain/labelled-counts.js';
import type { Clock } from '../../protocol/clock.js';
import { contentTypes, exposition } from '../exposition.js';
import type { Family } from '../family.js';
import { writeBody } from './body.js';
import { formatFor, takesGzip } from './negotiation.js';
import { Turns } from './turns.js';

/** Scrapes that may be under way at once: two Prometheus and some people. */
const AT_ONCE = 8;
/** How long a scraper may take that does not say so, and the longest that one can ask for. */
const PATIENCE_S = { usual: 30, longest: 60 };

/** How a scrape can end. */
const RESULTS = ['complete', 'vanished', 'slow', 'failed', 'refused'] as const;

export interface ScrapesOptions {
  /** What is exported now. Several who ask at once may get the same. */
  readonly gather: () => Promise<Iterable<Family>>;
  readonly clock: Clock;
}

/** Answers scrapes. Whatever a scraper does, it costs no more than its part of the work so far, and a socket for a while. */
export class Scrapes {
  readonly #options: ScrapesOptions;
  readonly #turns = new Turns();
  readonly #counts = new LabelledCounts();
  #underWay = 0;

  constructor(options: ScrapesOptions) {
    this.#options = options;
  }

  /** How they ended. */
  rows() {
    return RESULTS.map((result) => ({ labels: [result], count: this.#counts.get(result) }));
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#underWay >= AT_ONCE) {
      this.#counts.add(['refused']);
      response.writeHead(503, { 'Content-Type': 'text/plain', 'Retry-After': '1' });
      response.end(`${AT_ONCE} scrapes are under way\n`);
      return;
    }
    this.#underWay++;
    let result: (typeof RESULTS)[number] = 'complete';
    const cancel = this.#options.clock.schedule(patienceMs(request), () => {
      result = 'slow';
      request.socket.destroy();
    });
    try {
      const families = await this.#options.gather();
      await this.#write(request, response, families);
      if (result === 'complete' && !response.writableFinished) result = 'vanished';
    } catch (thrown) {
      result = 'failed';
      // A body that was begun cannot be taken back: it is cut, so that nobody takes it for whole.
      if (response.headersSent) request.socket.destroy();
      else {
        response.writeHead(503, { 'Content-Type': 'text/plain' });
        response.end(`${thrown instanceof Error ? thrown.message : thrown}\n`);
      }
    } finally {
      cancel();
      this.#underWay--;
      this.#counts.add([result]);
    }
  }

  async #write(
    request: IncomingMessage,
    response: ServerResponse,
    families: Iterable<Family>,
  ): Promise<void> {
    if (response.destroyed) return;
    const { headers } = request;
    const format = formatFor(headers);
    const gzip = takesGzip(headers);
    response.writeHead(200, {
      'Content-Type': contentTypes[format],
      Vary: 'Accept, Accept-Encoding',
      'Cache-Control': 'no-store',
      ...(gzip ? { 'Content-Encoding': 'gzip' } : {}),
    });
    if (request.method === 'HEAD') {
      response.end();
      await new Promise<void>((resolve) => response.once('close', resolve).once('finish', resolve));
      return;
    }
    const { clock } = this.#options;
    await writeBody(response, exposition(families, format), { gzip, turns: this.#turns, clock });
  }
}

/** As Prometheus says how long it waits. */
function patienceMs({ headers }: IncomingMessage): number {
  const asked = Number(headers['x-prometheus-scrape-timeout-seconds'] ?? PATIENCE_S.usual);
  const seconds = asked > 0 ? Math.min(asked, PATIENCE_S.longest) : PATIENCE_S.usual;
  return seconds * 1000;
}

/** An answer that is made for everybody who asks while it is being made. */
export class AnswerForAll<T> {
  readonly #make: () => Promise<T>;
  #underWay: Promise<T> | null = null;

  constructor(make: () => Promise<T>) {
    this.#make = make;
  }

  readonly get = (): Promise<T> => {
    this.#underWay ??= this.#make().finally(() => {
      this.#underWay = null;
    });
    return this.#underWay;
  };
}
