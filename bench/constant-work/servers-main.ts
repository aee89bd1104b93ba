import { createServer, type Server, type Socket } from 'node:net';

/**
 * The servers of bench:work, on every loopback address: at one port all are well, at another they answer 503, at a third they
 * accept and are silent, and at a fourth nobody listens. Tells its ports by IPC.
 */
export interface WorkPorts {
  readonly well: number;
  readonly failing: number;
  readonly silent: number;
  readonly refusing: number;
}

// Of the same length, so that bytes can be compared.
const well = 'HTTP/1.1 200 Everything is well\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';
const failing = 'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';

function answering(text: string): Server {
  return createServer((socket: Socket) => {
    // Checkers end connections by a reset.
    socket.on('error', () => {});
    socket.once('data', () => socket.end(text));
  });
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen({ port: 0, host: '0.0.0.0', backlog: 4096 }, () => {
      const address = server.address();
      if (address !== null && typeof address === 'object') resolve(address.port);
    });
  });
}

const quiet = createServer((socket) => {
  socket.on('error', () => {});
  socket.resume();
});
const gone = createServer();
const ports: WorkPorts = {
  well: await listen(answering(well)),
  failing: await listen(answering(failing)),
  silent: await listen(quiet),
  refusing: await listen(gone),
};
gone.close(() => process.send?.(ports));
process.on('disconnect', () => process.exit());
