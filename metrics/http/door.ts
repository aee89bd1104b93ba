import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Cancel, Clock } from '../../protocol/clock.js';
import type { Logger } from '../../protocol/log.js';

/** Where metrics are served. */
export interface MetricsAddress {
  /** '' = every address of the machine. */
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
}

/** An address that cannot be had now may be free later: that of a spare on the same machine is, when the other one ends. */
const RETRY_MS = 10_000;

/** What clients may hold. Nobody who scrapes is ever as slow as this. */
const limits = {
  headersTimeout: 5000,
  requestTimeout: 10_000,
  keepAliveTimeout: 75_000,
  maxHeaderSize: 8 * 1024,
  connectionsCheckingInterval: 2500,
};
const CONNECTIONS = 64;

export interface DoorOptions {
  readonly address: MetricsAddress;
  readonly answer: RequestListener;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Listens on one address, as soon as that can be had, until it is closed. */
export class Door {
  readonly #options: DoorOptions;
  #server: Server | null = null;
  #retry: Cancel = () => {};
  #failure = '';
  #closed = false;

  constructor(options: DoorOptions) {
    this.#options = options;
    this.#open();
  }

  /** Cuts whoever is connected. */
  close(): void {
    this.#closed = true;
    this.#retry();
    this.#server?.close();
    this.#server?.closeAllConnections();
  }

  #open(): void {
    if (this.#closed) return;
    const { address, answer, log } = this.#options;
    const server = createServer(limits, answer);
    server.maxConnections = CONNECTIONS;
    this.#server = server;
    let listens = false;
    server.on('error', (error: NodeJS.ErrnoException) => {
      // Of a server that listens: out of descriptors, for one. It goes on by itself.
      if (!listens) this.#failed(error);
    });
    server.once('listening', () => {
      listens = true;
      this.#failure = '';
      log.log('info', 'metrics-listening', { address: textOf(server.address() as AddressInfo) });
    });
    server.listen(address.host === '' ? { port: address.port } : address);
  }

  #failed({ code, message }: NodeJS.ErrnoException): void {
    if (this.#closed) return;
    const { address, clock, log } = this.#options;
    const error = code === 'EADDRINUSE' ? 'another process listens there' : message;
    log.log(error === this.#failure ? 'debug' : 'warn', 'metrics-listen-failed', {
      address: textOf({ address: address.host, port: address.port }),
      error,
      retryMs: RETRY_MS,
    });
    this.#failure = error;
    this.#retry = clock.schedule(RETRY_MS, () => this.#open());
  }
}

function textOf({ address, port }: Pick<AddressInfo, 'address' | 'port'>): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}
