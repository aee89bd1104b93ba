import { once } from 'node:events';
import http2 from 'node:http2';
import net from 'node:net';
import { expect } from 'chai';
import { realClock } from '../../clock/real-clock.js';
import type { Clock } from '../../protocol/clock.js';
import type { ViewRequest } from '../../protocol/decision.js';
import { Connections } from '../../rpc/connections.js';
import { eventually } from '../support/eventually.js';
import { inbox } from '../support/inbox.js';
import { recordingLog } from '../support/recording-log.js';
import { rejection } from '../support/rejection.js';
import { type Fixture, type FixtureOptions, startFixture } from '../support/rpc-fixture.js';
import * as samples from '../support/rpc-samples.js';

const answering = (message: ViewRequest) => {
  if (message.type === 'list-backends') message.reply.ok(samples.backends);
};

describe('rpc/connections', () => {
  let fixture: Fixture;
  let ahead: number;
  const ends: (() => void)[] = [];
  /** Its measured time can be put forward. */
  const clock: Clock = { ...realClock, monotonic: () => realClock.monotonic() + ahead };

  const start = async (options: FixtureOptions, views: (message: ViewRequest) => void = answering) => {
    ahead = 0;
    fixture = await startFixture({ views }, { clock, ...options });
    return fixture;
  };
  afterEach(async () => {
    for (const end of ends.splice(0)) end();
    await fixture.stop();
  });

  const socketTo = (address: string) =>
    address.startsWith('unix:')
      ? net.connect({ path: address.slice('unix:'.length) })
      : net.connect({ host: '127.0.0.1', port: Number(address.split(':').at(-1)) });
  /** A connection on which nothing is asked. */
  const idle = async () => {
    const socket = socketTo(fixture.server.address);
    ends.push(() => socket.destroy());
    socket.on('error', () => undefined).resume();
    await once(socket, 'connect');
    return { socket, closed: once(socket, 'close') };
  };
  /** A client that asks and takes no byte of the answer. */
  const deaf = async () => {
    const session = http2.connect('http://x', {
      createConnection: () => socketTo(fixture.server.address),
      settings: { initialWindowSize: 0 },
    });
    ends.push(() => session.destroy());
    session.on('error', () => undefined);
    await once(session, 'remoteSettings');
    const stream = session.request({
      ':method': 'POST',
      ':path': '/maglev.Maglev/ListBackends',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    stream.on('error', () => undefined);
    stream.end(Buffer.alloc(5));
    await once(stream, 'response');
    return { closed: once(session, 'close') };
  };

  for (const address of [undefined, '127.0.0.1:0']) {
    it(`closes the idlest for a new one when there are too many, and says so once: ${address ?? 'unix'}`, async () => {
      await start({ maxConnections: 2, ...(address === undefined ? {} : { address }) });
      const first = await idle();
      const second = await idle();
      expect((await fixture.client.listBackends()).backends).to.have.length(2);
      await first.closed;
      await idle();
      await second.closed;
      expect((await fixture.client.listBackends()).backends, 'its own is not the idlest').to.have.length(2);
      const told = fixture.log.of('grpc-connections-full');
      expect(told).to.have.length(1);
      expect(told[0]).to.include({ level: 'warn' });
      expect(told[0]?.fields).to.include({ connections: 2 });
      ahead += 60_000;
      await idle();
      await eventually(() => expect(fixture.log.of('grpc-connections-full')).to.have.length(2));
    });
  }

  it('spares a connection that waits for an answer, and turns a new one away when all do', async () => {
    const asked = inbox<ViewRequest>();
    await start({ maxConnections: 2 }, asked.receive);
    const pending = fixture.client.listBackends();
    const question = await asked.take();
    const other = await idle();
    await idle();
    await other.closed;
    answering(question);
    expect((await pending).backends).to.have.length(2);

    await fixture.stop();
    await start({ maxConnections: 1 }, asked.receive);
    const alone = fixture.client.listBackends();
    const last = await asked.take();
    await (await idle()).closed;
    expect(fixture.log.of('grpc-connections-full')[0]?.fields).to.include({ closed: 'the new one' });
    answering(last);
    expect((await alone).backends).to.have.length(2);
  });

  it('lets nobody in who has gone before he was looked at', async () => {
    await start({});
    const log = recordingLog();
    const connections = new Connections({ clock: realClock, log });
    const server = net.createServer().listen(0, '127.0.0.1');
    ends.push(() => server.close());
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    const client = net.connect({ host: '127.0.0.1', port });
    const [socket] = (await once(server, 'connection')) as [net.Socket];
    client.resetAndDestroy();
    const closed = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
    socket.on('error', () => undefined).resume();
    await closed;
    expect(socket.remoteAddress).to.equal(undefined);
    const origin = { door: 'loopback', uid: null, certificate: null, certificateFault: null } as const;
    expect(connections.admit(socket, origin)).to.equal(false);
    await connections.allClosed();
  });

  it('counts an answer as under way until the client has taken it', async () => {
    await start({ maxInFlight: 1 });
    await deaf();
    const error = await rejection(fixture.client.listBackends());
    expect(error).to.include({ status: 'RESOURCE_EXHAUSTED', code: 'MGL_MAILBOX_FULL' });
  });

  it('bounds the bytes that wait for clients that do not read, and cuts these after a while', async () => {
    await start({ maxUnsentBytes: 10 });
    const { closed } = await deaf();
    expect(await rejection(fixture.client.listBackends()))
      .to.include({ status: 'RESOURCE_EXHAUSTED' })
      .and.to.have.property('message')
      .that.matches(/\d+ bytes of answers wait for clients that do not read/);
    expect(fixture.log.of('grpc-client-cut')).to.deep.equal([]);
    ahead += 10_000;
    await rejection(fixture.client.listBackends());
    await closed;
    expect(fixture.log.of('grpc-client-cut')).to.have.length(1);
    expect((await fixture.client.listBackends()).backends).to.have.length(2);
  });
});
