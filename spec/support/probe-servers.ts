import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import type { IpAddress } from '../../domain/ip.js';
import { libcFunction, succeeded } from '../../linux/libc.js';
import { socketAddress } from '../../linux/socket-address.js';
import type { Certificate } from './certificates.js';

export const loopback4 = '127.0.0.1' as IpAddress;
export const loopback6 = '::1' as IpAddress;

/** What a server does with one connection. */
export type Manners = (socket: net.Socket) => void;

/** Servers of one spec, closed together, with their connections. */
export class ProbeServers {
  readonly #closes: (() => void)[] = [];
  readonly #connections = new Set<net.Socket>();

  async tcp(manners: Manners, host: string = loopback4): Promise<number> {
    return this.#listen(net.createServer(), 'connection', manners, host);
  }

  async tls(certificate: Certificate & { readonly maxVersion?: string }, manners: Manners): Promise<number> {
    const server = tls.createServer({
      ...(certificate as Certificate & tls.TlsOptions),
      ALPNProtocols: ['http/1.1'],
    });
    server.on('tlsClientError', () => {});
    return this.#listen(server, 'secureConnection', manners, loopback4);
  }

  /** A port on which nobody listens. */
  async refusing(): Promise<number> {
    const server = net.createServer().listen(0, loopback4);
    await once(server, 'listening');
    const port = portOf(server);
    server.close();
    await once(server, 'close');
    return port;
  }

  /** A port that answers no SYN: it listens, but its queue of connections is full and nobody takes one. */
  async silent(): Promise<number> {
    const fd = succeeded('socket', socket(2, 1 | 0o2000000, 0));
    const address = socketAddress(loopback4);
    succeeded('bind', bind(fd, address, address.length));
    succeeded('listen', listen(fd, 0));
    const size = new Uint8Array(new Uint32Array([address.length]).buffer);
    succeeded('getsockname', getsockname(fd, address, size));
    const port = new DataView(address.buffer).getUint16(2);
    const filler = net.connect(port, loopback4);
    filler.on('error', () => {});
    this.#closes.push(() => {
      filler.destroy();
      close(fd);
    });
    await once(filler, 'connect');
    return port;
  }

  /** Resolves when the servers have no connection left. */
  async idle(): Promise<void> {
    for (const socket of this.#connections) await new Promise((resolve) => socket.once('close', resolve));
  }

  close(): void {
    for (const end of this.#closes.splice(0)) end();
  }

  async #listen(server: net.Server, event: string, manners: Manners, host: string): Promise<number> {
    const sockets = this.#connections;
    server.on('connection', (socket: net.Socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    });
    server.on(event, (socket: net.Socket) => {
      socket.on('error', () => {});
      manners(socket);
    });
    server.listen(0, host);
    await once(server, 'listening');
    this.#closes.push(() => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
    return portOf(server);
  }
}

/** Waits for a whole request, then does `answer`. */
export function onRequest(answer: (socket: net.Socket, request: string) => void): Manners {
  return (socket) => {
    let request = '';
    socket.on('data', (bytes) => {
      request += bytes.toString('latin1');
      if (request.endsWith('\r\n\r\n')) answer(socket, request);
    });
  };
}

/** Answers every request with these bytes, then ends the connection unless `stay`. */
export function answers(text: string, { stay = false } = {}): Manners {
  return onRequest((socket) => (stay ? socket.write(text, 'latin1') : socket.end(text, 'latin1')));
}

function portOf(server: net.Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return address.port;
}

const socket = libcFunction('int socket(int domain, int type, int protocol)');
const bind = libcFunction('int bind(int fd, void *address, unsigned int size)');
const listen = libcFunction('int listen(int fd, int backlog)');
const getsockname = libcFunction('int getsockname(int fd, void *address, void *size)');
const close = libcFunction('int close(int fd)');
