import type { IpAddress } from './ip.js';
import { predictBuckets, type WeightedServer } from './table-prediction.js';
import { stepsOf } from './weight-mode.js';

/** What one server asked for and what VPP's table gives it. Shares are 0..1. */
export interface ServerShare {
  readonly address: IpAddress;
  readonly asked: number;
  readonly given: number;
  readonly buckets: number;
}

/** How true the new-flow table of a VIP is to its weights. */
export interface Fidelity {
  /** In the order of the servers. */
  readonly shares: readonly ServerShare[];
  /** The largest difference between a share asked for and the one given, in points: hundredths of all new flows. */
  readonly error: number;
  /** Servers that have a weight and get no bucket at all. */
  readonly starved: number;
}

/** What brings the error to at most ERROR_POINTS, and leaves nobody without a bucket. */
export interface FidelityRemedy {
  /** The smallest table with the weights as they are; null = even the longest one is too short. */
  readonly tableLength: number | null;
  /**
   * With the table as it is, the fewest steps that weights may be mapped to, and the coarsest weights, which these are, in
   * the order of the servers; null = none are coarse enough.
   */
  readonly coarser: { readonly steps: number; readonly weights: readonly number[] } | null;
}

/** Shares are called right up to here, in points. */
export const ERROR_POINTS = 1;
/** The longest table that the config allows. */
export const TABLE_LENGTH_MAX = 2 ** 20;
/** The largest weight that the config allows. */
const WEIGHT_MAX = 100;

/**
 * The share that each server gets of the new flows beside the one that its weight asks for. `installed` are the weights
 * that VPP is given, where they are other ones.
 */
export function fidelityOf(
  length: number,
  asked: readonly WeightedServer[],
  installed: readonly WeightedServer[] = asked,
): Fidelity {
  const buckets = predictBuckets(length, installed);
  let total = 0;
  for (const { weight } of asked) total += weight;
  let error = 0;
  let starved = 0;
  const shares = asked.map(({ address, weight }, i): ServerShare => {
    const count = buckets[i] ?? 0;
    const share = { address, asked: total === 0 ? 0 : weight / total, given: count / length, buckets: count };
    error = Math.max(error, Math.abs(share.asked - share.given) * 100);
    if (weight > 0 && count === 0) starved++;
    return share;
  });
  return { shares, error: total === 0 ? 0 : error, starved };
}

/**
 * Whether the shares are right whoever gets the buckets that cannot be shared out evenly, which all servers of a usual VIP
 * pass. It takes no table and no addresses; false says nothing. Weights are in the order of the servers.
 */
export function surelyFaithful(
  length: number,
  asked: readonly number[],
  installed: readonly number[] = asked,
): boolean {
  let total = 0;
  let replicas = 0;
  for (const weight of asked) total += weight;
  for (const weight of installed) replicas += weight;
  if (total === 0 || replicas === 0) return total === 0 && replicas === 0;
  const rounds = Math.floor(length / replicas);
  // The rest is shared out a replica of each server at a time: nobody gets more of it than this, or than one less.
  let most = 0;
  for (let left = length - rounds * replicas; left > 0; most++) {
    for (const weight of installed) if (weight > most) left--;
  }
  for (const [i, weight] of asked.entries()) {
    const given = installed[i] ?? 0;
    const low = (rounds * given + Math.min(given, Math.max(0, most - 1))) / length;
    const high = (rounds * given + Math.min(given, most)) / length;
    const share = weight / total;
    if (weight > 0 && low === 0) return false;
    if (Math.max(share - low, high - share) * 100 > ERROR_POINTS) return false;
  }
  return true;
}

/** Do the shares deserve a word? */
export function isFaithful({ error, starved }: Fidelity): boolean {
  return error <= ERROR_POINTS && starved === 0;
}

/** What can be done about shares that are not right. */
export function remedyOf(
  length: number,
  asked: readonly WeightedServer[],
  installed: readonly WeightedServer[] = asked,
): FidelityRemedy {
  return { tableLength: smallestLength(length, asked, installed), coarser: coarsestWeights(length, asked) };
}

function smallestLength(
  from: number,
  asked: readonly WeightedServer[],
  installed: readonly WeightedServer[],
): number | null {
  for (let length = from; length <= TABLE_LENGTH_MAX; length *= 2) {
    if (isFaithful(fidelityOf(length, asked, installed))) return length;
  }
  return null;
}

function coarsestWeights(length: number, servers: readonly WeightedServer[]): FidelityRemedy['coarser'] {
  const heaviest = Math.max(0, ...servers.map(({ weight }) => weight));
  for (let steps = 1; steps <= Math.min(heaviest, WEIGHT_MAX); steps++) {
    const weights = servers.map(({ weight }) => stepsOf(weight, heaviest, steps));
    const coarse = servers.map(({ address }, i) => ({ address, weight: weights[i] ?? 0 }));
    if (isFaithful(fidelityOf(length, servers, coarse))) return { steps, weights };
  }
  return null;
}
