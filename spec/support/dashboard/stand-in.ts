import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import path from 'node:path';
import type {
  ActAnswer,
  Action,
  Backend,
  Change,
  HistoryAnswer,
  Maglevd,
  Member,
  Picture,
  PictureAnswer,
  PlanAnswer,
  ProbesAnswer,
  StateAnswer,
  SyncAnswer,
  TimelineEvent,
  VersionAnswer,
} from '../../../web/contract.js';
import { type FleetSize, maglevdOf, pictureOf, summaryOf } from './standing-fleet.js';

/** Where the page is, as it was built. Compiled specs run from out/spec/support/dashboard. */
export const pageFolder = path.resolve(import.meta.dirname, '../../../web/ui');

/** No script, style, image or connection but its own, and nothing inline. */
export const strictPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/** Messages that are kept for those who come again. */
const KEPT = 2000;

interface Site {
  row: Maglevd;
  picture: Picture;
  readonly events: TimelineEvent[];
}

/**
 * Stands in for maglevd-frontend: speaks its contract about a fleet that is made up, and does what a spec wants it to.
 * Changes are sent as one message each time `send` is called.
 */
export class StandIn {
  readonly sites = new Map<string, Site>();
  /** Requests: `GET /view/api/state`. */
  readonly asked: string[] = [];
  admin = false;
  /** What was asked of /admin. */
  readonly actions: { readonly what: string; readonly action: Action }[] = [];
  /** What its clock is ahead of the real one, ms. */
  clockAhead = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #streams = new Set<ServerResponse>();
  readonly #kept: { readonly seq: number; readonly text: string }[] = [];
  #waiting: Change[] = [];
  #epoch = 'first';
  #seq = 0;
  #eventSeq = 0;
  #mute = false;
  #refusing = false;

  private constructor(ids: readonly string[], size: FleetSize) {
    const now = Date.now();
    for (const id of ids) {
      const picture = pictureOf(size, now);
      this.sites.set(id, { row: maglevdOf(id, picture, now), picture, events: [] });
    }
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.#server.on('connection', (socket) => {
      if (this.#refusing) {
        socket.destroy();
        return;
      }
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(ids: readonly string[], size: FleetSize): Promise<StandIn> {
    const standIn = new StandIn(ids, size);
    await new Promise<void>((resolve) => standIn.#server.listen(0, '127.0.0.1', resolve));
    return standIn;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/view/`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  site(id: string): Site {
    const site = this.sites.get(id);
    if (site === undefined) throw new Error(`no ${id}`);
    return site;
  }

  /** Takes part in the next message. */
  change(change: Change): void {
    this.#waiting.push(change);
  }

  /** Sends what has changed. While it is mute, or cut off, it is kept for those who come again. */
  send(): void {
    if (this.#waiting.length === 0) return;
    this.#seq++;
    const data = JSON.stringify(this.#waiting);
    this.#waiting = [];
    const text = `id: ${this.#epoch}-${this.#seq}\nevent: changes\ndata: ${data}\n\n`;
    this.#kept.push({ seq: this.#seq, text });
    if (this.#kept.length > KEPT) this.#kept.shift();
    if (!this.#mute) for (const stream of this.#streams) stream.write(text);
  }

  backend(id: string, name: string, patch: Partial<Backend>): void {
    const site = this.site(id);
    const index = site.picture.backends.findIndex((one) => one.name === name);
    const before = site.picture.backends[index];
    if (before === undefined) throw new Error(`no ${name}`);
    const row = { ...before, ...patch };
    (site.picture.backends as Backend[])[index] = row;
    this.change({ maglevd: id, kind: 'backend', row });
  }

  member(id: string, frontend: string, name: string, patch: Partial<Member>): void {
    for (const pool of this.site(id).picture.frontends.find((one) => one.name === frontend)?.pools ?? []) {
      const index = pool.members.findIndex(({ backend }) => backend === name);
      const before = pool.members[index];
      if (before === undefined) continue;
      const row = { ...before, ...patch };
      (pool.members as Member[])[index] = row;
      this.change({ maglevd: id, kind: 'member', frontend, pool: pool.name, row });
    }
  }

  event(id: string, event: Omit<TimelineEvent, 'seq' | 'epoch'>): void {
    const row = { ...event, seq: ++this.#eventSeq, epoch: 'life' };
    this.site(id).events.push(row);
    this.change({ maglevd: id, kind: 'event', row });
  }

  /** The row of the overview, with what the picture says now. */
  row(id: string, patch: Partial<Maglevd> = {}): void {
    const site = this.site(id);
    site.row = { ...site.row, summary: summaryOf(site.picture, Date.now()), ...patch };
    this.change({ maglevd: id, kind: 'maglevd', row: site.row });
  }

  /** All connections break, and no new one is taken. */
  cutOff(): void {
    this.#refusing = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Connections stay, but nothing comes through, as with a cable that was pulled. */
  mute(): void {
    this.#mute = true;
  }

  comeBack(): void {
    this.#refusing = false;
    this.#mute = false;
  }

  /** As after its restart: numbers of before say nothing. */
  restart(): void {
    this.#epoch = 'second';
    this.#seq = 0;
    this.#kept.length = 0;
    for (const socket of this.#sockets) socket.destroy();
  }

  get streams(): number {
    return this.#streams.size;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', this.url);
    this.asked.push(`${request.method} ${url.pathname}${url.search}`);
    if (this.#mute) return;
    if (url.pathname === '/view/api/events') this.#stream(url, request, response);
    else if (url.pathname.startsWith('/view/api/')) this.#api(url, response);
    else if (url.pathname.startsWith('/admin/api/')) void this.#act(url, request, response);
    else this.#file(url.pathname, response);
  }

  #file(pathname: string, response: ServerResponse): void {
    const name = pathname === '/view/' ? 'index.html' : pathname.slice('/view/'.length);
    const type = types[path.extname(name)];
    if (type === undefined || name.includes('/')) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': type, 'content-security-policy': strictPolicy });
    response.end(readFileSync(path.join(pageFolder, name)));
  }

  #stream(url: URL, request: IncomingMessage, response: ServerResponse): void {
    const [epoch = '', seq = '0'] = (url.searchParams.get('from') ?? '').split('-');
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(
      `retry: 500\nevent: hello\ndata: ${JSON.stringify({ epoch: this.#epoch, seq: this.#seq, now: this.#now() })}\n\n`,
    );
    const oldest = this.#kept[0]?.seq ?? this.#seq + 1;
    const lost = epoch !== this.#epoch || Number(seq) + 1 < oldest;
    if (lost) {
      const why = epoch === this.#epoch ? 'forgotten' : 'restarted';
      response.end(`event: resync\ndata: ${JSON.stringify({ why })}\n\n`);
      return;
    }
    for (const message of this.#kept) if (message.seq > Number(seq)) response.write(message.text);
    this.#streams.add(response);
    request.on('close', () => this.#streams.delete(response));
  }

  #api(url: URL, response: ServerResponse): void {
    const [, , , what = '', id = ''] = url.pathname.split('/').map(decodeURIComponent);
    const site = this.sites.get(id);
    const answer = site === undefined ? this.#answerOfAll(what) : this.#answerOf(what, site, url);
    response.writeHead(answer === null ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? { code: 'MGL_USAGE', message: 'No such thing.', advice: '' }));
  }

  async #act(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, , , what = ''] = url.pathname.split('/');
    let body = '';
    for await (const piece of request) body += String(piece);
    if (body !== '') this.actions.push({ what, action: JSON.parse(body) as Action });
    response.writeHead(200, { 'content-type': 'application/json' });
    if (what === 'who') response.end(JSON.stringify({ user: 'ada', role: 'admin' }));
    else response.end(JSON.stringify(what === 'plan' ? aPlan : anOutcome));
  }

  #answerOfAll(what: string): unknown {
    if (what === 'version') {
      const version: VersionAnswer = {
        version: '0.1.0',
        commit: null,
        date: null,
        startedAt: 0,
        now: this.#now(),
        admin: this.admin,
      };
      return version;
    }
    if (what !== 'state') return null;
    const state: StateAnswer = {
      epoch: this.#epoch,
      seq: this.#seq,
      maglevds: [...this.sites.values()].map(({ row }) => row),
      pictures: Object.fromEntries([...this.sites].map(([id, { picture }]) => [id, picture])),
    };
    return state;
  }

  #answerOf(what: string, { row, picture, events }: Site, url: URL): unknown {
    switch (what) {
      case 'state': {
        const answer: PictureAnswer = { epoch: this.#epoch, seq: this.#seq, maglevd: row, picture };
        return answer;
      }
      case 'timeline':
        return { events, completeSince: 0, cut: false };
      case 'history':
        return historyOf(picture, url.searchParams.get('frontend') ?? '', this.#now());
      case 'probes':
        return probesOf(url.searchParams.get('backend') ?? '', this.#now());
      case 'explain':
        return { lines: [`backend   ${url.searchParams.get('backend')}`, 'state     up'] };
      case 'sync':
        return syncOf(picture, Number(url.searchParams.get('sync')));
      default:
        return null;
    }
  }

  #now(): number {
    return Date.now() + this.clockAhead;
  }
}

const aPlan: PlanAnswer = {
  command: 'maglevc plan set backend shop-01 disable',
  vips: [
    {
      frontend: 'shop',
      vip: '192.0.2.1/32,tcp,443',
      operations: [
        { operation: 'set weight of server 10.0.0.1 from 100 to 0, cutting its flows', reason: 'disabled' },
      ],
      anew: false,
      vppMs: 0.8,
      moved: { tableLength: 4096, moved: 1071, hadToMove: 1024, collateral: 47, gained: 0 },
      flowsAtStake: 1240,
    },
  ],
  settings: [],
  refused: [],
  vppMs: 0.8,
  begunAnew: [],
  flowsAtStake: 1240,
  servingNobody: ['shop'],
};

const anOutcome: ActAnswer = {
  summary: 'disabled; 1 frontend, 1 weight set, acknowledged by VPP in 4 ms',
  warning: null,
  pending: [],
};

function historyOf(picture: Picture, frontend: string, end: number): HistoryAnswer {
  const servers = picture.counters?.vips.find((vip) => vip.frontend === frontend)?.servers ?? [];
  const wave = (rate: number, i: number, b: number) => rate * (1 + 0.2 * Math.sin(i / 9 + b));
  return {
    end,
    stepMs: 10_000,
    servers: servers.map(({ backend, address, packetsPerSecond }, b) => {
      const values = Array.from({ length: 90 }, (_, i) => wave(packetsPerSecond ?? 0, i, b));
      return { backend, address, packetsPerSecond: values, bytesPerSecond: values };
    }),
  };
}

function syncOf(picture: Picture, id: number): SyncAnswer | null {
  const sync = picture.syncs.find((one) => one.id === id);
  if (sync === undefined) return null;
  const operation = 'set weight of server 10.0.0.2 of 192.0.2.1/32,tcp,443 from 100 to 0, cutting its flows';
  const done = { operation, reason: 'down', outcome: 'done', code: '', message: '', at: sync.start + 2 };
  return { sync, operations: sync.asWeightUpdated > 0 ? [done] : [], omitted: 0 };
}

/** Quick answers, which become slower and slower, and then none that is good. */
function probesOf(backend: string, now: number): ProbesAnswer {
  const last = Array.from({ length: 64 }, (_, i) => {
    const fails = i < 14;
    const slow = Math.max(0, 34 - i) ** 2 / 4;
    return {
      at: now - i * 2000,
      durationMs: 1.2 + ((i * 13) % 7) * 0.6 + slow,
      code: fails ? 'L7STS' : 'L7OK',
      verdict: fails ? 'fail' : 'pass',
    };
  });
  return {
    backend,
    results: 4380,
    byCode: [
      { code: 'L7OK', count: 4327 },
      { code: 'L7STS', count: 41 },
      { code: 'L7TOUT', count: 12 },
    ],
    buckets: [
      { atMostMs: 2, count: 1850 },
      { atMostMs: 5, count: 2210 },
      { atMostMs: 50, count: 190 },
      { atMostMs: 250, count: 118 },
      { atMostMs: null, count: 12 },
    ],
    durationSumMs: 38_100,
    last,
  };
}
