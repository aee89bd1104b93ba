import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface WebServers {
  readonly addresses: readonly string[];
  readonly port: number;
  /** One of them dies, or comes back. */
  readonly stop: (index: number) => void;
  readonly start: (index: number) => Promise<void>;
  readonly close: () => void;
}

/**
 * Small web servers on loopback addresses and one port, as the machines of a farm would be. A request for /break makes one
 * answer 503 from then on, one for /mend ends that.
 */
export async function startWebServers(
  addresses: readonly string[] = ['127.0.0.11', '127.0.0.12', '127.0.0.13'],
): Promise<WebServers> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const servers: Server[] = [];
    const stop = (index: number) => {
      servers[index]?.close();
      servers[index]?.closeAllConnections();
    };
    const close = () => {
      for (const index of servers.keys()) stop(index);
    };
    let port = 0;
    const start = async (index: number) => {
      const address = addresses[index] ?? '';
      let broken = false;
      const server = createServer(({ url }, response) => {
        if (url === '/break') broken = true;
        if (url === '/mend') broken = false;
        response.statusCode = broken ? 503 : 200;
        response.end(broken ? `${address} is out of order\n` : `hello from ${address}\n`);
      });
      await listen(server, port, address);
      servers[index] = server;
      port = (server.address() as AddressInfo).port;
    };
    try {
      for (const index of addresses.keys()) await start(index);
      return { addresses, port, stop, start, close };
    } catch {
      // The port that was free on the first address is taken on another one: once more.
      close();
    }
  }
  throw new Error(`no port is free on all of ${addresses.join(', ')}`);
}

function listen(server: Server, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => resolve());
  });
}
