import http from 'node:http';

import { realClock } from '../../clock/real-clock.js';
import { VirtualClock } from '../../clock/virtual-clock.js';
import { type FrontendSettings, parseFrontendCommand } from '../../web/flags.js';
import { type Frontend, type FrontendWorld, startFrontend } from '../../web/frontend.js';
import { eventually } from './eventually.js';
import { type RecordingLog, recordingLog } from './recording-log.js';
import { StandInMaglevd } from './stand-in-maglevd.js';

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
  readonly bytes: Buffer;
}

export interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A dashboard over real HTTP, of maglevds that are played. */
export class DashboardServer {
  readonly lb1: StandInMaglevd;
  readonly lb2: StandInMaglevd;
  readonly log: RecordingLog;
  readonly frontend: Frontend;
  readonly base: string;

  private constructor(frontend: Frontend, log: RecordingLog, lbs: readonly [StandInMaglevd, StandInMaglevd]) {
    this.frontend = frontend;
    this.log = log;
    [this.lb1, this.lb2] = lbs;
    this.base = `http://${frontend.addresses[0]}`;
  }

  static async start(
    changes: Partial<FrontendSettings> = {},
    world: Partial<FrontendWorld> = {},
  ): Promise<DashboardServer> {
    const argv = ['--server', 'lb1=lb1:9090,lb2=lb2:9090', '--listen', '127.0.0.1:0'];
    const command = parseFrontendCommand(argv, {});
    if (command.kind !== 'run') throw new Error(command.kind);
    const log = recordingLog();
    const lbs = [
      new StandInMaglevd(Date.now, { shop: ['web1', 'web2'], mail: ['mx1'] }),
      new StandInMaglevd(Date.now, { shop: ['web1'] }),
    ] as const;
    lbs[1].epoch = 'epoch-2';
    const frontend = await startFrontend(
      { ...command.settings, ...changes },
      { clock: realClock, log, connectTo: ({ id }) => (id === 'lb1' ? lbs[0] : lbs[1]).api, ...world },
    );
    const server = new DashboardServer(frontend, log, lbs);
    await eventually(async () => {
      // One that stands still lets nothing be read.
      if (world.clock instanceof VirtualClock) await world.clock.advance(10);
      for (const id of ['lb1', 'lb2']) {
        const maglevd = frontend.fleet.picture(id)?.maglevd;
        if (maglevd?.summary == null || frontend.fleet.picture(id)?.picture?.frontends.length === 0)
          throw new Error(`${id} was not heard yet`);
      }
    });
    return server;
  }

  ask(path: string, { method = 'GET', headers = {}, body }: AskOptions = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      // Not fetch: it sets some of the headers that are tried here by itself, and tidies up paths.
      const { hostname, port } = new URL(this.base);
      const request = http.request({ hostname, port, path, method, headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const bytes = Buffer.concat(chunks);
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: bytes.toString(),
            bytes,
          });
        });
        response.on('error', reject);
      });
      request.on('error', reject);
      request.end(body);
    });
  }

  /** POST of JSON, as the page does it. */
  post(path: string, value: object, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.ask(path, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        origin: this.base,
        'sec-fetch-site': 'same-origin',
        ...headers,
      },
      body: JSON.stringify(value),
    });
  }

  stop(): Promise<void> {
    return this.frontend.stop();
  }
}

/** Follows server-sent events, until it is closed. */
export class EventFollower {
  readonly messages: { readonly id: string; readonly event: string; readonly data: unknown }[] = [];
  readonly ended: Promise<void>;
  readonly #request: http.ClientRequest;
  #response: http.IncomingMessage | null = null;
  status = 0;
  text = '';

  bytes = 0;
  /** Told behind each message. */
  onMessage: () => void = () => {};

  /** `reads` false: what comes is counted, and nothing more. */
  constructor(
    base: string,
    path = '/view/api/events',
    headers: Readonly<Record<string, string>> = {},
    reads = true,
  ) {
    let rest = '';
    this.#request = http.get(`${base}${path}`, { headers, agent: false });
    this.ended = new Promise((resolve) => {
      this.#request.on('close', resolve);
      this.#request.on('error', () => resolve());
    });
    this.#request.on('response', (response) => {
      this.#response = response;
      this.status = response.statusCode ?? 0;
      if (!reads) {
        response.on('data', (chunk: Buffer) => {
          this.bytes += chunk.length;
        });
        return;
      }
      response.setEncoding('utf8').on('data', (piece: string) => {
        this.text += piece;
        rest += piece;
        const parts = rest.split('\n\n');
        rest = parts.pop() ?? '';
        for (const part of parts) this.#take(part);
      });
      response.on('error', () => undefined);
    });
  }

  /** Takes nothing from now on, as a page does that hangs. */
  stall(): void {
    this.#response?.pause();
  }

  resume(): void {
    this.#response?.resume();
  }

  close(): void {
    this.#request.destroy();
  }

  of(event: string): unknown[] {
    return this.messages.flatMap((one) => (one.event === event ? [one.data] : []));
  }

  #take(part: string): void {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(part)?.[1] ?? '';
    if (field('event') === '') return;
    this.messages.push({ id: field('id'), event: field('event'), data: JSON.parse(field('data')) });
    this.onMessage();
  }
}
