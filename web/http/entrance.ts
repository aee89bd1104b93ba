import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type net from 'node:net';
import type { Peer } from '../../domain/access.js';
import type { Clock } from '../../protocol/clock.js';
import type { FreeLogger } from '../../protocol/log.js';
import type { ListenAddress } from '../../rpc/address.js';
import { isLoopback } from '../../rpc/exposure.js';
import { Patience } from '../../rpc/http/patience.js';
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
  /** Connections that may be open; default 2,500. */
  readonly most?: number;
  readonly answer: (request: IncomingMessage, response: ServerResponse) => void;
  /** A client that takes nothing of its answer for so long is hung up on, in ms; default 30 s. */
  readonly takesNothingMs?: number | undefined;
}

/** Where browsers come in. */
export interface Entrance {
  /** As bound. */
  readonly addresses: readonly string[];
  /** Connections that are open. */
  readonly connections: number;
  /** Lets nobody in any more, and resolves when those who are in have gone; after `ms` they are gone. */
  readonly close: (ms: number) => Promise<void>;
}

export type Origin = Omit<Peer, 'address'>;

/** Connections that may be open: 1,000 pages that follow, and what they ask beside. */
const MOST_CONNECTIONS = 2500;
/** Requests of one connection that may wait for their answer: a browser has one, and copies of answers are held. */
const MOST_ASKED = 16;
const TAKES_NOTHING_MS = 30_000;

const origins = new WeakMap<net.Socket, Origin>();
const nobody: Origin = { door: 'network', uid: null, certificate: null, certificateFault: null };

/** What is known of the client of a connection. */
export function originOf(request: IncomingMessage): Origin {
  return origins.get(request.socket) ?? nobody;
}

/** Rejects with MGL_LISTEN or MGL_TLS_FILES, and listens nowhere then. */
export async function openEntrance(options: EntranceOptions): Promise<Entrance> {
  const { places, tls, insecure, clock, log, answer } = options;
  const { most = MOST_CONNECTIONS, takesNothingMs = TAKES_NOTHING_MS } = options;
  const door = tls === null ? null : await TlsDoor.open({ files: tls, clock, log });
  const open = new Set<net.Socket>();
  const patience = new Patience(clock);
  // It listens nowhere: connections are handed to it, and what Node does about slow ones is only for those that it accepts.
  const server = createServer(
    { noDelay: true, keepAliveTimeout: 0, maxHeaderSize: 16 * 1024 },
    (request, response) => {
      if (patience.asked(request.socket, response) > MOST_ASKED) request.socket.destroy();
      else answer(request, response);
    },
  );
  server.timeout = takesNothingMs;
  // Told as well of a client that waits for us; only one that we wait for is hung up on.
  server.on('timeout', (socket: net.Socket) => {
    if (socket.writableLength > 0) socket.destroy();
  });
  const greet = (socket: net.Socket, origin: Origin) => {
    socket.on('error', () => undefined);
    if (open.size >= most && !patience.makeRoom()) {
      socket.destroy();
      return;
    }
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    origins.set(socket, origin);
    patience.came(socket);
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
    get connections() {
      return open.size;
    },
    close: (ms) =>
      new Promise((resolve) => {
        stopListening();
        patience.end();
        const cancel = clock.schedule(ms, () => {
          for (const socket of open) socket.destroy();
          resolve();
        });
        const look = () => {
          if ([...open].some(({ destroyed }) => !destroyed)) return;
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
