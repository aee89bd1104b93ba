import net from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { enterNamespace } from '../../linux/netns.js';

/** A worker: listens on the loopback of a network namespace and tells its port. */
enterNamespace(String(workerData));
const server = net.createServer((socket) => {
  socket.on('error', () => {});
  socket.resume();
});
// Not one that the kernel chooses: outside of the namespace that may just be the port of another spec's server.
const port = 20_000 + Math.floor(Math.random() * 10_000);
server.listen(port, '127.0.0.1', () => {
  parentPort?.postMessage(port);
});
