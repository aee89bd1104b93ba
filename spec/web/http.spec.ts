import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { VirtualClock } from '../../clock/virtual-clock.js';
import { hashOfToken } from '../../domain/token-list.js';
import { RpcError } from '../../rpc/rpc-error.js';
import type { Failure, StateAnswer } from '../../web/contract.js';
import { type AskOptions, DashboardServer, EventFollower } from '../support/dashboard-server.js';
import { eventually } from '../support/eventually.js';
import { until } from '../support/until.js';

const basic = (name: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
});
const admin = basic('adm', 'password');
const passwords = { viewer: 'v'.repeat(24), operator: 'o'.repeat(24) } as const;
const pause = { do: 'pause', backend: 'web1' } as const;

describe('web: over HTTP', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'maglev-web-'));
  const usersFile = path.join(folder, 'users');
  let open: DashboardServer;
  let guarded: DashboardServer;
  before(async () => {
    const lines = (['viewer', 'operator'] as const).map(
      (role) => `${role}-user ${role} sha256:${hashOfToken(passwords[role])}\n`,
    );
    writeFileSync(usersFile, lines.join(''));
    const user = { name: 'adm', password: 'password' };
    open = await DashboardServer.start();
    guarded = await DashboardServer.start({ user, usersFile });
  });
  after(async () => {
    await Promise.all([open.stop(), guarded.stop()]);
    rmSync(folder, { recursive: true });
  });
  const failure = (text: string) => (JSON.parse(text) as Failure).code;

  describe('what anybody may read', () => {
    it('is the state of all maglevds, packed for those who take that', async () => {
      const plain = await open.ask('/view/api/state');
      const state = JSON.parse(plain.text) as StateAnswer;
      expect(state.maglevds.map(({ id }) => id)).to.deep.equal(['lb1', 'lb2']);
      expect(Object.keys(state.pictures)).to.deep.equal(['lb1', 'lb2']);
      expect(plain.headers).to.include({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
      const packed = await open.ask('/view/api/state', { headers: { 'accept-encoding': 'br;q=0, gzip' } });
      expect(packed.headers['content-encoding']).to.equal('gzip');
      expect(JSON.parse(gunzipSync(packed.bytes).toString())).to.have.keys([
        'epoch',
        'seq',
        'maglevds',
        'pictures',
      ]);
    });

    it('is one of them, its probes, why a weight is what it is, what a sync did', async () => {
      const get = async (where: string) => JSON.parse((await open.ask(`/view/api/${where}`)).text);
      expect((await get('version')).admin).to.equal(false);
      expect((await get('maglevds')).maglevds).to.have.length(2);
      expect((await get('state/lb2')).picture.frontends).to.have.length(1);
      expect((await get('probes/lb1?backend=web1')).last[0]).to.include({
        durationMs: 1.235,
        verdict: 'pass',
      });
      expect((await get('explain/lb1?backend=web1')).lines.join('\n')).to.match(
        /^backend {3}web1 \(10\.0\.0\.0\)\n/,
      );
      expect((await get('sync/lb1?sync=1')).sync.id).to.equal(1);
      expect((await get('history/lb1?frontend=shop')).stepMs).to.equal(10_000);
      expect((await get('timeline/lb1')).events).to.be.an('array');
    });

    it('is the page, from memory, and asked for again only when it has changed', async () => {
      const page = await open.ask('/view/');
      expect(page.headers['content-type']).to.equal('text/html; charset=utf-8');
      const policy = page.headers['content-security-policy'] ?? '';
      expect(policy)
        .to.match(/default-src 'none'; script-src 'self'/)
        .and.not.contain('unsafe');
      const etag = page.headers.etag ?? '';
      expect((await open.ask('/view/', { headers: { 'if-none-match': etag } })).status).to.equal(304);
      expect((await open.ask('/view/lb1/shop')).headers.etag).to.equal(etag);
      const packed = await open.ask('/view/', { headers: { 'accept-encoding': 'gzip, br' } });
      expect(packed.headers['content-encoding']).to.equal('br');
      for (const from of ['/', '/view']) {
        expect((await open.ask(from)).headers.location).to.equal('/view/');
      }
      expect((await open.ask('/favicon.ico')).headers['content-type']).to.equal('image/svg+xml');
      expect((await open.ask('/healthz')).text).to.equal('ok\n');
      expect((await open.ask('/view/', { method: 'HEAD' })).text).to.equal('');
      expect((await open.ask('/view/api/events', { method: 'HEAD' })).status).to.equal(405);
    });

    for (const [where, status, code] of [
      ['/view/nothing.js', 404, 'MGL_HTTP_REQUEST'],
      ['/view/api/nothing', 404, 'MGL_HTTP_REQUEST'],
      ['/view/api/state/lb3', 404, 'MGL_HTTP_REQUEST'],
      ['/view/api/state/lb1/more', 404, 'MGL_HTTP_REQUEST'],
      ['/view/api/state/%ff', 404, 'MGL_HTTP_REQUEST'],
      ['/view/api/explain/lb1?backend=web9', 404, 'MGL_BACKEND_UNKNOWN'],
      ['/view/api/explain/lb1', 400, 'MGL_HTTP_REQUEST'],
      ['/view/api/sync/lb1?sync=7', 404, 'MGL_SYNC_UNKNOWN'],
      ['/view/api/timeline/lb1?limit=-1', 400, 'MGL_HTTP_REQUEST'],
      ['/nothing', 404, 'MGL_HTTP_REQUEST'],
    ] as const) {
      it(`is not ${where}`, async () => {
        const { status: found, text } = await open.ask(where);
        expect([found, failure(text)]).to.deep.equal([status, code]);
      });
    }

    it('is nothing beside the page, whatever a path looks like', async () => {
      for (const where of [
        '/view/../../package.json',
        '/view/..%2f..%2fpackage.json',
        '/view/%2e%2e/%2e%2e/package.json',
        '/view/....//package.json',
        '/view//etc/passwd.txt',
        '/view/index.html%00.js',
        '/view/..\\..\\package.json',
        '/../package.json',
      ]) {
        expect((await open.ask(where)).status, where).to.equal(404);
      }
    });
  });

  describe('what only users may do', () => {
    const act = (changes: AskOptions['headers'] = {}) => guarded.post('/admin/api/act/lb1', pause, changes);

    it('is nothing where there are none', async () => {
      for (const where of ['/admin/', '/admin/api/who', '/admin/api/act/lb1']) {
        const { status, text } = await open.ask(where);
        expect([status, failure(text)]).to.deep.equal([501, 'MGL_ADMIN_OFF']);
      }
    });

    it('is asked for by name and password, and done for that user', async () => {
      const stranger = await guarded.ask('/admin/api/who');
      expect([stranger.status, stranger.headers['www-authenticate']]).to.deep.equal([
        401,
        'Basic realm="maglevd-frontend", charset="UTF-8"',
      ]);
      const who = await guarded.ask('/admin/api/who', { headers: admin });
      expect(JSON.parse(who.text)).to.deep.equal({ user: 'adm', role: 'admin' });
      expect((await guarded.ask('/admin/', { headers: admin })).headers.location).to.equal('/view/');
      const done = await act(admin);
      expect([done.status, Object.keys(JSON.parse(done.text))]).to.deep.equal([
        200,
        ['summary', 'warning', 'pending'],
      ]);
      expect(guarded.lb1.asked.at(-1)).to.deep.equal({
        method: 'pauseBackend',
        request: { name: 'web1' },
        onBehalfOf: 'adm',
      });
      expect(guarded.log.records.at(-1)).to.deep.include({ event: 'acted' });
    });

    it('is planned first, and says who would serve nobody', async () => {
      const { text } = await guarded.post(
        '/admin/api/plan/lb1',
        pause,
        basic('viewer-user', passwords.viewer),
      );
      expect(JSON.parse(text)).to.deep.include({
        command: 'maglevc set backend web1 pause',
        servingNobody: ['shop'],
      });
    });

    it('is what the role of the user allows', async () => {
      const as = async (role: keyof typeof passwords, action: object) =>
        (await guarded.post('/admin/api/act/lb1', action, basic(`${role}-user`, passwords[role]))).status;
      expect(await as('viewer', pause)).to.equal(403);
      expect(await as('operator', pause)).to.equal(200);
      expect(await as('operator', { do: 'sync', frontend: null })).to.equal(200);
      expect(await as('operator', { do: 'reload' })).to.equal(403);
      expect((await guarded.post('/admin/api/act/lb1', { do: 'reload' }, admin)).status).to.equal(200);
    });

    it('is refused as maglevd refuses it', async () => {
      guarded.lb1.refusal = new RpcError(
        'FAILED_PRECONDITION',
        'MGL_BACKEND_DISABLED',
        'web1 is disabled',
        'Enable it.',
      );
      const refused = await act(admin);
      guarded.lb1.refusal = null;
      expect(refused.status).to.equal(409);
      expect(JSON.parse(refused.text)).to.deep.equal({
        code: 'MGL_BACKEND_DISABLED',
        message: 'web1 is disabled',
        advice: 'Enable it.',
      });
    });

    const strange: readonly [string, Readonly<Record<string, string>>, number][] = [
      ['another site', { 'sec-fetch-site': 'cross-site' }, 403],
      ['another port of this machine', { 'sec-fetch-site': 'same-site' }, 403],
      ['another origin', { origin: 'http://evil.example' }, 403],
      ['an origin that is hidden', { origin: 'null' }, 403],
      ['a name that is not ours', { host: 'evil.example' }, 403],
      ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
      ['a form in plain text', { 'content-type': 'text/plain' }, 415],
      ['no type', { 'content-type': '' }, 415],
    ];
    for (const [what, headers, status] of strange) {
      it(`is not done for ${what}`, async () => {
        const before = guarded.lb1.asked.length;
        expect((await act({ ...admin, ...headers })).status).to.equal(status);
        expect(guarded.lb1.asked.length).to.equal(before);
      });
    }

    it('is changed by POST alone, with a body that is short and can be read', async () => {
      const before = guarded.lb1.asked.length;
      for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']) {
        expect((await guarded.ask('/admin/api/act/lb1', { method, headers: admin })).status, method).to.equal(
          405,
        );
      }
      const send = (body: string) =>
        guarded.ask('/admin/api/act/lb1', {
          method: 'POST',
          headers: { ...admin, 'content-type': 'application/json; charset=utf-8' },
          body,
        });
      expect((await send('{"do":"pause"}')).status).to.equal(400);
      expect((await send(' '.repeat(20_000))).status).to.equal(413);
      expect((await guarded.post('/view/api/state', {})).status).to.equal(405);
      expect(guarded.lb1.asked.length).to.equal(before);
    });

    it('is looked at by a link from anywhere, and read by no page from elsewhere', async () => {
      const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
      expect((await guarded.ask('/view/', { headers: link })).status).to.equal(200);
      expect((await guarded.ask('/view/', { headers: { ...link, host: 'evil.example' } })).status).to.equal(
        403,
      );
      const reads = {
        'sec-fetch-site': 'cross-site',
        'sec-fetch-mode': 'cors',
        origin: 'http://evil.example',
      };
      expect((await guarded.ask('/view/api/state', { headers: reads })).status).to.equal(403);
      expect((await guarded.ask('/view/api/events', { headers: reads })).status).to.equal(403);
    });
  });

  it('lets nobody look who is not known, when it is told so', async () => {
    const server = await DashboardServer.start({
      user: { name: 'adm', password: 'password' },
      viewLogin: true,
    });
    try {
      for (const where of ['/view/', '/view/api/state', '/view/api/events']) {
        expect((await server.ask(where)).status, where).to.equal(401);
      }
      expect((await server.ask('/view/', { headers: admin })).status).to.equal(200);
      expect((await server.ask('/healthz')).status).to.equal(200);
    } finally {
      await server.stop();
    }
  });

  it('looks at no more passwords behind too many wrong ones', async () => {
    const server = await DashboardServer.start({ user: { name: 'adm', password: 'password' } });
    try {
      const statuses: number[] = [];
      for (let i = 0; i < 32; i++) {
        statuses.push((await server.ask('/admin/api/who', { headers: basic('adm', `guess ${i}`) })).status);
      }
      expect(statuses.filter((one) => one === 401)).to.have.length(30);
      expect((await server.ask('/admin/api/who', { headers: admin })).status).to.equal(429);
    } finally {
      await server.stop();
    }
  });

  it('lets nobody in its way who only holds connections', async () => {
    const clock = new VirtualClock({ startMs: Date.now() });
    const server = await DashboardServer.start({}, { mostConnections: 3, clock });
    const { port } = new URL(server.base);
    const hold = () => {
      const socket = net.connect(Number(port), '127.0.0.1');
      const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
      socket.on('error', () => undefined).on('data', () => undefined);
      return { socket, closed };
    };
    const held = [hold(), hold(), hold()];
    await Promise.all(held.map(({ socket }) => new Promise((resolve) => socket.once('connect', resolve))));
    // A request that never ends is none.
    held[1]?.socket.write('GET /view/api/maglevds HTTP/1.1\r\nHost: 127');
    expect((await server.ask('/healthz')).status).to.equal(200);
    await held[0]?.closed;
    await clock.advance(10_000);
    await Promise.all(held.map(({ closed }) => closed));
    // Neither does one who asks, and takes no answer.
    const mute = hold();
    mute.socket.pause();
    server.lb1.setSites({ shop: Array.from({ length: 6000 }, (_, i) => `backend${i}`) });
    server.lb1.tell({ $case: 'config', value: { level: 'info', msg: 'config-reload-done', attrs: [] } });
    await until(async () => {
      await clock.advance(100);
      return (await server.ask('/view/api/state')).bytes.length > 2_000_000;
    });
    mute.socket.write('GET /view/api/state HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'.repeat(12));
    await until(() => server.frontend.connections === 1 && mute.socket.bytesWritten > 0);
    await clock.advance(151_000);
    await until(() => server.frontend.connections === 0);
    mute.socket.destroy();
    const stopped = server.stop();
    await clock.advance(5000);
    await stopped;
  });

  it('ends in order: followers are let go, and nothing listens any more', async () => {
    const server = await DashboardServer.start();
    const follower = new EventFollower(server.base);
    await eventually(() => expect(follower.of('hello')).to.have.length(1));
    await server.stop();
    await follower.ended;
    expect(server.lb1.watchers).to.equal(0);
    expect(await server.ask('/healthz').catch((error: NodeJS.ErrnoException) => error.code)).to.equal(
      'ECONNREFUSED',
    );
  });
});
