import type { IncomingMessage, ServerResponse } from 'node:http';
import { isLeft } from 'fp-ts/lib/Either.js';
import { userNameOf } from '../../domain/access.js';
import { asMaglevError, MaglevError } from '../../domain/errors.js';
import { clip } from '../../domain/text.js';
import type { Clock } from '../../protocol/clock.js';
import type { FreeLogger } from '../../protocol/log.js';
import { act, planAction } from '../acting.js';
import { readAction, roleFor } from '../action.js';
import type { VersionAnswer, WhoAnswer } from '../contract.js';
import { failureOf, httpStatusOf } from '../failure.js';
import type { Fleet } from '../fleet.js';
import type { Upstream } from '../upstream.js';
import type { User } from '../users.js';
import { readRequestBody } from './body.js';
import type { EventStreams } from './event-streams.js';
import type { Files } from './files.js';
import type { Gate } from './gate.js';
import { OnDemand } from './on-demand.js';
import { Owed } from './owed.js';
import { guardHeaders, JsonBody, requestFault, sendFailure, sendJson } from './respond.js';
import { StateBodies } from './state-bodies.js';
import { explainAnswer, probesAnswer, syncAnswer } from './upstream-answers.js';

export interface AppOptions {
  readonly fleet: Fleet;
  readonly streams: EventStreams;
  readonly files: Files;
  readonly gate: Gate;
  /** Must those who only look say who they are as well? */
  readonly viewLogin: boolean;
  readonly about: Pick<VersionAnswer, 'version' | 'commit' | 'date' | 'startedAt'>;
  readonly clock: Clock;
  readonly log: FreeLogger;
}

/** A sync of everything takes two minutes at most; nothing takes longer than this, in ms. */
const LONGEST_ANSWER_MS = 150_000;
/** Of what a stranger sent, in an error. */
const LONGEST_WORD = 200;

interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
}

/** Answers every request. */
export class App {
  readonly #options: AppOptions;
  readonly #states: StateBodies;
  readonly #onDemand = new OnDemand();
  readonly #owed = new Owed();

  constructor(options: AppOptions) {
    this.#options = options;
    this.#states = new StateBodies(options.fleet, options.clock);
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A client that has gone is no error.
    response.on('error', () => undefined);
    try {
      await this.#route(request, response);
    } catch (thrown) {
      const error = asMaglevError(thrown);
      if (error.code === 'MGL_INTERNAL' && httpStatusOf(thrown) === 500) {
        const { stack = null } = error.cause instanceof Error ? error.cause : error;
        this.#options.log.log('error', 'request-failed', {
          path: pathOf(request),
          error: error.message,
          stack,
        });
      }
      sendFailure(request, response, httpStatusOf(thrown), failureOf(thrown));
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path, query] = targetOf(request);
    const asked = { request, response, query };
    if (path !== '/view/api/events') this.#limit(response);
    if (path === '/healthz') return this.#healthz(asked);
    const { gate, files, viewLogin } = this.#options;
    const strange = gate.strangeOrigin(request);
    // A link from another page may lead here; what it cannot do is use what it finds.
    const isLink =
      path === '/' ||
      path === '/view' ||
      path.startsWith('/view/') ||
      path === '/admin' ||
      path === '/admin/';
    const navigates =
      request.headers['sec-fetch-mode'] === 'navigate' && isLink && request.headers.origin === undefined;
    if (strange !== null && !(navigates && gate.isOurHost(request))) {
      return sendFailure(request, response, 403, failureOf(strange));
    }
    if (path === '/favicon.ico' || path === '/favicon.svg') {
      if (reads(asked)) files.send('favicon.svg', request, response);
      return;
    }
    if (path === '/' || path === '/view') return redirect(response, '/view/');
    if (path === '/admin' || path === '/admin/' || path.startsWith('/admin/api/'))
      return this.#admin(path, asked);
    if (!path.startsWith('/view/')) return notFound(asked, path);
    if (viewLogin && this.#enter(asked, 'viewer') === null) return;
    if (!reads(asked)) return;
    if (path.startsWith('/view/api/')) return this.#view(path.slice('/view/api/'.length), asked);
    const name = path.slice('/view/'.length);
    // The page knows what stands behind its own address.
    const file = name === '' || !name.includes('.') ? 'index.html' : name;
    if (!files.send(file, request, response)) notFound(asked, path);
  }

  /** Whoever does not take his answer must not hold a connection for ever. */
  #limit(response: ServerResponse): void {
    response.once(
      'close',
      this.#options.clock.schedule(LONGEST_ANSWER_MS, () => response.destroy()),
    );
  }

  async #view(rest: string, asked: Asked): Promise<void> {
    const { fleet, streams, about, gate, clock } = this.#options;
    const { request, response, query } = asked;
    switch (rest) {
      case 'version': {
        const answer: VersionAnswer = { ...about, now: clock.now(), admin: gate.knowsUsers };
        return sendJson(request, response, new JsonBody(answer));
      }
      case 'maglevds':
        return sendJson(request, response, new JsonBody(fleet.maglevds()));
      case 'state':
        return sendJson(request, response, this.#states.whole());
      case 'events': {
        if (request.method !== 'GET') return wrongMethod(asked, 'GET');
        if (streams.isFull) {
          const error = new MaglevError('MGL_STREAMS_FULL', `${streams.open} pages follow already`);
          return sendFailure(request, response, 503, failureOf(error), { 'retry-after': '10' });
        }
        streams.begin(request, response, String(request.headers['last-event-id'] ?? query.get('from') ?? ''));
        return;
      }
    }
    const [what = '', id = '', ...more] = rest.split('/');
    const upstream = this.#upstreamOf(id);
    const path = `/view/api/${rest}`;
    if (upstream === null || more.length > 0) return notFound(asked, path);
    if (what === 'state') {
      const state = this.#states.of(upstream.place.id);
      return state === null ? notFound(asked, path) : sendJson(request, response, state);
    }
    if (this.#owed.isFull) {
      const text = 'too many answers wait for clients that do not take them';
      throw new MaglevError('MGL_MAILBOX_FULL', text, { advice: 'Try again in a moment.' });
    }
    const answer = await this.#ofOne(what, upstream, query);
    if (answer === null) return notFound(asked, path);
    const body = new JsonBody(answer);
    this.#owed.add(response, body.bytes.length);
    await sendJson(request, response, body);
  }

  /** null: there is nothing of that name. */
  async #ofOne(what: string, upstream: Upstream, query: URLSearchParams): Promise<object | null> {
    const { clock } = this.#options;
    const { id } = upstream.place;
    const asked = (about: string, ask: () => Promise<object>) =>
      this.#onDemand.answer(id, `${what} ${about}`, ask);
    switch (what) {
      case 'history':
        return upstream.reading.history.of(parameter(query, 'frontend'));
      case 'timeline': {
        const from = numberOf(query, 'from', 0);
        const to = numberOf(query, 'to', Number.MAX_SAFE_INTEGER);
        return upstream.timeline.between(from, to, numberOf(query, 'limit', 2000));
      }
      case 'probes': {
        const backend = parameter(query, 'backend');
        return asked(backend, () => probesAnswer(upstream, backend));
      }
      case 'explain': {
        const backend = parameter(query, 'backend');
        return asked(backend, () => explainAnswer(upstream, backend, clock.now()));
      }
      case 'sync': {
        const sync = numberOf(query, 'sync', 0);
        return asked(String(sync), () => syncAnswer(upstream, BigInt(sync)));
      }
      default:
        return null;
    }
  }

  async #admin(path: string, asked: Asked): Promise<void> {
    const { gate } = this.#options;
    const { request, response } = asked;
    if (!gate.knowsUsers) {
      const error = new MaglevError('MGL_ADMIN_OFF', 'nothing can be changed here: no users were configured');
      return sendFailure(request, response, 501, failureOf(error));
    }
    if (path === '/admin' || path === '/admin/') {
      if (reads(asked) && this.#enter(asked, 'viewer') !== null) redirect(response, '/view/');
      return;
    }
    const [what = '', id = '', ...more] = path.slice('/admin/api/'.length).split('/');
    if (what === 'who' && id === '') {
      const user = reads(asked) ? this.#enter(asked, 'viewer') : null;
      if (user === null) return;
      const answer: WhoAnswer = { user: user.name, role: user.role };
      return sendJson(request, response, new JsonBody(answer));
    }
    const upstream = this.#upstreamOf(id);
    if ((what !== 'plan' && what !== 'act') || upstream === null || more.length > 0)
      return notFound(asked, path);
    await this.#change(what, upstream, asked);
  }

  async #change(what: 'plan' | 'act', upstream: Upstream, asked: Asked): Promise<void> {
    const { request, response } = asked;
    if (request.method !== 'POST') return wrongMethod(asked, 'POST');
    const viewer = this.#enter(asked, 'viewer');
    if (viewer === null) return;
    const type = String(request.headers['content-type'] ?? '').toLowerCase();
    // No page can send this elsewhere without asking first, and nobody here says yes.
    if (!/^application\/json(\s*;\s*charset\s*=\s*"?utf-8"?)?\s*$/.test(type)) {
      return sendFailure(
        request,
        response,
        415,
        failureOf(requestFault('the content-type must be application/json')),
      );
    }
    const body = await readRequestBody(request, this.#options.clock);
    if (typeof body === 'object') return sendFailure(request, response, body.status, failureOf(body.error));
    const action = readAction(body);
    if (isLeft(action)) throw requestFault(`the action cannot be read: ${action.left}`);
    const { api } = upstream.place;
    if (what === 'plan') {
      const plan = () => planAction(api, action.right);
      const question = `plan ${JSON.stringify(action.right)}`;
      const answer = await this.#onDemand.answer(upstream.place.id, question, plan);
      return sendJson(request, response, new JsonBody(answer));
    }
    const user = this.#enter(asked, roleFor(action.right));
    if (user === null) return;
    const fields = { user: user.name, maglevd: upstream.place.id, action: action.right };
    const told = userNameOf(user.name);
    if (told !== user.name) this.#options.log.log('warn', 'user-not-told-as-it-is', { ...fields, told });
    try {
      const answer = await act(api, action.right, user.name);
      this.#options.log.log('info', 'acted', { ...fields, summary: answer.summary });
      await sendJson(request, response, new JsonBody(answer));
    } catch (thrown) {
      this.#options.log.log('warn', 'act-failed', { ...fields, error: failureOf(thrown).message });
      throw thrown;
    } finally {
      upstream.reading.askAll();
    }
  }

  /** null: it was refused, and told so. */
  #enter({ request, response }: Asked, needs: Parameters<Gate['enter']>[1]): User | null {
    const entry = this.#options.gate.enter(request, needs);
    if (entry.kind === 'user') return entry.user;
    this.#options.log.log('debug', 'refused', { path: pathOf(request), error: entry.error.message });
    const asks =
      entry.status === 401 ? { 'www-authenticate': 'Basic realm="maglevd-frontend", charset="UTF-8"' } : {};
    sendFailure(request, response, entry.status, failureOf(entry.error), asks);
    return null;
  }

  #upstreamOf(id: string): Upstream | null {
    return this.#options.fleet.upstream(decoded(id)) ?? null;
  }

  #healthz(asked: Asked): void {
    if (!reads(asked)) return;
    asked.response.writeHead(200, {
      ...guardHeaders,
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
    });
    asked.response.end('ok\n');
  }
}

/** Its path, and what stands behind the question mark. Proxies may write whole URLs. */
function targetOf({ url = '/' }: IncomingMessage): [string, URLSearchParams] {
  const [path = '/', ...query] = url.replace(/^https?:\/\/[^/?]*/i, '').split('?');
  return [path, new URLSearchParams(query.join('?'))];
}

function pathOf(request: IncomingMessage): string {
  return clip(targetOf(request)[0], LONGEST_WORD);
}

/** As it stands in a URL; what cannot be decoded is nobody's name. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}

function parameter(query: URLSearchParams, name: string): string {
  const value = query.get(name) ?? '';
  if (value === '' || value.length > 256) throw requestFault(`the parameter ${name} must be a name`);
  return value;
}

function numberOf(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name);
  if (text === null) return otherwise;
  if (!/^\d{1,15}$/.test(text)) throw requestFault(`the parameter ${name} must be a whole number`);
  return Number(text);
}

/** Is it a request that only reads? Otherwise it was told so. */
function reads(asked: Asked): boolean {
  if (asked.request.method === 'GET' || asked.request.method === 'HEAD') return true;
  wrongMethod(asked, 'GET, HEAD');
  return false;
}

function wrongMethod({ request, response }: Asked, allow: string): void {
  const error = requestFault(
    `${pathOf(request)} is not asked by ${clip(request.method ?? '', LONGEST_WORD)}`,
  );
  sendFailure(request, response, 405, failureOf(error), { allow });
}

function notFound({ request, response }: Asked, path: string): void {
  sendFailure(
    request,
    response,
    404,
    failureOf(requestFault(`there is nothing at ${clip(path, LONGEST_WORD)}`)),
  );
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { ...guardHeaders, location, 'cache-control': 'no-store' }).end();
}
