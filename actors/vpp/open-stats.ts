import { openStats } from '../../binapi/stats/stats-segment.js';
import type { Clock } from '../../protocol/clock.js';
import type { OpenStats } from './api.js';

export interface OpenVppStatsOptions {
  /** Path of VPP's stats socket. */
  readonly socketPath: string;
  readonly clock: Clock;
}

/** The stats segment of a real VPP. */
export function openVppStats({ socketPath, clock }: OpenVppStatsOptions): OpenStats {
  return (signal) => openStats({ socketPath, clock, signal });
}
