import type { ProbeParams } from '../../domain/config.js';
import type { ProbeTarget } from '../target.js';

/** Kinds that are remembered at once. */
const MOST_KINDS = 256;

/**
 * What thousands of servers are asked is most often the same, but comes to a thread as a copy for each of them. Here it is one
 * again.
 */
export class AlikeProbes {
  readonly #known = new Map<string, ProbeParams>();

  /** The same target, with a probe that it shares with all that are alike. */
  of({ address, source, timeoutMs, probe }: ProbeTarget): ProbeTarget {
    const key = JSON.stringify(probe);
    let shared = this.#known.get(key);
    if (shared === undefined) {
      if (this.#known.size >= MOST_KINDS) this.#known.clear();
      this.#known.set(key, probe);
      shared = probe;
    }
    return { address, source, timeoutMs, probe: shared };
  }
}
