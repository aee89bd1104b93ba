import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Authority } from '../support/certificates.js';

/** A server of a spec; `end` cuts every connection. */
export interface OpenServer {
  readonly port: number;
  readonly connections: () => number;
  readonly end: () => Promise<void>;
}

async function opened(server: Server, address: string, port = 0): Promise<OpenServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(port, address);
  await once(server, 'listening');
  const bound = server.address();
  return {
    port: bound !== null && typeof bound === 'object' ? bound.port : 0,
    connections: () => connections,
    end: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Answers every connection with this text, when something was asked; null: with nothing, for ever. */
export function sayingServer(answer: string | null, address = '127.0.0.1', port = 0): Promise<OpenServer> {
  const server = createServer((socket) => {
    socket.once('data', () => {
      if (answer !== null) socket.end(answer);
    });
  });
  return opened(server, address, port);
}

/** Resets every connection that asks. */
export function resettingServer(): Promise<OpenServer> {
  return opened(
    createServer((socket) => socket.once('data', () => socket.resetAndDestroy())),
    '127.0.0.1',
  );
}

/** Serves HTTP, and keeps connections. Each answer takes so many milliseconds. */
export function webServer(name: string, slowMs: () => number = () => 0): Promise<OpenServer> {
  const server = createHttpServer((_request, response) => {
    response.setHeader('X-IPng-Frontend', name);
    setTimeout(() => response.end('well\n'), slowMs());
  });
  return opened(server, '127.0.0.1');
}

const { cert, key } = new Authority('tester').issue({ names: ['DNS:shop.example'] });

export function tlsServer(): Promise<OpenServer> {
  const server = createTlsServer({ cert, key }, (socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
  });
  server.on('tlsClientError', () => {});
  return opened(server, '127.0.0.1');
}

/** Answers every question of DNS with this code. */
export async function dnsServer(
  code: number,
): Promise<{ readonly port: number; readonly socket: UdpSocket }> {
  const socket = createSocket('udp4');
  socket.on('message', (question, from) => {
    const answer = Buffer.from(question);
    answer.writeUInt16BE(0x8180 | code, 2);
    socket.send(answer, from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { port: socket.address().port, socket };
}
