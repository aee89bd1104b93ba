import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import { type IpAddress, parseIp } from '../../domain/ip.js';
import type { Clock } from '../../protocol/clock.js';
import { PROTOCOL } from '../flow/flow.js';
import type { ListenPoint } from './listen-points.js';
import { type Destination, destinationText, type LivePackets } from './live-packets.js';
import { TcpRelay } from './tcp-relay.js';
import { UdpRelay } from './udp-relay.js';

/** Connections of one VIP at a time; more are closed at once. Clients of one VIP with UDP. */
export const CLIENTS_MAX = 4096;
/** A connection that nothing was sent on for so long is closed. */
export const TCP_IDLE_MS = 300_000;
/** Whoever sent no datagram for so long is another client when he comes again. */
export const UDP_IDLE_MS = 60_000;

/** What one VIP has relayed. */
export interface Relayed {
  /** Connections that are open, or clients that were heard lately. */
  readonly now: number;
  /** How many each server got so far. */
  readonly servers: ReadonlyMap<string, number>;
}

export interface ListenerOptions {
  readonly point: ListenPoint;
  readonly packets: Pick<LivePackets, 'pass'>;
  readonly clock: Clock;
  /** Default CLIENTS_MAX. */
  readonly clientsMax?: number;
  /** It cannot listen, or cannot any more. */
  readonly onFailure: (why: string) => void;
  readonly onListening: () => void;
}

/** Listens in the place of one VIP. */
export interface Listener {
  readonly relayed: () => Relayed;
  readonly suspend: () => void;
  readonly resume: () => void;
  /** Ends what was idle for too long. */
  readonly sweep: () => void;
  /** Listens no more. Connections that are there go on, as far as VPP lets them. */
  readonly close: () => void;
  /** Ends all connections with a reset. */
  readonly reset: () => void;
}

export function listenFor(options: ListenerOptions, suspended: boolean): Listener {
  const { point, packets } = options;
  // A server with the address of the VIP would be this very listener, again and again.
  const pass: LivePackets['pass'] = (...packet) => {
    const server = packets.pass(...packet);
    return server?.address === point.address && server.port === point.port ? null : server;
  };
  const guarded = { ...options, packets: { pass } };
  return point.protocol === 'tcp' ? listenTcp(guarded, suspended) : listenUdp(guarded, suspended);
}

function listenTcp(
  { point, packets, clock, clientsMax = CLIENTS_MAX, onFailure, onListening }: ListenerOptions,
  hangs: boolean,
): Listener {
  const relays = new Set<TcpRelay>();
  const servers = new Map<string, number>();
  let suspended = hangs;
  const accept = (client: Socket) => {
    const source = parseIp(client.remoteAddress ?? '');
    if (source === null || relays.size >= clientsMax) {
      client.resetAndDestroy();
      return;
    }
    const relay = new TcpRelay({
      client,
      flow: flowFrom(point, PROTOCOL.TCP, source, client.remotePort ?? 0),
      packets,
      clock,
      onServer: (server) => count(servers, server),
      onEnd: () => relays.delete(relay),
    });
    relays.add(relay);
    relay.start(suspended);
  };
  const server: Server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, accept);
  let closed = false;
  // Without descriptors left it listens all the same: who comes then waits, or is refused by the system.
  server.on('error', (error) => {
    if (!server.listening) onFailure(whyNot(error));
  });
  server.listen({ host: point.address, port: point.port, ipv6Only: true, backlog: 511 }, () => {
    // Node does not notice that it was closed before it listened.
    if (closed) server.close();
    else onListening();
  });
  return {
    relayed: () => ({ now: relays.size, servers }),
    suspend: () => {
      suspended = true;
      for (const relay of relays) relay.suspend();
    },
    resume: () => {
      suspended = false;
      for (const relay of relays) relay.resume();
    },
    sweep: () => {
      const since = clock.monotonic() - TCP_IDLE_MS;
      for (const relay of relays) if (relay.lastActive <= since) relay.reset();
    },
    close: () => {
      closed = true;
      server.close();
    },
    reset: () => {
      for (const relay of relays) relay.reset();
    },
  };
}

function listenUdp(
  { point, packets, clock, clientsMax = CLIENTS_MAX, onFailure, onListening }: ListenerOptions,
  hangs: boolean,
): Listener {
  const servers = new Map<string, number>();
  const relay = new UdpRelay({
    point,
    packets,
    clock,
    clientsMax,
    onServer: (server) => count(servers, server),
  });
  relay.suspend(hangs);
  const six = point.address.includes(':');
  const socket: UdpSocket = createSocket(six ? { type: 'udp6', ipv6Only: true } : { type: 'udp4' });
  socket.on('error', (error) => onFailure(whyNot(error)));
  socket.on('message', (datagram, from) => relay.take(datagram, from, socket));
  socket.bind({ address: point.address, port: point.port, exclusive: true }, onListening);
  return {
    relayed: () => ({ now: relay.clients, servers }),
    suspend: () => relay.suspend(true),
    resume: () => relay.suspend(false),
    sweep: () => relay.sweep(clock.monotonic() - UDP_IDLE_MS),
    close: () => {
      relay.close();
      socket.close();
    },
    reset: () => relay.close(),
  };
}

function flowFrom(point: ListenPoint, protocol: number, source: IpAddress, sourcePort: number) {
  return { source, destination: point.address, protocol, sourcePort, destinationPort: point.port };
}

function count(servers: Map<string, number>, server: Destination): void {
  const name = destinationText(server);
  servers.set(name, (servers.get(name) ?? 0) + 1);
}

function whyNot(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'EADDRNOTAVAIL':
      return 'the address is not on this machine';
    case 'EADDRINUSE':
      return 'another program listens there';
    case 'EACCES':
      return 'this user may not listen on the port';
    default:
      return error.message;
  }
}
