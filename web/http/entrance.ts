import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type net from 'node:net';
import type { Peer } from '../../domain/access.js';
import type { Clock } from '../../protocol/clock.js';
import type { FreeLogger } from '../../protocol/log.js';
import type { ListenAddress } from '../../rpc/address.js';
import { isLoopback } from '../../rpc/exposure.js';
import { type Listener, listen } from '../../rpc/listen.js';
import { TlsDoor } from '../../rpc/tls-door.js';
import type { TlsFiles } from '../../rpc/tls-material.js';

export interface EntranceOptions {
  readonly places: readonly ListenAddress[];
  /** What TLS is done with, on every TCP port that is not plain; null: nowhere. */
  readonly tls: TlsFiles | null;
  readonly insecure: boolean;
  readonly clock: Clock;
  readonly log: FreeLogger;
  readonly answer: (request: IncomingMessage, response: ServerResponse) => void;
}

/** Where browsers come in. */
export interface Entrance {
  /** As bound. */
  readonly addresses: readonly string[];
  /** Lets nobody in any more, and resolves when those who are in have gone; after `ms` they are gone. */
  readonly close: (ms: number) => Promise<void>;
}

export type Origin = Omit<Peer, 'address'>;

/** Connections that may be open: 1,000 pages that follow, and what they ask beside. */
const MOST_CONNECTIONS = 2500;

const origins = new WeakMap<net.Socket, Origin>();
const nobody: Origin = { door: 'network', uid: null, certificate: null, certificateFault: null };

/** What is known of the client of a connection. */
export function originOf(request: IncomingMessage): Origin {
  return origins.get(request.socket) ?? nobody;
}

/** Rejects with MGL_LISTEN or MGL_TLS_FILES, and listens nowhere then. */
export async function openEntrance(options: EntranceOptions): Promise<Entrance> {
  const { places, tls, insecure, clock, log, answer } = options;
  const door = tls === null ? null : await TlsDoor.open({ files: tls, clock, log });
  const open = new Set<net.Socket>();
  // It listens nowhere: connections are handed to it.
  const server = createServer(
    {
      noDelay: true,
      keepAlive: true,
      headersTimeout: 10_000,
      requestTimeout: 20_000,
      keepAliveTimeout: 60_000,
      connectionsCheckingInterval: 5000,
      maxHeaderSize: 16 * 1024,
    },
    answer,
  );
  const greet = (socket: net.Socket, origin: Origin) => {
    socket.on('error', () => undefined);
    if (open.size >= MOST_CONNECTIONS) server.closeIdleConnections();
    if (open.size >= MOST_CONNECTIONS) {
      socket.destroy();
      return;
    }
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    origins.set(socket, origin);
    server.emit('connection', socket);
  };
  const behindTls = door?.entrance('http/1.1', greet);
  const listeners: Listener[] = [];
  const stopListening = () => {
    for (const one of listeners) one.close();
    door?.close();
  };
  try {
    for (const { address, plain } of places) {
      const secure = plain || address.kind === 'unix' ? undefined : behindTls;
      const onConnection =
        secure ?? ((socket: net.Socket) => greet(socket, plainOrigin(socket, address.kind)));
      const may = secure !== undefined || insecure;
      listeners.push(await listen({ address, served: 'web', open: may, onConnection }));
    }
  } catch (error) {
    stopListening();
    throw error;
  }
  return {
    addresses: listeners.map(({ address }) => address),
    close: (ms) =>
      new Promise((resolve) => {
        stopListening();
        server.closeIdleConnections();
        const cancel = clock.schedule(ms, () => {
          for (const socket of open) socket.destroy();
          resolve();
        });
        const look = () => {
          if (open.size > 0) return;
          cancel();
          resolve();
        };
        for (const socket of open) socket.once('close', () => setImmediate(look));
        look();
      }),
  };
}

function plainOrigin(socket: net.Socket, kind: 'tcp' | 'unix'): Origin {
  if (kind === 'unix') return { ...nobody, door: 'unix' };
  return { ...nobody, door: isLoopback(socket.remoteAddress ?? '') ? 'loopback' : 'network' };
}
