import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Authority } from '../../spec/support/certificates.js';
import type { Ports, TargetOrder, TargetReport } from './target-farm.js';

/** Servers on every loopback address: good ones, unless they were told to fail. Speaks with its parent by IPC. */
const healthy = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nwell\n';
const kept = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwell\n';
const failing = 'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';
const failed = new Set<string>();
const connections: number[] = [];
const resumed: number[] = [];

const { cert, key } = new Authority('bench').issue({ names: ['DNS:bench.example'] });

function serve(socket: Socket): void {
  // Checkers end connections by a reset.
  socket.on('error', () => {});
  socket.on('data', (request: Buffer) => {
    const broken = failed.size > 0 && failed.has(socket.localAddress ?? '');
    if (!broken && request.includes('keep-alive')) socket.write(kept);
    else socket.end(broken ? failing : healthy);
  });
}

async function open(entrance: number): Promise<Ports> {
  const http = createServer(serve);
  const https = createTlsServer({ cert, key, ALPNProtocols: ['http/1.1'] }, serve);
  https.on('tlsClientError', () => {});
  connections[entrance] = 0;
  resumed[entrance] = 0;
  https.on('secureConnection', (socket) => {
    if (socket.isSessionReused()) resumed[entrance] = (resumed[entrance] ?? 0) + 1;
  });
  for (const server of [http, https]) {
    server.on('connection', () => {
      connections[entrance] = (connections[entrance] ?? 0) + 1;
    });
  }
  return { http: await listen(http), https: await listen(https) };
}

/** As services have it: no port that the kernel chooses for clients, so that nobody has to look whether a connection meets itself. */
let nextPort = 18_000;

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.on('error', () => listenAt(nextPort++));
    server.on('listening', () => {
      const address = server.address();
      if (address !== null && typeof address === 'object') resolve(address.port);
    });
    const listenAt = (port: number) => server.listen({ port, host: '0.0.0.0', backlog: 4096 });
    listenAt(nextPort++);
  });
}

const report = (message: TargetReport) => process.send?.(message);

process.on('message', (order: TargetOrder) => {
  if (order.type === 'fail') for (const address of order.addresses) failed.add(address);
  else if (order.type === 'heal') failed.clear();
  else {
    const { entrance } = order;
    const came = { probes: connections[entrance] ?? 0, resumed: resumed[entrance] ?? 0 };
    report({ type: 'count', entrance, came });
  }
});
process.on('disconnect', () => process.exit());
const entrances = await Promise.all(Array.from({ length: Number(process.argv[2]) }, (_, n) => open(n)));
report({ type: 'ready', entrances });
