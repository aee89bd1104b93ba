import type { IpAddress } from './ip.js';

/** As much of a health check as its pace. Milliseconds. */
export interface ProbePace {
  readonly interval: number;
  readonly fastInterval: number;
  readonly downInterval: number;
}

/** Probes a second that one server gets. */
export interface ProbeRate {
  /** While everything is as it should be. */
  readonly usual: number;
  /** While all its backends are in the state in which they are probed most often. */
  readonly most: number;
}

/** A server is asked this often without notice. Above it, several maglevds that do the same become a load. */
export const RATE_MAX = 10;

/** Backends with the same address are one server, which gets the probes of all of them. */
export function probeRates(
  backends: Iterable<{ readonly address: IpAddress; readonly pace: ProbePace | null }>,
): ReadonlyMap<IpAddress, ProbeRate> {
  const rates = new Map<IpAddress, ProbeRate>();
  for (const { address, pace } of backends) {
    if (pace === null) continue;
    const { interval, fastInterval, downInterval } = pace;
    const { usual, most } = rates.get(address) ?? { usual: 0, most: 0 };
    const shortest = Math.min(interval, fastInterval, downInterval);
    rates.set(address, { usual: usual + 1000 / interval, most: most + 1000 / shortest });
  }
  return rates;
}
