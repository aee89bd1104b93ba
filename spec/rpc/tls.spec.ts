import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { type ClientReadableStream, credentials, makeGenericClientConstructor } from '@grpc/grpc-js';
import { expect } from 'chai';
import { realClock } from '../../clock/real-clock.js';
import { type ClientTls, createMaglevClient } from '../../rpc/client.js';
import { HealthService } from '../../rpc/generated/grpc/health/v1/health.js';
import { Authority, type CertificateWish } from '../support/certificates.js';
import { eventually } from '../support/eventually.js';
import { httpCall, readEvents } from '../support/http-caller.js';
import { rejection } from '../support/rejection.js';
import { type Fixture, startFixture } from '../support/rpc-fixture.js';
import { siteCallees } from '../support/rpc-site.js';

const authority = new Authority('servers');
const names = ['DNS:localhost', 'IP:127.0.0.1'];
const ca = Buffer.from(authority.cert);

describe('rpc/server with TLS', function () {
  this.timeout(60_000);

  const folder = mkdtempSync(path.join(os.tmpdir(), 'maglev-tls-'));
  const files = {
    cert: path.join(folder, 'cert.pem'),
    key: path.join(folder, 'key.pem'),
    clientCa: path.join(folder, 'ca.pem'),
  };
  let fixture: Fixture;
  let port = 0;

  const issue = (wish: Partial<CertificateWish> = {}) => {
    const { cert, key } = authority.issue({ names, ...wish });
    writeFileSync(files.cert, cert);
    writeFileSync(files.key, key);
    return cert;
  };
  before(async () => {
    issue();
    writeFileSync(files.clientCa, authority.cert);
    const callees = siteCallees();
    const events: typeof callees.events = (message) => {
      if (message.type !== 'subscribe') return;
      message.reply.ok({ id: 1, epoch: 'e', from: 1, resumed: true, states: [] });
    };
    fixture = await startFixture(
      { ...callees, events },
      {
        address: 'plain:127.0.0.1:0,127.0.0.1:0',
        httpAddress: '127.0.0.1:0',
        tls: () => files,
        access: {
          anonymous: 'viewer',
          tokensFile: null,
          tokens: new Map(),
          certificates: new Map(),
          uids: new Map(),
        },
      },
    );
    port = Number(fixture.server.address.split(':').at(-1));
  });
  after(async () => {
    await fixture.stop();
    rmSync(folder, { recursive: true });
  });

  const at = (host: string, own: ClientTls | null, toPort = port) =>
    createMaglevClient({
      address: { kind: 'tcp', host, port: toPort },
      timeoutMs: 3000,
      clock: realClock,
      tls: own,
    });
  const trusting: ClientTls = { ca, own: null };
  /** The certificate that a new client sees, as PEM. */
  const shown = async (at = port, spoken = 'h2'): Promise<string> => {
    const socket = tls.connect({ host: '127.0.0.1', port: at, ca, ALPNProtocols: [spoken] });
    await once(socket, 'secureConnect');
    const pem = socket.getPeerX509Certificate()?.toString() ?? '';
    socket.destroy();
    return pem;
  };

  for (const host of ['localhost', '127.0.0.1']) {
    it(`serves a client that asks for ${host}`, async () => {
      const client = at(host, trusting);
      expect((await client.listBackends()).backends).to.have.length.above(0);
      client.close();
    });
  }

  it('serves a new certificate under 100 open streams, of which none is cut', async () => {
    const Watcher = makeGenericClientConstructor(HealthService, 'Health');
    const { path: method, requestSerialize, responseDeserialize } = HealthService.watch;
    const clients = Array.from(
      { length: 100 },
      () =>
        new Watcher(`127.0.0.1:${port}`, credentials.createSsl(ca), { 'grpc.use_local_subchannel_pool': 1 }),
    );
    const ended: unknown[] = [];
    const streams: ClientReadableStream<unknown>[] = [];
    for (const client of clients) {
      const stream = client.makeServerStreamRequest(method, requestSerialize, responseDeserialize, {
        service: '',
      });
      stream.on('error', (error) => ended.push(error));
      stream.on('end', () => ended.push('end'));
      streams.push(stream);
    }
    await Promise.all(streams.map((stream) => once(stream, 'data')));
    const before = await shown();
    const cert = issue();
    await fixture.server.reload();
    const after = await shown();
    expect(after).not.to.equal(before);
    expect(after.trim()).to.equal(cert.trim());
    // Whoever asks now over one of the old connections is answered.
    await Promise.all(
      clients.map(
        (client) =>
          new Promise<void>((resolve, reject) => {
            const check = HealthService.check;
            client.makeUnaryRequest(
              check.path,
              check.requestSerialize,
              check.responseDeserialize,
              { service: '' },
              (error) => (error === null ? resolve() : reject(error)),
            );
          }),
      ),
    );
    expect(ended).to.deep.equal([]);
    for (const stream of streams) stream.cancel();
    for (const client of clients) client.close();
  });

  it('does the same under 100 streams of HTTP', async () => {
    const { httpAddress } = fixture.server;
    const httpPort = Number(httpAddress.split(':').at(-1));
    const streams = Array.from({ length: 100 }, () => readEvents(httpAddress, '', { tls: trusting }));
    await eventually(() => {
      for (const { lastId } of streams) expect(lastId()).to.equal('e:1');
    });
    let cut = 0;
    for (const { ended } of streams) void ended.then(() => cut++);
    const before = await shown(httpPort, 'http/1.1');
    const cert = issue();
    await fixture.server.reload();
    const after = await shown(httpPort, 'http/1.1');
    expect(after).not.to.equal(before);
    expect(after.trim()).to.equal(cert.trim());
    const version = '/maglev.Maglev/GetVersion';
    expect((await httpCall(httpAddress, version, '{}', { tls: trusting })).status).to.equal(200);
    expect(cut).to.equal(0);
    for (const { leave } of streams) leave();
  });

  it('keeps what it serves while the files do not belong together, and says so once', async () => {
    const before = await shown();
    const { cert, key } = authority.issue({ names });
    const told = fixture.log.of('tls-load-failed').length;
    for (const half of [cert, cert.slice(0, 200), '']) {
      writeFileSync(files.cert, half);
      await fixture.server.reload();
      await fixture.server.reload();
      expect(await shown()).to.equal(before);
    }
    const errors = fixture.log.of('tls-load-failed').slice(told);
    expect(errors).to.have.length(3);
    expect(errors[0]?.fields['error']).to.match(/does not belong to the certificate/);
    expect(errors[1]?.fields['error']).to.match(/is cut off/);
    writeFileSync(files.cert, cert);
    writeFileSync(files.key, key);
    await fixture.server.reload();
    expect((await shown()).trim()).to.equal(cert.trim());
  });

  it('tells clients in words what is wrong with TLS', async () => {
    const plainPort = Number(fixture.server.address.split(',')[0]?.split(':').at(-1));
    const stranger = { ca: Buffer.from(new Authority('others').cert), own: null };
    for (const [what, client, message] of [
      ['another authority', at('127.0.0.1', stranger), /is not trusted: /],
      ['a server without TLS', at('127.0.0.1', trusting, plainPort), /does not speak TLS/],
      ['a server with TLS', at('127.0.0.1', null), /TLS/],
    ] as const) {
      const error = await rejection(client.listBackends());
      client.close();
      expect(error, what)
        .to.include({ status: 'UNAVAILABLE' })
        .and.have.property('message')
        .that.matches(message);
    }
    for (const [wish, message] of [
      [{ from: Date.now() - 7_200_000, to: Date.now() - 3_600_000 }, /expired/],
      [{ names: ['DNS:elsewhere.example'] }, /altnames/],
    ] as const) {
      issue(wish);
      await fixture.server.reload();
      const client = at('127.0.0.1', trusting);
      expect(await rejection(client.listBackends()))
        .to.include({ code: 'MGL_SERVER_TLS' })
        .and.have.property('message')
        .that.matches(message);
      client.close();
    }
    issue();
    await fixture.server.reload();
  });

  it('is not kept from serving by clients that never finish a handshake', async () => {
    const silent = Array.from({ length: 250 }, () => {
      const socket = net.connect({ host: '127.0.0.1', port });
      socket.on('error', () => undefined);
      return socket;
    });
    await Promise.all(silent.map((socket) => once(socket, 'connect')));
    const client = at('127.0.0.1', trusting);
    expect((await client.listBackends()).backends).to.have.length.above(0);
    client.close();
    for (const socket of silent) socket.destroy();
  });
});
