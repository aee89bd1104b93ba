import { createSecureContext, type SecureContext } from 'node:tls';
import type { TrustStore } from '../domain/config.js';

/** What is known against this machine's own judgement of certificates. */
export interface TrustGrounds {
  /**
   * What is wrong with the authorities that this process was given by its environment, as a sentence; null = nothing.
   * What the config names does not depend on it.
   */
  readonly trouble: string | null;
  /** No clock that is right shows an earlier time, in milliseconds since the epoch. */
  readonly builtAt: number;
}

/** Nothing is known against it. */
export const soundGrounds: TrustGrounds = { trouble: null, builtAt: Number.NEGATIVE_INFINITY };

/** Contexts of TLS for the files of authorities that are in use, at most. One more is made anew each time. */
const MOST_CONTEXTS = 64;

/** The authorities that servers' certificates are checked against. */
export class Trust {
  readonly grounds: TrustGrounds;
  /** By fingerprint, the one that was used last at the end. Each costs milliseconds and megabytes. */
  readonly #contexts = new Map<string, SecureContext>();

  constructor(grounds: TrustGrounds) {
    this.grounds = grounds;
  }

  /** null = the authorities that Node brings with it. */
  context(store: TrustStore | null): SecureContext {
    const key = store?.fingerprint ?? '';
    const context = this.#contexts.get(key) ?? contextFor(store);
    this.#contexts.delete(key);
    this.#contexts.set(key, context);
    const [oldest] = this.#contexts.keys();
    if (this.#contexts.size > MOST_CONTEXTS && oldest !== undefined) this.#contexts.delete(oldest);
    return context;
  }
}

function contextFor(store: TrustStore | null): SecureContext {
  return createSecureContext(store === null ? {} : { ca: Buffer.from(store.pem).toString('latin1') });
}
