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
