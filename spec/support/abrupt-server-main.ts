import { createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { parentPort, workerData } from 'node:worker_threads';
import type { AbruptOrder } from './abrupt-server.js';

// Run by abrupt-server.ts: one server, which ends every connection by a reset.
const { manners, certificate } = workerData as AbruptOrder;
const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => {});
  const secure = certificate === null ? socket : new TLSSocket(socket, { isServer: true, ...certificate });
  secure.on('error', () => {});
  if (manners === 'reset') socket.resetAndDestroy();
  else if (manners === 'answer') answerOn(secure, socket);
  else secure.once('data', () => answerOn(secure, socket));
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') parentPort?.postMessage(address.port);
});

function answerOn(connection: Socket, socket: Socket): void {
  connection.write(answer, () => setImmediate(() => socket.resetAndDestroy()));
}
