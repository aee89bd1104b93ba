import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface WebServers {
  readonly addresses: readonly string[];
  readonly port: number;
  readonly close: () => void;
}

/** Three small web servers on three loopback addresses and one port, as three machines of a farm would be. */
export async function startWebServers(): Promise<WebServers> {
  const addresses = ['127.0.0.11', '127.0.0.12', '127.0.0.13'];
  for (let attempt = 0; attempt < 20; attempt++) {
    const servers: Server[] = [];
    const close = () => {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
    };
    try {
      let port = 0;
      for (const address of addresses) {
        const server = createServer((_request, response) => response.end(`hello from ${address}\n`));
        await listen(server, port, address);
        servers.push(server);
        port = (server.address() as AddressInfo).port;
      }
      return { addresses, port, close };
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
