import { once } from 'node:events';
import net from 'node:net';
import { expect } from 'chai';
import { realClock } from '../../clock/real-clock.js';
import { originFault } from '../../domain/web-origin.js';
import type { Clock } from '../../protocol/clock.js';
import type { ViewRequest } from '../../protocol/decision.js';
import { namesIn, placesOf } from '../../rpc/served.js';
import { eventually } from '../support/eventually.js';
import { httpCall } from '../support/http-caller.js';
import { inbox } from '../support/inbox.js';
import { type Fixture, type FixtureOptions, startFixture } from '../support/rpc-fixture.js';
import { siteCallees } from '../support/rpc-site.js';

/** Ten seconds are over in a twentieth of one. */
const hasty: Clock = { ...realClock, schedule: (ms, run) => realClock.schedule(ms / 200, run) };
const head =
  'POST /maglev.Maglev/GetVersion HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';

describe('rpc/http: whom it takes for its own', () => {
  it('compares names in small letters, however the flag has them', () => {
    const names = namesIn(placesOf('http', 'Edge-1.Example:80,unix:/run/X.sock'));
    const request = { host: 'EDGE-1.example:80', origin: null, fetchSite: null, secure: false, local: false };
    expect(originFault(request, names)).to.equal(null);
  });
});

describe('rpc/http: who does not keep to it', () => {
  let fixture: Fixture;
  const sockets: net.Socket[] = [];
  const start = async (options: FixtureOptions = {}, callees = siteCallees()) => {
    fixture = await startFixture(callees, { httpAddress: '127.0.0.1:0', ...options });
  };
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await fixture.stop();
  });
  /** A connection of our own, and all that came over it. */
  const connect = async () => {
    const socket = net.connect({ host: '127.0.0.1', port: Number(fixture.server.httpAddress.split(':')[1]) });
    sockets.push(socket);
    let text = '';
    socket.setEncoding('utf8').on('data', (part) => {
      text += part;
    });
    socket.on('error', () => undefined);
    const closed = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
    await once(socket, 'connect');
    return { socket, closed, text: () => text };
  };
  const serves = async () =>
    expect((await httpCall(fixture.server.httpAddress, '/maglev.Maglev/GetVersion', '{}')).status).to.equal(
      200,
    );

  it('closes a connection on which no request comes, or the head of one never ends', async () => {
    await start({ clock: hasty });
    const silent = await connect();
    const slow = await connect();
    slow.socket.write(head);
    const dripping = await connect();
    dripping.socket.write(head);
    const drip = () => {
      if (!dripping.socket.destroyed) dripping.socket.write('X-A: b\r\n', () => setImmediate(drip));
    };
    drip();
    await Promise.all([silent.closed, slow.closed, dripping.closed]);
    await serves();
  });

  it('answers who does not send the body that it announced, and goes', async () => {
    await start({ clock: hasty });
    const { socket, closed, text } = await connect();
    socket.write(`${head}Content-Length: 10\r\n\r\n{`);
    await closed;
    expect(text()).to.match(/^HTTP\/1\.1 408 /);
    expect(text()).to.contain('MGL_HTTP_REQUEST');
    await serves();
  });

  it('keeps a connection for the next request, and closes it when none comes', async () => {
    await start({ clock: hasty });
    const { socket, closed, text } = await connect();
    for (let i = 1; i <= 3; i++) {
      socket.write(`${head}Content-Length: 2\r\n\r\n{}`);
      await eventually(() => expect(text().match(/HTTP\/1\.1 200 /g)).to.have.length(i));
    }
    await closed;
  });

  it('answers what is no HTTP/1, and what is too much of it, and serves on', async () => {
    await start();
    for (const [bytes, answer] of [
      ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', /^(HTTP\/1\.1 [45]\d\d .*)?$/s],
      ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', /^HTTP\/1\.1 400 /],
      ['GET / HTTP/9.9\r\n\r\n', /^HTTP\/1\.1 400 /],
      ['GET /v1/events HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 400 /],
      [`${head}${'X-A: b\r\n'.repeat(10_000)}\r\n`, /^HTTP\/1\.1 431 /],
      [`${head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}`, /^HTTP\/1\.1 400 /],
      [`${head}Content-Length: 2, 3\r\n\r\n{}`, /^HTTP\/1\.1 400 /],
      ['CONNECT 10.0.0.1:80 HTTP/1.1\r\nHost: 10.0.0.1:80\r\n\r\n', /^(HTTP\/1\.1 4\d\d .*)?$/s],
    ] as const) {
      const { socket, closed, text } = await connect();
      socket.write(Buffer.from(bytes, 'latin1'));
      await closed;
      expect(text(), bytes.slice(0, 40)).to.match(answer);
      await serves();
    }
  });

  it('reads no more of a body than it may have', async () => {
    await start();
    const { socket, text } = await connect();
    const part = 'x'.repeat(30_000);
    socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n`);
    for (let i = 0; i < 3; i++) socket.write(`${part.length.toString(16)}\r\n${part}\r\n`);
    await eventually(() => expect(text()).to.match(/^HTTP\/1\.1 413 /));
    await serves();
  });

  it('answers requests that come before the answers of others in their order', async () => {
    await start();
    const { socket, text } = await connect();
    const bodies = ['{}', '{"x":1}', '{}'];
    socket.write(bodies.map((body) => `${head}Content-Length: ${body.length}\r\n\r\n${body}`).join(''));
    await eventually(() => expect(text().match(/HTTP\/1\.1 \d+/g)).to.have.length(3));
    expect(text().match(/HTTP\/1\.1 \d+/g)).to.deep.equal(['HTTP/1.1 200', 'HTTP/1.1 400', 'HTTP/1.1 200']);
  });

  it('leaves places to others, however much is asked over one connection before the answers', async () => {
    const asked = inbox<ViewRequest>();
    await start({ maxInFlight: 120 }, { ...siteCallees(), views: asked.receive });
    const { socket, closed, text } = await connect();
    const list = head.replace('GetVersion', 'ListBackends');
    socket.write(`${list}Content-Length: 2\r\n\r\n{}`.repeat(150));
    await eventually(() => expect(asked.count()).to.equal(100));
    await serves();
    for (let i = 0; i < 100; i++) {
      const question = await asked.take();
      if (question.type === 'list-backends') question.reply.ok([]);
    }
    await closed;
    expect(text().match(/HTTP\/1\.1 \d+/g)).to.deep.equal([
      ...Array.from({ length: 100 }, () => 'HTTP/1.1 200'),
      'HTTP/1.1 429',
    ]);
    expect(text()).to.contain('100 requests of this connection are under way already');
  });

  it('forgets all that was asked over a connection that is gone, whose turn it was or not', async () => {
    const callees = siteCallees();
    await start(
      {},
      {
        ...callees,
        events: (message) => {
          if (message.type !== 'subscribe') return callees.events(message);
          message.reply.ok({ id: 1, epoch: 'e', from: 1, resumed: false, states: [] });
        },
      },
    );
    const request =
      'POST /maglev.Maglev/GetVersion HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}';
    // More than have a place, over connections that each have an answer that does not end.
    for (let i = 0; i < 6; i++) {
      const { socket, text } = await connect();
      socket.write(`GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n${request.repeat(50)}`);
      await eventually(async () => expect(text()).to.contain('event: subscribed'));
      socket.destroy();
    }
    await eventually(async () => {
      const { status } = await httpCall(fixture.server.httpAddress, '/maglev.Maglev/GetVersion', '{}');
      expect(status).to.equal(200);
    });
  });

  it('closes the idlest when there are too many, of HTTP and gRPC together', async () => {
    await start({ maxConnections: 2 });
    const first = await connect();
    const second = await connect();
    expect((await fixture.client.getVersion()).version).to.equal('1.2.3');
    await first.closed;
    await serves();
    await second.closed;
  });

  it('ends: lets what is under way finish, closes what is idle, takes nothing new', async () => {
    const asked = inbox<ViewRequest>();
    await start({ drainMs: 60_000 }, { ...siteCallees(), views: asked.receive });
    const { httpAddress } = fixture.server;
    const idle = await connect();
    const pending = httpCall(httpAddress, '/maglev.Maglev/ListBackends', '{}', {
      headers: { connection: 'keep-alive' },
    });
    const question = await asked.take();
    const stopped = fixture.server.stop();
    await idle.closed;
    if (question.type === 'list-backends') question.reply.ok([]);
    const answer = await pending;
    expect(answer.status).to.equal(200);
    expect(answer.headers.connection).to.equal('close');
    await stopped;
    const refused = await httpCall(httpAddress, '/maglev.Maglev/GetVersion', '{}').catch(
      (error: Error) => error.message,
    );
    expect(refused).to.match(/ECONNREFUSED/);
  });
});
