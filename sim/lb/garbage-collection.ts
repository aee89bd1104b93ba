import { SimulatedCrash } from './crash.js';
import { type As, type LbState, serverAt, serverRoute, snatKey, type Vip } from './lb-state.js';
import { isNat } from './vip-type.js';

/** Garbage of one VIP is collected at most once in so many seconds. */
const GARBAGE_RUN_SECONDS = 60;
/** A server must have been removed for so many seconds, so that no thread still works with it. */
const CONCURRENCY_SECONDS = 10;

/** The period of the process that collects all garbage. */
export const GARBAGE_PROCESS_SECONDS = 60;

/** Frees the removed servers of a VIP that no flow refers to, unless that was done less than a minute ago. */
export function collectVip(state: LbState, vip: Vip, now: number): void {
  if (!reached(now, vip.lastGarbageCollection + GARBAGE_RUN_SECONDS)) return;
  vip.lastGarbageCollection = now;
  let mappingSeen = false;
  for (const [slot, { asIndex }] of vip.servers.entries()) {
    const server = serverAt(state, asIndex);
    if (server.used || !reached(now, server.lastUsed + CONCURRENCY_SECONDS)) continue;
    if (state.flowTable.references(asIndex) !== 0) continue;
    if (isNat(vip.type) && vip.port !== 0) mappingSeen = freeMapping(state, server, vip, mappingSeen);
    state.fib.removeServerRoute(serverRoute(server));
    vip.servers.put(slot);
    state.servers.put(asIndex);
  }
}

/** Collects the garbage of all VIPs, then frees the deleted VIPs that have no servers left. */
export function collectAll(state: LbState, now: number): void {
  const empty: number[] = [];
  for (const [index, vip] of state.vips.entries()) {
    collectVip(state, vip, now);
    if (!vip.used && vip.servers.size === 0) empty.push(index);
  }
  for (const index of empty) state.vips.put(index);
}

/**
 * VPP looks the mapping up and frees what it found. When it finds nothing it frees what it found for the server before,
 * which happens to do no harm, or a null pointer.
 */
function freeMapping(state: LbState, server: As, vip: Vip, seenBefore: boolean): boolean {
  if (state.snatMappings.delete(snatKey(server, vip)) || seenBefore) return true;
  throw new SimulatedCrash('nat-mapping-shared', `${server.address.text} port ${vip.targetPort}`);
}

/** Is uptime `now` at or past `then`? Both in seconds modulo 2^32. */
function reached(now: number, then: number): boolean {
  return (now - then) >>> 0 < 0x7fffffff;
}
