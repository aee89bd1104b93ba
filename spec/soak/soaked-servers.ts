import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';

export type Trouble = 'refuses' | 'silent' | 'error';

/** A web server that can be in trouble, at an address of this machine. */
export class SoakedServer {
  trouble: Trouble | null = null;
  /** As performance.now() has it. */
  lastTroubleAt = Number.NEGATIVE_INFINITY;
  #server: Server | null = null;
  readonly #sockets = new Set<Socket>();

  constructor(
    readonly name: string,
    readonly address: string,
    readonly port: number,
  ) {}

  async start(): Promise<void> {
    const server = createServer((_, response) => {
      if (this.trouble === 'silent') return;
      response.statusCode = this.trouble === 'error' ? 503 : 200;
      response.end('well\n');
    });
    server.keepAliveTimeout = 1;
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => {}).on('close', () => this.#sockets.delete(socket));
    });
    server.listen(this.port, this.address);
    await once(server, 'listening');
    this.#server = server;
  }

  async begin(trouble: Trouble): Promise<void> {
    this.trouble = trouble;
    if (trouble === 'refuses') await this.close();
  }

  async mend(): Promise<void> {
    const was = this.trouble;
    this.trouble = null;
    this.lastTroubleAt = performance.now();
    if (was === 'refuses') await this.start();
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Has it been well for so long? */
  wellFor(ms: number): boolean {
    return this.trouble === null && performance.now() - this.lastTroubleAt > ms;
  }
}
