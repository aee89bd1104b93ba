import type { VPPLBASCounters, VPPLBCounters, VPPLBVIPCounters } from '../rpc/generated/maglev.js';
import type { Counters, ServerCounters, VipCounters } from './contract.js';
import { milliseconds } from './moment.js';
import { vipText } from './rows.js';

/** The clock of who counts may be off by so much of what passed between two readings, or by so many ms, and still count. */
const STEP_SHARE = 0.5;
const STEP_MS = 2000;

/**
 * A reading, with what happened a second since the one before. null: there was none before, or it is of another VPP.
 * `passedMs`: what passed between the two by a clock that nobody sets. Where theirs says something else there is no rate.
 */
export function countersOf(now: VPPLBCounters, before: Counters | null, passedMs: number): Counters {
  const at = milliseconds(now.timeNs);
  const tookMs = before === null ? 0 : at - before.at;
  const wasSet = Math.abs(tookMs - passedMs) > Math.max(STEP_MS, passedMs * STEP_SHARE);
  const seconds = tookMs / 1000;
  const known = new Map(wasSet ? [] : before?.vips.map((vip) => [vip.vip, vip]));
  return { at, vips: now.vips.map((vip) => vipRow(vip, known.get(vipText(vip)), seconds)) };
}

/** A reading that is not the last word any more: its totals were true, its rates are not. */
export function withoutRates({ at, vips }: Counters): Counters {
  return {
    at,
    vips: vips.map((vip) => ({
      ...vip,
      packetsPerSecond: null,
      flowsPerSecond: null,
      servers: vip.servers.map((one) => ({ ...one, packetsPerSecond: null, bytesPerSecond: null })),
    })),
  };
}

function vipRow(vip: VPPLBVIPCounters, before: VipCounters | undefined, seconds: number): VipCounters {
  const [next, first, untracked, noServer] = [vip.next, vip.first, vip.untracked, vip.noServer].map(
    Number,
  ) as [number, number, number, number];
  const servers = new Map(before?.servers.map((one) => [one.address, one]));
  const sum = next + first + untracked + noServer;
  const sumBefore =
    before === undefined ? null : before.next + before.first + before.untracked + before.noServer;
  return {
    frontend: vip.frontend,
    vip: vipText(vip),
    next,
    first,
    untracked,
    noServer,
    packets: numberOf(vip.packets),
    bytes: numberOf(vip.bytes),
    packetsPerSecond: rateOf(sum, sumBefore, seconds, before?.packetsPerSecond),
    flowsPerSecond: rateOf(first, before?.first ?? null, seconds, before?.flowsPerSecond),
    servers: vip.applicationServers.map((one) => serverRow(one, servers.get(one.address), seconds)),
  };
}

function serverRow(
  { backend, address, ...counted }: VPPLBASCounters,
  before: ServerCounters | undefined,
  seconds: number,
): ServerCounters {
  const packets = numberOf(counted.packets);
  const bytes = numberOf(counted.bytes);
  return {
    backend,
    address,
    packets,
    bytes,
    packetsPerSecond: rateOf(packets, before?.packets ?? null, seconds, before?.packetsPerSecond),
    bytesPerSecond: rateOf(bytes, before?.bytes ?? null, seconds, before?.bytesPerSecond),
  };
}

function numberOf(count: bigint | undefined): number | null {
  return count === undefined ? null : Number(count);
}

/** The same reading as before has the same rate; counters that began anew have none yet. */
function rateOf(
  now: number | null,
  before: number | null,
  seconds: number,
  rateBefore: number | null | undefined,
): number | null {
  if (now === null || before === null || now < before) return null;
  if (seconds <= 0) return rateBefore ?? null;
  return Math.round(((now - before) / seconds) * 100) / 100;
}
