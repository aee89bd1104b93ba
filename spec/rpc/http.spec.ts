import { expect } from 'chai';
import { MaglevError } from '../../domain/errors.js';
import type { ToldEvent } from '../../domain/events.js';
import { hashOfToken } from '../../domain/token-list.js';
import type { ViewRequest } from '../../protocol/decision.js';
import { errorInfo } from '../../rpc/error-details.js';
import { MaglevService } from '../../rpc/generated/maglev.js';
import { envelopesOf, inEnvelope } from '../support/envelopes.js';
import { type HttpKit, httpCall } from '../support/http-caller.js';
import { inbox } from '../support/inbox.js';
import { type Fixture, type FixtureOptions, startFixture } from '../support/rpc-fixture.js';
import { siteCallees } from '../support/rpc-site.js';

const path = (method: string) => `/maglev.Maglev/${method}`;

describe('rpc/http: the Connect protocol with JSON', () => {
  let fixture: Fixture;
  const start = async (callees = siteCallees(), options: FixtureOptions = {}) => {
    fixture = await startFixture(callees, { httpAddress: '127.0.0.1:0', ...options });
  };
  afterEach(() => fixture.stop());
  const call = (method: string, body: string | null, kit?: HttpKit) =>
    httpCall(fixture.server.httpAddress, path(method), body, kit);

  it('answers with every field of the message, and takes names in both spellings', async () => {
    await start();
    const { status, headers, body } = await call('ListBackends', '{}');
    expect(status).to.equal(200);
    expect(headers).to.include({ 'content-type': 'application/json', 'cache-control': 'no-store' });
    const { backends } = JSON.parse(body) as { backends: Record<string, unknown>[] };
    const { backends: known } = await fixture.client.listBackends();
    expect(backends.map(({ name }) => name)).to.deep.equal(known.map(({ name }) => name));
    expect(backends[0]).to.include({ state: 'up', givenUp: false, override: '' });
    for (const name of ['frontendName', 'frontend_name']) {
      const one = JSON.parse((await call('SyncVPPLBState', `{"${name}":"web"}`)).body);
      expect(one).to.include({ scope: 'vip', vipAdded: 0 });
    }
  });

  it('has every method', async () => {
    const callees = siteCallees();
    const vpp: typeof callees.vpp = (message) =>
      message.type === 'get-sync'
        ? message.reply.fail(new MaglevError('MGL_SYNC_UNKNOWN', 'no'))
        : callees.vpp?.(message);
    await start({ ...callees, vpp });
    for (const { path, responseStream } of Object.values(MaglevService)) {
      const { status } = await httpCall(fixture.server.httpAddress, path, '{}');
      if (responseStream) expect(status, path).to.equal(415);
      else expect(status, path).not.to.be.oneOf([405, 415, 500, 501]);
    }
    expect((await call('WatchEvents', '{}')).body).to.contain('GET /v1/events');
  });

  it('has streams in envelopes, the last of which says how it ended', async () => {
    const callees = siteCallees();
    const told = (seq: number): ToldEvent => ({
      seq,
      at: 1,
      event: { name: 'config-reload-start', level: 'info', fields: {} },
    });
    let asked = 0;
    const events: typeof callees.events = (message) => {
      if (message.type === 'subscribe') {
        message.reply.ok({ id: 1, epoch: 'e', from: 1, resumed: true, states: [] });
      } else if (message.type === 'next') {
        if (asked++ === 0) message.reply.ok({ events: [told(2), told(3)], lost: 0 });
        else message.reply.fail(new MaglevError('MGL_SUBSCRIPTION_ENDED', 'the subscription 1 was ended'));
      }
    };
    await start({ ...callees, events });
    const headers = { 'content-type': 'application/connect+json' };
    const watch = async (body: string) => {
      const answer = await call('WatchEvents', body, { headers });
      return { ...answer, envelopes: answer.status === 200 ? envelopesOf(answer.bytes) : [] };
    };
    const { status, headers: got, envelopes } = await watch(inEnvelope('{"log":true}'));
    expect(status).to.equal(200);
    expect(got['content-type']).to.equal('application/connect+json');
    expect(envelopes.map(({ flags }) => flags)).to.deep.equal([0, 0, 0, 2]);
    expect(envelopes[0]?.message).to.have.nested.property('subscribed.epoch', 'e');
    expect(envelopes[2]?.message).to.include({ seq: '3' });
    expect(envelopes[3]?.message).to.have.nested.property('error.code', 'unavailable');
    const wrong = await watch(inEnvelope('{"logLevel":"loud"}'));
    expect(wrong.envelopes.at(-1)?.message).to.have.nested.property('error.code', 'invalid_argument');
    for (const body of ['{}', '', inEnvelope('{}').slice(0, 6), `\x01${inEnvelope('{}').slice(1)}`]) {
      const { status, headers } = await watch(body);
      expect(status).to.equal(400);
      expect(headers['maglev-error-code']).to.equal('MGL_HTTP_REQUEST');
    }
  });

  it('tells of errors as Connect does, with the stable code in a header and in the details', async () => {
    await start();
    const { status, headers, body } = await call('GetBackend', '{"name":"nobody"}');
    expect(status).to.equal(404);
    expect(headers['maglev-error-code']).to.equal('MGL_BACKEND_UNKNOWN');
    const error = JSON.parse(body);
    expect(error.code).to.equal('not_found');
    expect(error.message).to.match(/^there is no backend 'nobody'\. List the names/);
    const [info] = error.details;
    expect(info.type).to.equal('google.rpc.ErrorInfo');
    expect(info.debug).to.deep.equal({ reason: 'MGL_BACKEND_UNKNOWN', domain: 'vpp-maglev' });
    expect(Buffer.from(info.value, 'base64')).to.deep.equal(Buffer.from(errorInfo('MGL_BACKEND_UNKNOWN')));
    expect(info.value).not.to.contain('=');
  });

  const json = 'application/json';
  for (const [what, kit, body, status, code] of [
    ['an unknown field', {}, '{"nam":"web1"}', 400, 'MGL_REQUEST_INVALID'],
    ['the wrong type', {}, '{"name":1}', 400, 'MGL_REQUEST_INVALID'],
    ['a key twice', {}, '{"name":"a","name":"b"}', 400, 'MGL_REQUEST_INVALID'],
    ['half of it', {}, '{"name":', 400, 'MGL_REQUEST_INVALID'],
    ['nothing', {}, '', 400, 'MGL_REQUEST_INVALID'],
    ['a list', {}, '[]', 400, 'MGL_REQUEST_INVALID'],
    ['brackets without end', {}, '['.repeat(60_000), 400, 'MGL_REQUEST_INVALID'],
    ['GET', { method: 'GET' }, null, 405, 'MGL_HTTP_REQUEST'],
    ['PUT', { method: 'PUT' }, '{"name":"web1"}', 405, 'MGL_HTTP_REQUEST'],
    ['OPTIONS, as browsers ask before', { method: 'OPTIONS' }, null, 405, 'MGL_HTTP_REQUEST'],
    [
      'a form',
      { headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      '{}',
      415,
      'MGL_HTTP_REQUEST',
    ],
    ['text', { headers: { 'content-type': 'text/plain' } }, '{}', 415, 'MGL_HTTP_REQUEST'],
    [
      'text that ends like JSON',
      { headers: { 'content-type': `text/plain; ${json}` } },
      '{}',
      415,
      'MGL_HTTP_REQUEST',
    ],
    ['no type', { headers: { 'content-type': '' } }, '{}', 415, 'MGL_HTTP_REQUEST'],
    ['something compressed', { headers: { 'content-encoding': 'gzip' } }, '{}', 415, 'MGL_HTTP_REQUEST'],
    ['more than 64 KiB', {}, `{"name":"${'x'.repeat(70_000)}"}`, 413, 'MGL_HTTP_REQUEST'],
    ['another version', { headers: { 'connect-protocol-version': '2' } }, '{}', 400, 'MGL_HTTP_REQUEST'],
    ['a deadline that is none', { headers: { 'connect-timeout-ms': '1s' } }, '{}', 400, 'MGL_HTTP_REQUEST'],
    [
      'the page of a stranger',
      { headers: { origin: 'https://evil.example' } },
      '{"name":"web1"}',
      403,
      'MGL_ORIGIN',
    ],
    ['a name that is not ours', { headers: { host: 'evil.example' } }, '{"name":"web1"}', 403, 'MGL_ORIGIN'],
  ] as const) {
    it(`refuses ${what}, and changes nothing`, async () => {
      const callees = siteCallees();
      const asked: unknown[] = [];
      await start({ ...callees, operator: (message) => void asked.push(message) });
      const answer = await call('PauseBackend', body, kit);
      expect(answer.status).to.equal(status);
      expect(answer.headers['maglev-error-code']).to.equal(code);
      expect(JSON.parse(answer.body).details[0].debug.reason).to.equal(code);
      expect(asked).to.deep.equal([]);
      expect((await call('GetVersion', '{}')).status).to.equal(200);
    });
  }

  it('takes JSON with its charset, and the page that is its own', async () => {
    await start();
    const host = fixture.server.httpAddress;
    const headers = { 'content-type': 'application/json; charset=UTF-8', host, origin: `http://${host}` };
    expect((await call('PauseBackend', '{"name":"web1"}', { headers })).status).to.equal(200);
  });

  it('writes down what a page of a stranger wanted', async () => {
    await start();
    await call('ReloadConfig', '{}', { headers: { origin: 'https://evil.example' } });
    const [refused] = fixture.log.of('access-refused');
    expect(refused?.fields).to.include({
      via: 'http',
      door: 'loopback',
      kind: 'origin',
      method: '/maglev.Maglev/ReloadConfig',
      needs: 'admin',
    });
    expect(refused?.fields['why']).to.contain('evil.example');
  });

  it('writes down who was refused, and who changed what', async () => {
    const token = 't'.repeat(32);
    const tokens = new Map([[hashOfToken(token), { name: 'ci', role: 'operator' as const }]]);
    const access = {
      anonymous: null,
      tokensFile: 'tokens',
      tokens,
      certificates: new Map(),
      uids: new Map(),
    };
    await start(siteCallees(), { access });
    expect((await call('ListBackends', '{}')).status).to.equal(401);
    expect((await call('ReloadConfig', '{}', { token })).status).to.equal(403);
    expect((await call('PauseBackend', '{"name":"web1"}', { token })).status).to.equal(200);
    const common = { via: 'http', door: 'loopback' };
    const [stranger, ci] = fixture.log.of('access-refused').map(({ fields }) => fields);
    expect(stranger).to.include({ ...common, kind: 'unknown', method: '/maglev.Maglev/ListBackends' });
    expect(ci).to.include({ ...common, who: 'token:ci', kind: 'denied', needs: 'admin' });
    const [change] = fixture.log.of('api-change').map(({ fields }) => fields);
    expect(change).to.include({ ...common, who: 'token:ci', request: '{"name":"web1"}', status: 'OK' });
  });

  it('does not know what is not there', async () => {
    await start();
    for (const where of [
      '/',
      '//',
      '/maglev.Maglev/',
      '/maglev.Maglev/getBackend',
      '/%',
      '/v1/events/',
      '*',
    ]) {
      const { status } = await httpCall(fixture.server.httpAddress, where, '{}');
      expect(status, where).to.equal(404);
    }
    const whole = await httpCall(fixture.server.httpAddress, `http://127.0.0.1${path('GetVersion')}`, '{}');
    expect(whole.status).to.equal(200);
  });

  it('keeps to the deadline of the client', async () => {
    await start({ ...siteCallees(), views: () => undefined });
    const began = performance.now();
    const answer = await call('ListBackends', '{}', { headers: { 'connect-timeout-ms': '80' } });
    expect(performance.now() - began).to.be.within(75, 2000);
    expect(answer.status).to.equal(504);
    expect(JSON.parse(answer.body).code).to.equal('deadline_exceeded');
    const late = await call('ListBackends', '{}', { headers: { 'connect-timeout-ms': '0' } });
    expect(late.status).to.equal(504);
  });

  it('forgets a question whose client has gone, and counts it until it has ended', async () => {
    const asked = inbox<ViewRequest>();
    await start({ ...siteCallees(), views: asked.receive }, { maxInFlight: 1 });
    const gone = new AbortController();
    const pending = fetch(`http://${fixture.server.httpAddress}${path('ListBackends')}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
      signal: gone.signal,
    }).catch(() => null);
    const question = await asked.take();
    gone.abort();
    await pending;
    const refused = await call('ListBackends', '{}');
    expect(refused.status).to.equal(429);
    expect(refused.headers['maglev-error-code']).to.equal('MGL_MAILBOX_FULL');
    question.reply.fail(new MaglevError('MGL_VPP_TIMEOUT', 'no'));
    const next = call('ListBackends', '{}');
    const again = await asked.take();
    if (again.type === 'list-backends') again.reply.ok([]);
    expect((await next).status).to.equal(200);
  });
});
