import { Pool } from '../lb/pool.js';

/** Set in every client index of a socket client; without it VPP looks for a shared-memory client. */
const SOCKET_CLIENT = 0x80000000;

/**
 * The clients of a VPP by client index. Slot 0 is the listening socket, so the first client has 0x80000001; a slot that
 * was freed goes to the next client.
 */
export class Registrations<C> {
  readonly #slots = new Pool<{ client: C | null }>();

  constructor() {
    this.#slots.take(() => ({ client: null }));
  }

  /** Registers a client and returns its client index. */
  add(client: C): number {
    const { index, value } = this.#slots.take(() => ({ client: null }));
    value.client = client;
    return (SOCKET_CLIENT | index) >>> 0;
  }

  /** The client of a client index, or null. */
  find(clientIndex: number): C | null {
    if (clientIndex < SOCKET_CLIENT) return null;
    return this.#slots.get(clientIndex - SOCKET_CLIENT)?.client ?? null;
  }

  remove(clientIndex: number): void {
    this.#slots.put(clientIndex - SOCKET_CLIENT);
  }

  all(): C[] {
    return [...this.#slots.values()].flatMap(({ client }) => (client === null ? [] : [client]));
  }
}
