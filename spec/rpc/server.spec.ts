import { once } from 'node:events';
import http2 from 'node:http2';
import net from 'node:net';
import { Client, type ClientReadableStream, credentials, Metadata, status } from '@grpc/grpc-js';
import { expect } from 'chai';
import type { ViewRequest } from '../../protocol/decision.js';
import {
  type HealthCheckResponse,
  HealthService,
  HealthCheckResponse_ServingStatus as Serving,
} from '../../rpc/generated/grpc/health/v1/health.js';
import { MaglevService } from '../../rpc/generated/maglev.js';
import { startRpcServer } from '../../rpc/server.js';
import { inbox } from '../support/inbox.js';
import { openDoor } from '../support/open-door.js';
import { rejection } from '../support/rejection.js';
import { clientOf, type Fixture, type FixtureOptions, startFixture } from '../support/rpc-fixture.js';
import * as samples from '../support/rpc-samples.js';

const answering = (message: ViewRequest) => {
  if (message.type === 'list-backends') message.reply.ok(samples.backends);
};

describe('rpc/server', () => {
  let fixture: Fixture | null = null;
  const raws: Client[] = [];
  afterEach(async () => {
    for (const raw of raws.splice(0)) raw.close();
    await fixture?.stop();
    fixture = null;
  });
  const start = async (views: (message: ViewRequest) => void = answering, options: FixtureOptions = {}) => {
    fixture = await startFixture({ views }, options);
    return fixture;
  };
  const rawClient = (address: string) => {
    const raw = new Client(address, credentials.createInsecure());
    raws.push(raw);
    return raw;
  };

  describe('health', () => {
    const check = (address: string, service: string) =>
      new Promise<HealthCheckResponse | status>((resolve) => {
        const { path, requestSerialize, responseDeserialize } = HealthService.check;
        rawClient(address).makeUnaryRequest(
          path,
          requestSerialize,
          responseDeserialize,
          { service },
          (error, response) => resolve(error?.code ?? response ?? status.UNKNOWN),
        );
      });
    const watch = (address: string, service: string): ClientReadableStream<HealthCheckResponse> => {
      const { path, requestSerialize, responseDeserialize } = HealthService.watch;
      return rawClient(address).makeServerStreamRequest(path, requestSerialize, responseDeserialize, {
        service,
      });
    };

    it('says that the server and its service serve, and knows no other service', async () => {
      const { server } = await start();
      expect(await check(server.address, '')).to.deep.equal({ status: Serving.SERVING });
      expect(await check(server.address, 'maglev.Maglev')).to.deep.equal({ status: Serving.SERVING });
      expect(await check(server.address, 'maglev.Other')).to.equal(status.NOT_FOUND);
    });

    it('tells watchers of the end, and ends their streams well before the drain deadline', async () => {
      const { server } = await start(answering, { drainMs: 60_000 });
      const seen: Serving[] = [];
      const stream = watch(server.address, 'maglev.Maglev');
      const stranger = watch(server.address, 'maglev.Other');
      for (const one of [stream, stranger]) {
        one.on('data', (response: HealthCheckResponse) => void seen.push(response.status));
      }
      const ended = Promise.all([once(stream, 'end'), once(stranger, 'end')]);
      await Promise.all([once(stream, 'data'), once(stranger, 'data')]);
      expect(seen.sort()).to.deep.equal([Serving.SERVING, Serving.SERVICE_UNKNOWN]);
      await Promise.all([server.stop(), ended]);
      expect(seen).to.deep.equal([Serving.SERVING, Serving.SERVICE_UNKNOWN, Serving.NOT_SERVING]);
    });
  });

  describe('stop', () => {
    it('lets a call that is under way finish, and takes no new one', async () => {
      const asked = inbox<ViewRequest>();
      const { server, client } = await start(asked.receive, { drainMs: 60_000 });
      const pending = client.listBackends();
      const message = await asked.take();
      const stopped = server.stop();
      expect(server.stop()).to.equal(stopped);
      const late = clientOf(server.address);
      expect(await rejection(late.listBackends())).to.include({
        status: 'UNAVAILABLE',
        code: 'MGL_SERVER_UNREACHABLE',
      });
      late.close();
      if (message.type === 'list-backends') message.reply.ok([]);
      expect(await pending).to.have.deep.property('backends', []);
      await stopped;
    });

    it('cuts a call that does not end within the drain time', async () => {
      const asked = inbox<ViewRequest>();
      const { server, client } = await start(asked.receive, { drainMs: 50 });
      const pending = rejection(client.listBackends());
      await asked.take();
      await server.stop();
      expect(await pending).to.have.property('name', 'RpcError');
    });

    it('happens when the signal aborts, also during the start', async () => {
      const controller = new AbortController();
      const options = {
        address: '127.0.0.1:0',
        handlers: (await start()).handlers,
        reflection: true,
        insecure: false,
        ...openDoor(),
        signal: controller.signal,
      };
      const server = await startRpcServer(options);
      controller.abort();
      await server.stop();
      const client = clientOf(server.address);
      expect(await rejection(client.listBackends())).to.include({ status: 'UNAVAILABLE' });
      client.close();
      expect(await rejection(startRpcServer(options))).to.have.property('code', 'MGL_ACTOR_STOPPED');
    });
  });

  describe('hostile clients', () => {
    const socketTo = (address: string) => net.connect({ path: address.slice('unix:'.length) });

    it('survives garbage, half a preface and a reset', async () => {
      const { server, client } = await start();
      for (const bytes of ['GET / HTTP/1.1\r\n\r\n', '\0'.repeat(100_000), 'PRI * HTTP/2.0\r\n', '']) {
        const socket = socketTo(server.address);
        socket.on('error', () => undefined);
        await once(socket, 'connect');
        socket.write(bytes);
        // Whether the server hangs up or waits for more, the others are served.
        expect((await client.listBackends()).backends).to.have.length(2);
        socket.destroy();
      }
    });

    it('answers requests that are no gRPC, and go on serving', async () => {
      const { server, client } = await start();
      const session = http2.connect('http://x', { createConnection: () => socketTo(server.address) });
      const stream = session.request({ ':method': 'POST', ':path': '/maglev.Maglev/ListBackends' });
      stream.end('{}');
      const [headers] = await once(stream, 'response');
      expect(headers[':status']).to.equal(415);
      session.destroy();
      expect((await client.listBackends()).backends).to.have.length(2);
    });

    it('refuses a message that does not decode, and one that is too large', async () => {
      const { server, client } = await start();
      const send = (bytes: Buffer) =>
        new Promise<status | undefined>((resolve) => {
          rawClient(server.address).makeUnaryRequest(
            MaglevService.getBackend.path,
            () => bytes,
            () => null,
            null,
            new Metadata(),
            (error) => resolve(error?.code),
          );
        });
      expect(await send(Buffer.from([0x0a, 0xff]))).to.equal(status.INTERNAL);
      expect(await send(Buffer.alloc(100_000))).to.equal(status.RESOURCE_EXHAUSTED);
      expect((await client.listBackends()).backends).to.have.length(2);
    });
  });
});
