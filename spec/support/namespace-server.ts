import net from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { enterNamespace } from '../../linux/netns.js';

/** A worker: listens on the loopback of a network namespace and tells its port. */
enterNamespace(String(workerData));
const server = net.createServer((socket) => {
  socket.on('error', () => {});
  socket.resume();
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  parentPort?.postMessage(address !== null && typeof address === 'object' ? address.port : 0);
});
