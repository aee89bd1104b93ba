import { erlangB, offeredFor } from './erlang-b.js';

/** What VPP counted between two readings, of all VIPs together: they share the tables of known flows. */
export interface StickyTraffic {
  readonly seconds: number;
  /** Packets of flows that the table knew. */
  readonly next: number;
  /** Packets that made an entry. */
  readonly first: number;
  /** Packets that found their bucket full. */
  readonly untracked: number;
}

/** The tables of known flows. */
export interface StickyRoom {
  readonly bucketsPerThread: number;
  /** Threads that see traffic. */
  readonly threads: number;
  /** Seconds. */
  readonly flowTimeout: number;
}

export interface StickyForecast {
  /** Share of new flows, 0..1, that VPP does not remember: a later change of the table moves them. */
  readonly untracked: { readonly low: number; readonly likely: number; readonly high: number };
  /**
   * What the range comes from. packets: flows last from no time at all to as long as their packets can be apart. untracked:
   * the packets that VPP could not track.
   */
  readonly range: 'packets' | 'untracked';
  /** Flows offered to each bucket of each thread, likely. */
  readonly offered: number;
  /** Share of packets, 0..1, that were untracked, as counted. */
  readonly untrackedPackets: number;
  /** The sticky-buckets-per-core that makes `high` less than AIM; null when none that is allowed does. */
  readonly enough: number | null;
}

/** Entries of a bucket: as many as fit into a cache line. */
const ENTRIES = 4;
/** The share that more buckets should bring it below. */
export const AIM = 0.001;
/** The share of new flows from which on it is worth a warning. */
export const WARN_FROM = 0.01;
const BUCKETS_MAX = 2 ** 22;
/** VPP keeps times in whole seconds: an entry lives half a second less than the timeout on average. */
const LOST_SECONDS = 0.5;
/**
 * How long a flow lasts is not counted. When nothing else is known it is taken for a twentieth of the timeout: then the
 * forecast is right to a quarter for all flows that last up to a tenth of it.
 */
const LIKELY_DURATION = 1 / 20;

/**
 * How many new flows will find no room in the table of known flows. A bucket is a system of four places without a queue,
 * and an entry stays for as long as the flow sends, and the timeout after that. null: no flow began.
 *
 * A flow whose bucket is full tries again with each packet. So there are at most as many such flows as packets that
 * found no room, and at least as many as would make up those packets if none of them ever got in.
 */
export function forecastSticky(traffic: StickyTraffic, room: StickyRoom): StickyForecast | null {
  const { seconds, next, first, untracked } = traffic;
  if (first === 0 || seconds <= 0) return null;
  const packets = next + first + untracked;
  const perFlow = packets / first;
  const life = Math.max(LOST_SECONDS, room.flowTimeout - LOST_SECONDS);
  const buckets = room.bucketsPerThread * room.threads;
  const offeredAt = (duration: number) =>
    offeredFor(ENTRIES, ((first / seconds) * (life + duration)) / buckets);
  const shareAt = (duration: number) => lossOf(offeredAt(duration));
  const longest = (perFlow - 1) * room.flowTimeout;
  const likelyDuration = Math.min(longest, room.flowTimeout * LIKELY_DURATION);
  const noise = 2 / Math.sqrt(first);
  const modelLow = shareAt(0) * Math.max(0, 1 - ENTRIES * noise);
  const modelHigh = Math.min(1, shareAt(longest) * (1 + ENTRIES * noise));
  const seen = seenUntracked(traffic, perFlow);
  const narrows = seen.low > modelLow || seen.high < modelHigh;
  let low = Math.max(modelLow, seen.low);
  let high = Math.min(modelHigh, seen.high);
  // What was counted and what the model says do not fit: the traffic is not as even as the model takes it to be.
  if (low > high) ({ low, high } = seen);
  const likely = Math.min(high, Math.max(low, shareAt(likelyDuration)));
  const offered = inverseLoss(likely);
  return {
    untracked: { low, likely, high },
    range: narrows ? 'untracked' : 'packets',
    offered,
    untrackedPackets: untracked / packets,
    enough: enoughBuckets(inverseLoss(high), room.bucketsPerThread),
  };
}

/** What the untracked packets say, with room for chance: a flow may stand for as many of them as a flow has packets. */
function seenUntracked(
  { next, first, untracked }: StickyTraffic,
  perFlow: number,
): { readonly low: number; readonly high: number } {
  // With none among so many, it is 1 in 20 that there are more than three times as many.
  if (untracked === 0) return { low: 0, high: Math.min(1, 3 / first) };
  const chance = 2 * Math.sqrt(perFlow / untracked);
  const low = (untracked / (next + first + untracked)) * Math.max(0, 1 - chance);
  const high = Math.min(1, (untracked / first) * (1 + chance) + 3 / first);
  return { low, high };
}

function enoughBuckets(offered: number, present: number): number | null {
  for (let buckets = present; buckets <= BUCKETS_MAX; buckets *= 2) {
    if (lossOf((offered * present) / buckets) < AIM) return buckets;
  }
  return null;
}

function lossOf(offered: number): number {
  return offered === Number.POSITIVE_INFINITY ? 1 : erlangB(ENTRIES, offered);
}

/** The load at which so many are turned away. */
function inverseLoss(share: number): number {
  if (share <= 0) return 0;
  if (share >= 1) return Number.POSITIVE_INFINITY;
  let low = 0;
  let high = 1;
  while (erlangB(ENTRIES, high) < share) high *= 2;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (erlangB(ENTRIES, middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
