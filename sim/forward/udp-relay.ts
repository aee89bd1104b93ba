import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { parseIp } from '../../domain/ip.js';
import type { Clock } from '../../protocol/clock.js';
import { type Flow, PROTOCOL } from '../flow/flow.js';
import { type ListenPoint, placeText } from './listen-points.js';
import { type Destination, EMPTY_PACKET, type LivePackets, sameDestination } from './live-packets.js';

/** The header of UDP is so much shorter than that of TCP. */
const UDP_PACKET = EMPTY_PACKET - 12;

/** A client whose datagrams one socket of ours passes on. */
interface Client {
  readonly flow: Flow;
  readonly server: Destination;
  readonly socket: Socket;
  lastActive: number;
}

export interface UdpRelayOptions {
  readonly point: ListenPoint;
  readonly packets: Pick<LivePackets, 'pass'>;
  readonly clock: Clock;
  /** Beyond so many the client that was silent for longest is forgotten. */
  readonly clientsMax: number;
  readonly onServer: (server: Destination) => void;
}

/** The datagrams to one VIP, each relayed to the server that VPP's tables choose, and the answers back. */
export class UdpRelay {
  readonly #options: UdpRelayOptions;
  /** By address and port; whoever was heard last is last. */
  readonly #clients = new Map<string, Client>();
  #suspended = false;

  constructor(options: UdpRelayOptions) {
    this.#options = options;
  }

  get clients(): number {
    return this.#clients.size;
  }

  /** A VPP that hangs reads nothing: what comes meanwhile is lost. */
  suspend(suspended: boolean): void {
    this.#suspended = suspended;
  }

  /** A datagram has come in; `reply` is the socket that listens. */
  take(datagram: Uint8Array, from: RemoteInfo, reply: Socket): void {
    const { packets, point, clock } = this.#options;
    const source = parseIp(from.address);
    if (this.#suspended || source === null) return;
    const key = placeText(from.address, from.port);
    const known = this.#clients.get(key);
    const flow = known?.flow ?? {
      source,
      destination: point.address,
      protocol: PROTOCOL.UDP,
      sourcePort: from.port,
      destinationPort: point.port,
    };
    const server = packets.pass(flow, datagram.length + UDP_PACKET);
    // There is no port 0 to send to.
    if (server === null || server.port === 0) return;
    const client =
      known !== undefined && sameDestination(known.server, server)
        ? known
        : this.#begin(key, flow, server, from, reply);
    client.lastActive = clock.monotonic();
    this.#clients.delete(key);
    this.#clients.set(key, client);
    client.socket.send(datagram, server.port, server.address, () => {});
  }

  /** Forgets clients that were silent since then. */
  sweep(silentSince: number): void {
    for (const [key, { lastActive }] of this.#clients) {
      if (lastActive > silentSince) return;
      this.#forget(key);
    }
  }

  close(): void {
    for (const key of [...this.#clients.keys()]) this.#forget(key);
  }

  #begin(key: string, flow: Flow, server: Destination, from: RemoteInfo, reply: Socket): Client {
    this.#forget(key);
    if (this.#clients.size >= this.#options.clientsMax) {
      const [longestSilent] = this.#clients.keys();
      if (longestSilent !== undefined) this.#forget(longestSilent);
    }
    const socket = createSocket(server.address.includes(':') ? 'udp6' : 'udp4');
    // What the server refuses, the client does not hear of: nor would it through VPP.
    socket.on('error', () => {});
    socket.on('message', (answer, { address, port }) => {
      if (this.#suspended || address !== server.address || port !== server.port) return;
      reply.send(answer, from.port, from.address, () => {});
    });
    this.#options.onServer(server);
    return { flow, server, socket, lastActive: 0 };
  }

  #forget(key: string): void {
    this.#clients.get(key)?.socket.close();
    this.#clients.delete(key);
  }
}
