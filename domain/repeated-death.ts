import { MaglevError } from './errors.js';

/** What VPP had been asked to change, and had not answered, when the connection to it ended. */
export interface WritesUnderWay {
  /** Requests by kind: `lb_add_del_vip_v2`. */
  readonly kinds: ReadonlyMap<string, number>;
  /** The one that VPP was at, in words. */
  readonly oldest: string;
}

/** Deaths since VPP last lived through a full sync, by the kind of write that was under way. */
export type Deaths = ReadonlyMap<string, number>;

export const noDeaths: Deaths = new Map();

/** After the second death 10 s, doubled with each further one, at most 5 min. */
const PAUSE_MIN_MS = 10_000;
const PAUSE_MAX_MS = 300_000;

/**
 * A VPP has died under writes of these kinds. Once means nothing: somebody restarts it. A VPP that dies again under the
 * same kind of write may die of it, and is not fed the same at once.
 */
export function afterDeath(deaths: Deaths, { kinds }: WritesUnderWay): Deaths {
  const counted = new Map(deaths);
  for (const kind of kinds.keys()) counted.set(kind, (counted.get(kind) ?? 0) + 1);
  return counted;
}

/** How long VPP is sent no writes after so many deaths, in milliseconds; 0 = not at all. */
export function pauseAfter(deaths: Deaths): number {
  const most = Math.max(0, ...deaths.values());
  if (most < 2) return 0;
  return Math.min(PAUSE_MAX_MS, PAUSE_MIN_MS * 2 ** Math.min(most - 2, 16));
}

/** How VPP is left alone after it died again and again. Moments are on the clock's monotonic scale, in milliseconds. */
export class DeathPause {
  /** Since VPP last lived through a full sync. */
  #deaths = noDeaths;
  #until = Number.NEGATIVE_INFINITY;

  /** It died once more: how often it has, and for how long it is left alone now; 0 = not at all. */
  died(underWay: WritesUnderWay, now: number): { readonly deaths: number; readonly pauseMs: number } {
    this.#deaths = afterDeath(this.#deaths, underWay);
    const pauseMs = pauseAfter(this.#deaths);
    if (pauseMs > 0) this.#until = now + pauseMs;
    return { deaths: Math.max(...this.#deaths.values()), pauseMs };
  }

  /** It has lived through a full sync. */
  lived(): void {
    this.#deaths = noDeaths;
  }

  /** Somebody wants it governed all the same. */
  lift(): void {
    this.#until = Number.NEGATIVE_INFINITY;
  }

  /** Milliseconds until it is over; 0 = there is none. */
  left(now: number): number {
    return Math.max(0, this.#until - now);
  }

  error(now: number): MaglevError {
    const seconds = Math.ceil(this.left(now) / 1000);
    const text = `VPP died again and again while it was changed; it is left alone for another ${seconds} s`;
    return new MaglevError('MGL_VPP_PAUSED', text);
  }
}
