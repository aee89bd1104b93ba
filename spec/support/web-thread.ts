import { createServer } from 'node:net';
import { Worker } from 'node:worker_threads';

export interface WebThread {
  readonly port: number;
  readonly end: () => Promise<void>;
}

/** A web server on all addresses of this machine, in a thread of its own: it answers whatever the main thread does. */
export async function startWebThread(): Promise<WebThread> {
  const thread = new Worker(new URL('./web-thread-main.js', import.meta.url));
  const port = await new Promise<number>((resolve, reject) => {
    thread.once('message', resolve);
    thread.once('error', reject);
  });
  return {
    port,
    end: async () => {
      await thread.terminate();
    },
  };
}

/** Answers every request with 200. Resolves with its port. */
export function serveEverybody(): Promise<number> {
  const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nwell\n';
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(answer));
  });
  return new Promise((resolve) => {
    server.listen({ port: 0, host: '0.0.0.0', backlog: 4096 }, () => {
      const address = server.address();
      if (address !== null && typeof address === 'object') resolve(address.port);
    });
  });
}
