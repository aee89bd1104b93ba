import type net from 'node:net';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { MaglevError } from '../domain/errors.js';
import type { Clock } from '../protocol/clock.js';
import type { Logger } from '../protocol/log.js';
import type { RpcServer } from '../protocol/rpc.js';
import { measured } from './answer-size.js';
import type { CallTally } from './call-tally.js';
import type { Connections } from './connections.js';
import { indexDescriptors } from './descriptor-index.js';
import type { Doorkeeper } from './doorkeeper.js';
import { openEntrances } from './entrances.js';
import { descriptorSetBase64 } from './generated/descriptors.js';
import { HealthService } from './generated/grpc/health/v1/health.js';
import { ServerReflectionService as ReflectionV1 } from './generated/grpc/reflection/v1/reflection.js';
import { ServerReflectionService as ReflectionV1Alpha } from './generated/grpc/reflection/v1alpha/reflection.js';
import { type MaglevServer, MaglevService } from './generated/maglev.js';
import { createHealthService } from './health.js';
import { HttpFront } from './http/front.js';
import { MAX_CALLS_OF_CONNECTION } from './limits.js';
import { createReflectionService } from './reflection.js';
import { namesIn, placesOf } from './served.js';
import type { TlsFiles } from './tls-material.js';

export interface RpcServerOptions {
  /** `host:port`, `[IPv6]:port`, `:port` or `unix:/path`, several with commas between; `plain:` before one: no TLS there. */
  readonly address: string;
  /** The same for HTTP; '' or absent: it is not served. */
  readonly httpAddress?: string;
  /** The implementation of service maglev.Maglev; see createGateway. */
  readonly handlers: MaglevServer;
  /** Serve the reflection service? */
  readonly reflection: boolean;
  /** What TLS is served with, on every TCP port that is not plain; null: nowhere. */
  readonly tls: TlsFiles | null;
  /** Lets calls through, or not. */
  readonly doorkeeper: Doorkeeper;
  /** Counts calls; absent: nobody does. */
  readonly calls?: CallTally;
  /** User id of the process at the other end of a unix socket; null: not known. */
  readonly uidOf: (socket: net.Socket) => number | null;
  /** A TCP connection was made, of which nothing is known yet. */
  readonly accepted?: (socket: net.Socket) => void;
  /** Allows plaintext on addresses that other machines can reach. */
  readonly insecure: boolean;
  readonly clock: Clock;
  readonly log: Logger;
  /** Bounds the connections; the handlers tell it of their calls. */
  readonly connections: Connections;
  /** When it aborts, the server stops as by stop(); it rejects a start that is under way. */
  readonly signal?: AbortSignal;
  /** How long stop() waits for calls that are under way, in milliseconds; default 1500. */
  readonly drainMs?: number;
  readonly keepAlive?: KeepAlive;
}

/** How clients that vanished are found, in milliseconds. */
export interface KeepAlive {
  /** From a sign of life to the next ping. */
  readonly everyMs: number;
  /** The answer to a ping may take so long. */
  readonly answerMs: number;
}

/**
 * What keeps one client from hurting the others. Requests are a name at most, so that a large one is an error. Dead
 * peers are found by pings, idle connections are closed; both concern clients that vanished without a word.
 */
const limits = {
  'grpc.max_receive_message_length': 64 * 1024,
  'grpc.max_concurrent_streams': MAX_CALLS_OF_CONNECTION,
  'grpc.max_connection_idle_ms': 30 * 60_000,
};

/** Both together, and what a ping takes, are less than a minute: for so long at most somebody who vanished takes room. */
const keepAlive: KeepAlive = { everyMs: 30_000, answerMs: 20_000 };

/** Serves maglev.Maglev over gRPC and HTTP, grpc.health.v1 and, if wanted, reflection. Rejects with MGL_LISTEN. */
export async function startRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  const places = {
    grpc: placesOf('grpc', options.address),
    http: placesOf('http', options.httpAddress ?? ''),
  };
  const { connections, clock, log, doorkeeper } = options;
  const stopping = new AbortController();
  const { everyMs, answerMs } = options.keepAlive ?? keepAlive;
  const alive = { 'grpc.keepalive_time_ms': everyMs, 'grpc.keepalive_timeout_ms': answerMs };
  const server = new Server({ ...limits, ...alive });
  const guarded = doorkeeper.guard(options.handlers);
  const service = options.calls?.counting(guarded) ?? guarded;
  server.addService(measured(MaglevService), { ...service.unary, ...service.streams });
  server.addService(HealthService, createHealthService(['maglev.Maglev'], stopping.signal));
  if (options.reflection) {
    const index = indexDescriptors(Buffer.from(descriptorSetBase64, 'base64'));
    server.addService(ReflectionV1, createReflectionService(index, stopping.signal));
    server.addService(ReflectionV1Alpha, createReflectionService(index, stopping.signal));
  }
  const front =
    places.http.length === 0
      ? null
      : new HttpFront({ service, doorkeeper, connections, clock, log, names: namesIn(places.http) });

  // The server listens on sockets of our own, because grpc-js can neither set the mode of a unix socket's file nor
  // bound the number of connections, and tells why it cannot bind in text only.
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const entrances = await openEntrances(places, {
    ...options,
    welcome: (served, socket, origin) => {
      socket.on('error', () => undefined);
      if (!connections.admit(socket, origin, served)) return;
      if (served === 'http') front?.welcome(socket);
      else injector.injectConnection(socket);
    },
  });

  let stopped: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    stopped ??= (async () => {
      entrances.close();
      stopping.abort();
      front?.stop();
      await drained(server, connections, clock, options.drainMs ?? 1500);
      server.forceShutdown();
      connections.closeAll();
      doorkeeper.end();
    })();
    return stopped;
  };

  if (options.signal?.aborted) {
    await stop();
    throw new MaglevError('MGL_ACTOR_STOPPED', 'the gRPC server was stopped while it started');
  }
  options.signal?.addEventListener('abort', () => void stop(), { once: true });
  return {
    address: entrances.addresses.grpc.join(','),
    httpAddress: entrances.addresses.http.join(','),
    setAccess: (access) => doorkeeper.setAccess(access),
    reload: entrances.reload,
    stop,
  };
}

/**
 * Resolves when no call is under way any more, or after `ms`. Each session ends when its last call has, and takes its
 * connection along. Only that is waited for: what grpc-js waits for has come at once since Node 24, where closing the
 * server marks all sessions as closed, however many calls they still have.
 */
function drained(server: Server, connections: Connections, clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.schedule(ms, resolve);
    server.tryShutdown(() => {
      void connections.allClosed().then(() => {
        cancel();
        resolve();
      });
    });
  });
}
