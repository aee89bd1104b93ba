/** So long something that has been true may still be on its way to VPP, in milliseconds, when nothing is in its way. */
const ON_ITS_WAY_MS = 5000;
/** After each trouble with VPP or with the process: until both are together again. */
const TOGETHER_AGAIN_MS = 10_000;
/** Older ones are forgotten beyond so many. */
const KEPT = 100;

interface Trouble {
  readonly from: number;
  until: number;
}

/** When VPP, or the process that governs it, was in trouble: what is decided meanwhile comes to VPP later. */
export class Troubles {
  readonly #now: () => number;
  #troubles: Trouble[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** From now on, for so long at least; gives what ends it. */
  begin(forMs: number): () => void {
    const now = this.#now();
    const trouble = { from: now, until: forMs > 0 ? now + forMs : Number.POSITIVE_INFINITY };
    this.#troubles = [...this.#troubles.slice(-KEPT), trouble];
    return () => {
      trouble.until = Math.max(this.#now(), trouble.from + forMs);
    };
  }

  /** For how long there has been none. */
  get quietMs(): number {
    const now = this.#now();
    return Math.min(now, ...this.#troubles.map(({ until }) => Math.max(0, now - until)));
  }

  /** May what was so then still be on its way to VPP? */
  readonly isRecent = (at: number): boolean => {
    const now = this.#now();
    let allowed = ON_ITS_WAY_MS;
    for (const { from, until } of this.#troubles) {
      if (until + TOGETHER_AGAIN_MS <= at) continue;
      allowed += Math.max(0, Math.min(now, until + TOGETHER_AGAIN_MS) - Math.max(at, from));
    }
    return now - at <= allowed;
  };
}
