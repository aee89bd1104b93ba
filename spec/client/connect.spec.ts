import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { type ConnectOptions, connect, type Maglev, type MaglevCalls, RpcError } from '../../client/index.js';
import { hashOfToken } from '../../domain/token-list.js';
import { MaglevService } from '../../rpc/generated/maglev.js';
import { Authority } from '../support/certificates.js';
import { rejection } from '../support/rejection.js';
import { type Fixture, startFixture } from '../support/rpc-fixture.js';
import { siteCallees } from '../support/rpc-site.js';

const token = 't'.repeat(32);

/** What those that need a name are asked for. */
const requests: Partial<{ [K in keyof MaglevCalls]: Parameters<MaglevCalls[K]>[0] }> = {
  getFrontend: { name: 'web' },
  getBackend: { name: 'web1' },
  pauseBackend: { name: 'web1' },
  resumeBackend: { name: 'web1' },
  enableBackend: { name: 'web1' },
  disableBackend: { name: 'web1' },
  getHealthCheck: { name: 'http' },
  setFrontendPoolBackendWeight: { frontend: 'web', pool: 'primary', backend: 'web1', weight: 5 },
  getSync: { id: 1n },
  setLogLevel: { level: 'debug' },
};

describe('vpp-maglev/client', () => {
  const authority = new Authority();
  const ca = authority.cert;
  let fixture: Fixture;
  let unix: string;
  let secure: string;
  const opened: Maglev[] = [];
  const open = (options: Partial<ConnectOptions> = {}) => {
    const client = connect({ server: unix, ...options });
    opened.push(client);
    return client;
  };

  before(async () => {
    fixture = await startFixture(siteCallees(), {
      address: (folder) => `unix:${folder}/grpc.sock,127.0.0.1:0`,
      uidOf: () => 0,
      access: {
        anonymous: null,
        tokensFile: 'tokens',
        tokens: new Map([[hashOfToken(token), { name: 'ci', role: 'viewer' }]]),
        certificates: new Map([['CN=ada', 'admin']]),
        uids: new Map(),
      },
      tls: (folder) => {
        const at = (name: string, text: string) => {
          writeFileSync(path.join(folder, name), text);
          return path.join(folder, name);
        };
        const { cert, key } = authority.issue({ names: ['IP:127.0.0.1'] });
        return { cert: at('c.pem', cert), key: at('k.pem', key), clientCa: at('ca.pem', ca) };
      },
    });
    [unix = '', secure = ''] = fixture.server.address.split(',');
  });
  afterEach(() => {
    for (const client of opened.splice(0)) client.close();
  });
  after(() => fixture.stop());

  it('has every RPC, under the name that the .proto file gives it', async () => {
    const client = open();
    for (const { path: at, responseStream } of Object.values(MaglevService)) {
      if (responseStream) continue;
      const name = at.slice('/maglev.Maglev/G'.length - 1);
      const method = `${name.slice(0, 1).toLowerCase()}${name.slice(1)}` as keyof MaglevCalls;
      const request = requests[method] ?? {};
      const answer = await (client[method] as (request: object) => Promise<object>)(request).catch(
        (error: unknown) => error,
      );
      // Not everything that can be asked for is there, and not every empty request is one.
      if (answer instanceof RpcError)
        expect(answer.status, method).to.be.oneOf(['NOT_FOUND', 'INVALID_ARGUMENT']);
      else expect(answer, method).to.be.an('object');
    }
    const { backends } = await client.listBackends();
    expect(backends.map(({ name }) => name)).to.include('web1');
    expect((await client.getVPPInfo()).version).to.be.a('string');
  });

  it('comes in through TLS with a token, or with a certificate, as what it is', async () => {
    const viewer = open({ server: secure, tls: { ca }, token });
    expect((await viewer.listFrontends()).frontends).to.have.length.above(0);
    expect(await rejection(viewer.pauseBackend({ name: 'web1' }))).to.include({
      status: 'PERMISSION_DENIED',
      code: 'MGL_DENIED',
    });
    const admin = open({ server: secure, tls: { ca, ...authority.issue({ names: [], commonName: 'ada' }) } });
    expect((await admin.pauseBackend({ name: 'web1' })).name).to.equal('web1');
    const nobody = open({ server: secure, tls: { ca: Buffer.from(ca) } });
    expect(await rejection(nobody.getStatus())).to.include({ code: 'MGL_UNAUTHENTICATED' });
    const stranger = open({ server: secure, tls: true });
    expect(await rejection(stranger.getStatus())).to.include({ code: 'MGL_SERVER_TLS' });
  });

  it('says which name does not exist, with the code of the error', async () => {
    const error = await rejection(open().getBackend({ name: 'web7' }));
    expect(error).to.be.instanceOf(RpcError);
    expect(error).to.include({ status: 'NOT_FOUND', code: 'MGL_BACKEND_UNKNOWN' });
    expect(error).to.have.property('advice').that.is.not.equal('');
  });

  it('hands over the record piece by piece, and has a function of its own for each RPC that streams', async () => {
    const streams = Object.values(MaglevService).filter(({ responseStream }) => responseStream);
    expect(streams.map(({ path: at }) => at.slice('/maglev.Maglev/'.length)).sort()).to.deep.equal([
      'Record',
      'WatchEvents',
    ]);
    const client = open({ timeoutMs: 5000 });
    let text = '';
    for await (const piece of client.record()) text += piece;
    const lines = text.trimEnd().split('\n');
    expect(lines).to.have.length.above(1);
    for (const line of lines) expect(JSON.parse(line)).to.be.an('object');
    const viewer = open({ server: secure, tls: { ca }, token });
    expect(await rejection(viewer.record().next())).to.include({ code: 'MGL_DENIED' });
    client.close();
    expect(await rejection(client.record().next())).to.have.property('name', 'AbortError');
  });

  it('ends a call at its deadline, when its signal aborts, and when it is closed', async () => {
    const silent = await startFixture({ views: () => undefined });
    try {
      const client = open({ server: silent.server.address, timeoutMs: 50 });
      expect(await rejection(client.listBackends())).to.include({ status: 'DEADLINE_EXCEEDED' });
      const leave = new AbortController();
      const pending = client.listBackends({}, { timeoutMs: 60_000, signal: leave.signal });
      leave.abort(new Error('enough'));
      expect(await rejection(pending)).to.have.property('message', 'enough');
      expect(await rejection(client.listBackends({}, { signal: leave.signal }))).to.have.property(
        'message',
        'enough',
      );
      const cut = rejection(client.listBackends({}, { timeoutMs: 60_000 }));
      client.close();
      for (const error of [await cut, await rejection(client.listBackends())])
        expect(error).to.be.instanceOf(RpcError);
    } finally {
      await silent.stop();
    }
  });

  it('refuses options that cannot be right', () => {
    const wrong: [Partial<ConnectOptions>, RegExp][] = [
      [{ server: 'nowhere' }, /^server: .*port/],
      [{ token: 'short' }, /^token: it has 5 characters/],
      [{ tls: { cert: 'x' } }, /^tls: cert and key/],
      [{ timeoutMs: 0 }, /^timeoutMs/],
      [{ keepAliveMs: Number.NaN }, /^keepAliveMs/],
    ];
    for (const [options, text] of wrong) {
      expect(() => connect({ server: unix, ...options }))
        .to.throw(RpcError, text)
        .with.property('code', 'MGL_USAGE');
    }
  });
});
