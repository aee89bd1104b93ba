import { isLeft } from 'fp-ts/lib/Either.js';
import { MaglevError } from '../domain/errors.js';
import type { Clock } from '../protocol/clock.js';
import { formatRpcAddress, parseRpcAddress, type RpcAddress } from '../rpc/address.js';
import type { MaglevClient } from '../rpc/client.js';
import { readCredentials } from './credentials.js';
import type { Options } from './options.js';

/** Milliseconds that a command waits, unless --timeout says otherwise. */
const patienceMs = { quick: 5_000, slow: 120_000 };

/** One maglevd, and the connections to it. */
export class Server {
  readonly #address: RpcAddress;
  readonly #options: Options;
  readonly #clock: Clock;
  readonly #others: Server[] = [];
  readonly #clients = new Map<number, Promise<MaglevClient>>();

  constructor(address: RpcAddress, options: Options, clock: Clock) {
    this.#address = address;
    this.#options = options;
    this.#clock = clock;
  }

  get address(): RpcAddress {
    return this.#address;
  }

  /** As it was typed. */
  get name(): string {
    return formatRpcAddress(this.#address);
  }

  /** Connects at the first call of a function of it. */
  client(slow: boolean): Promise<MaglevClient> {
    return this.clientFor(this.#options.timeoutMs ?? (slow ? patienceMs.slow : patienceMs.quick));
  }

  clientFor(timeoutMs: number): Promise<MaglevClient> {
    const known = this.#clients.get(timeoutMs);
    if (known !== undefined) return known;
    const made = this.#connect(timeoutMs);
    this.#clients.set(timeoutMs, made);
    // What cannot be read now may be there at the next try.
    made.catch(() => this.#clients.delete(timeoutMs));
    return made;
  }

  /** A connection to another maglevd, in the same way. Throws MGL_USAGE for what is no address. */
  connectTo(address: string, slow: boolean): Promise<MaglevClient> {
    const parsed = parseRpcAddress(address);
    if (isLeft(parsed)) throw new MaglevError('MGL_USAGE', `'${address}': ${parsed.left}`);
    const other = new Server(parsed.right, this.#options, this.#clock);
    this.#others.push(other);
    return other.client(slow);
  }

  /** Calls that are under way fail; the next one connects anew. */
  close(): void {
    for (const other of this.#others.splice(0)) other.close();
    const clients = [...this.#clients.values()];
    this.#clients.clear();
    for (const client of clients)
      client.then(
        (open) => open.close(),
        () => {},
      );
  }

  async #connect(timeoutMs: number): Promise<MaglevClient> {
    const { tls, token } = await readCredentials(this.#options.credentials);
    // gRPC takes longer to load than everything else together, and not every command needs it.
    const { createMaglevClient } = await import('../rpc/client.js');
    return createMaglevClient({ address: this.#address, timeoutMs, clock: this.#clock, tls, token });
  }
}
