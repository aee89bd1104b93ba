import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../../../protocol/clock.js';
import { type Simulator, startSimulator } from '../../../sim/simulator.js';
import { type RecordingLog, recordingLog } from '../../support/recording-log.js';
import { until } from '../../support/until.js';

/** Addresses that every Linux machine has. */
export const VIP = '127.0.3.1';
export const SERVERS = ['127.0.3.11', '127.0.3.12', '127.0.3.13'] as const;

/** What a server does with a connection; it has said its address already. */
export type Serve = (socket: Socket) => void;

/** A simulator that forwards, and servers behind it, all on one port. */
export class ForwardSite {
  readonly log: RecordingLog = recordingLog();
  readonly #servers = new Map<string, { readonly server: Server; readonly sockets: Set<Socket> }>();
  readonly #others = new Set<UdpSocket>();
  readonly #clients = new Set<Socket>();

  private constructor(
    readonly simulator: Simulator,
    readonly port: number,
    log: RecordingLog,
  ) {
    this.log = log;
  }

  static async open(clock: Clock): Promise<ForwardSite> {
    const log = recordingLog();
    const simulator = await startSimulator({ clock, forward: true, log });
    return new ForwardSite(simulator, await freePort(), log);
  }

  /** Runs lines of VPP's command line; gives what the last one printed. */
  cli(...lines: string[]): string {
    let last = '';
    for (const line of lines) {
      const { retval, reply } = this.simulator.cli(line);
      if (retval !== 0) throw new Error(reply);
      last = reply;
    }
    return last;
  }

  /** `127.0.3.1/32 protocol tcp port ...` */
  vip(protocol: 'tcp' | 'udp' = 'tcp'): string {
    return `${VIP}/32 protocol ${protocol} port ${this.port}`;
  }

  /** A VIP with servers, which is listened for when this resolves. */
  async serveVip(servers: readonly string[] = SERVERS, protocol: 'tcp' | 'udp' = 'tcp'): Promise<void> {
    this.cli(`lb vip ${this.vip(protocol)} encap gre4`);
    if (servers.length > 0) this.cli(`lb as ${this.vip(protocol)} ${servers.join(' ')}`);
    await this.forwarded(`${protocol} ${VIP}:${this.port}`);
  }

  /** Waits until the VIP is listened for. */
  forwarded(vip: string): Promise<void> {
    return until(() => this.cli('show maglev-vppsim forward').includes(`${vip}, `), `listening for ${vip}`);
  }

  /** Servers of TCP that say who they are, and do what they are told. */
  async serve(act: Serve = () => {}, addresses: readonly string[] = SERVERS): Promise<void> {
    for (const address of addresses) {
      const sockets = new Set<Socket>();
      const server = createServer({ allowHalfOpen: true }, (socket) => {
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket)).on('error', () => {});
        socket.write(`${address}\n`);
        act(socket);
      });
      server.listen(this.port, address);
      await once(server, 'listening');
      this.#servers.set(address, { server, sockets });
    }
  }

  /** Servers of UDP that answer who they are. */
  async serveUdp(): Promise<void> {
    for (const address of SERVERS) {
      const socket = createSocket('udp4');
      socket.on('message', (text, from) => socket.send(`${address} got ${text}`, from.port, from.address));
      socket.bind(this.port, address);
      await once(socket, 'listening');
      this.#others.add(socket);
    }
  }

  udpClient(): UdpSocket {
    const socket = createSocket('udp4').on('close', () => this.#others.delete(socket));
    this.#others.add(socket);
    return socket;
  }

  /** As when the machine dies whose kernel is still there. */
  kill(address: string): void {
    const found = this.#servers.get(address);
    found?.server.close();
    for (const socket of found?.sockets ?? []) socket.resetAndDestroy();
  }

  connect(localPort = 0): Client {
    const client = new Client(connect({ host: VIP, port: this.port, localPort, allowHalfOpen: true }));
    this.#clients.add(client.socket);
    return client;
  }

  async end(): Promise<void> {
    for (const socket of this.#clients) socket.destroy();
    for (const address of this.#servers.keys()) this.kill(address);
    for (const socket of this.#others) socket.close();
    await this.simulator.stop();
  }
}

/** A client's connection. */
export class Client {
  /** How it ended: `end` in order, otherwise the errno. */
  readonly ended: Promise<string>;
  bytes = 0;
  #text = '';

  constructor(readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => {
      this.bytes += chunk.length;
      if (this.#text.length < 1000) this.#text += chunk.toString('latin1');
    });
    this.ended = new Promise((resolve) => {
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      socket.on('end', () => resolve('end'));
    });
  }

  get text(): string {
    return this.#text;
  }

  /** Who has answered. */
  async server(): Promise<string> {
    await until(() => this.#text.includes('\n'), 'an answer');
    return this.#text.slice(0, this.#text.indexOf('\n'));
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, VIP);
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
