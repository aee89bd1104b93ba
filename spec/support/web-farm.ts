import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Small web servers on loopback addresses and one port, as the machines of a farm would be. */
export class WebFarm {
  readonly port: number;
  readonly #addresses: readonly string[];
  readonly #servers = new Map<string, Server>();
  readonly #mute = new Set<string>();

  private constructor(addresses: readonly string[], port: number) {
    this.#addresses = addresses;
    this.port = port;
  }

  /** All of them serve. */
  static async start(addresses: readonly string[]): Promise<WebFarm> {
    for (;;) {
      const farm = new WebFarm(addresses, await freePort());
      try {
        await farm.up(...addresses);
        return farm;
      } catch {
        // The port that was free on one address is taken on another one: once more.
        farm.end();
      }
    }
  }

  async up(...addresses: readonly string[]): Promise<void> {
    await Promise.all(
      addresses.map(async (address) => {
        const server = createServer((_request, response) => {
          if (!this.#mute.has(address)) response.end('well\n');
        });
        this.#servers.set(address, server);
        await listening(server, this.port, address);
      }),
    );
  }

  /** As a machine whose server process died: the port refuses. */
  down(...addresses: readonly string[]): void {
    for (const address of addresses) {
      const server = this.#servers.get(address);
      server?.close();
      server?.closeAllConnections();
      this.#servers.delete(address);
    }
  }

  /** As machines whose answers are lost on the way. */
  silence(...addresses: readonly string[]): void {
    for (const address of addresses) this.#mute.add(address);
  }

  /** What is asked from now on is answered again. */
  speak(): void {
    this.#mute.clear();
  }

  end(): void {
    this.down(...this.#addresses);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await listening(server, 0, '127.0.0.1');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function listening(server: Server, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => resolve());
  });
}
