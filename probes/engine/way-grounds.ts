import type { VppGrounds } from './contract.js';

/** For how long after VPP was well nobody is told of failures that change nothing, in milliseconds. */
const HICCUP_MS = 5000;

/**
 * What a failure is worth that VPP may explain. sound: it is the server's. hiccup: VPP was well a moment ago, and is not heard for the time being:
 * maglevd may be busy. unknown: neither.
 */
export type Worth = 'sound' | 'hiccup' | 'unknown';

/** What a thread was told last of the way through VPP to its servers. Times are milliseconds of the monotonic clock. */
export class WayGrounds {
  /** null = there is no VPP to blame. */
  #told: { readonly soundFrom: number; readonly until: number } | null = null;
  #soundAt = Number.NEGATIVE_INFINITY;

  tell(grounds: VppGrounds | null, now: number): void {
    this.#told = grounds === null ? null : { soundFrom: grounds.soundFrom, until: now + grounds.goodForMs };
    if (grounds !== null && grounds.soundFrom <= now && grounds.goodForMs > 0) this.#soundAt = now;
  }

  get blamesVpp(): boolean {
    return this.#told !== null;
  }

  worth(begunAt: number, now: number): Worth {
    if (this.#told === null) return 'sound';
    const { soundFrom, until } = this.#told;
    if (now <= until && begunAt > soundFrom) return 'sound';
    return now <= this.#soundAt + HICCUP_MS ? 'hiccup' : 'unknown';
  }
}
