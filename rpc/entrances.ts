import type net from 'node:net';
import type { Door, Peer } from '../domain/access.js';
import type { Clock } from '../protocol/clock.js';
import type { Logger } from '../protocol/log.js';
import { formatRpcAddress, type ListenAddress } from './address.js';
import { isLoopback } from './exposure.js';
import { type Listener, listen } from './listen.js';
import { ownRefusal, type Served } from './served.js';
import { TlsDoor } from './tls-door.js';
import type { TlsFiles } from './tls-material.js';

export interface EntranceOptions {
  /** What TLS is done with, on every TCP port that is not plain; null: nowhere. */
  readonly tls: TlsFiles | null;
  /** User id of the process at the other end of a unix socket; null: not known. */
  readonly uidOf: (socket: net.Socket) => number | null;
  /** A TCP connection was made, of which nothing is known yet. */
  readonly accepted?: (socket: net.Socket) => void;
  /** Allows plaintext on addresses that other machines can reach. */
  readonly insecure: boolean;
  readonly clock: Clock;
  readonly log: Logger;
  /** A client; over TLS its handshake is done. */
  readonly welcome: (served: Served, socket: net.Socket, origin: Omit<Peer, 'address'>) => void;
}

export interface Entrances {
  /** As bound: with the port that was found when the port asked for was 0. */
  readonly addresses: Readonly<Record<Served, readonly string[]>>;
  /** Looks at once whether the files of TLS have changed. */
  readonly reload: () => Promise<void>;
  /** Lets nobody in any more. */
  readonly close: () => void;
}

/** Listens on every place. Rejects with MGL_LISTEN or MGL_TLS_FILES, and listens nowhere then. */
export async function openEntrances(
  places: Readonly<Record<Served, readonly ListenAddress[]>>,
  { tls, uidOf, accepted, insecure, clock, log, welcome }: EntranceOptions,
): Promise<Entrances> {
  const door = tls === null ? null : await TlsDoor.open({ files: tls, clock, log });
  const listeners: Listener[] = [];
  const close = () => {
    for (const listener of listeners) listener.close();
    door?.close();
  };
  const addresses: Record<Served, string[]> = { grpc: [], http: [] };
  const taken = new Map<string, Served>();
  try {
    for (const served of ['grpc', 'http'] as const) {
      const spoken = served === 'grpc' ? 'h2' : 'http/1.1';
      const greet = (socket: net.Socket, origin: Omit<Peer, 'address'>) => welcome(served, socket, origin);
      const behindTls = door?.entrance(spoken, greet);
      for (const { address, plain } of places[served]) {
        const other = taken.get(formatRpcAddress(address));
        if (other !== undefined) throw ownRefusal(address, other, served);
        const secure = plain || address.kind === 'unix' ? undefined : behindTls;
        const onConnection = (socket: net.Socket) => {
          if (address.kind === 'tcp') accepted?.(socket);
          if (secure !== undefined) secure(socket);
          else greet(socket, plainOrigin(socket, address.kind, uidOf));
        };
        const open = secure !== undefined || insecure;
        const listener = await listen({ address, served, open, onConnection });
        listeners.push(listener);
        addresses[served].push(listener.address);
        taken.set(listener.address, served);
      }
    }
  } catch (error) {
    close();
    throw error;
  }
  return { addresses, close, reload: async () => door?.reload() };
}

/** What is known of a client that came without TLS. */
function plainOrigin(
  socket: net.Socket,
  kind: 'tcp' | 'unix',
  uidOf: EntranceOptions['uidOf'],
): Omit<Peer, 'address'> {
  const tcp: Door = isLoopback(socket.remoteAddress ?? '') ? 'loopback' : 'network';
  const [door, uid] = kind === 'unix' ? (['unix', uidOf(socket)] as const) : ([tcp, null] as const);
  return { door, uid, certificate: null, certificateFault: null };
}
