import type { Frontend, MaglevConfig } from './config.js';
import { vipKeyOf } from './desired.js';
import { type IpAddress, ipFamily } from './ip.js';
import { type VipId, vipId } from './lb.js';
import type { Piecemeal } from './turns.js';

/** What another config does to the VIPs of VPP. */
export interface VipChanges {
  readonly added: readonly VipId[];
  /** Their flows are cut. */
  readonly removed: readonly VipId[];
  /** Torn down and made again with another property, which VPP cannot change: their flows are cut. */
  readonly anew: readonly { readonly vip: VipId; readonly why: string }[];
  /** Servers that leave a VIP which stays; their flows are cut. */
  readonly serversRemoved: readonly { readonly vip: VipId; readonly server: IpAddress }[];
  readonly serversAdded: readonly { readonly vip: VipId; readonly server: IpAddress }[];
}

interface Vip {
  readonly family: 4 | 6;
  readonly tableLength: number;
  readonly sticky: boolean;
  readonly servers: ReadonlySet<IpAddress>;
}

/**
 * A VIP is its address, protocol and port: a frontend with another name goes on with the same one. Frontend by frontend, each of
 * which counts for so many `pieces`.
 */
export function* comparingVips(
  before: MaglevConfig,
  after: MaglevConfig,
  pieces: number,
): Piecemeal<VipChanges> {
  const was = yield* vipsOf(before, pieces);
  const is = yield* vipsOf(after, pieces);
  const changes = {
    added: [...is.keys()].filter((vip) => !was.has(vip)),
    removed: [...was.keys()].filter((vip) => !is.has(vip)),
    anew: [] as { vip: VipId; why: string }[],
    serversRemoved: [] as { vip: VipId; server: IpAddress }[],
    serversAdded: [] as { vip: VipId; server: IpAddress }[],
  };
  for (const [vip, old] of was) {
    yield 1;
    const next = is.get(vip);
    if (next === undefined) continue;
    const why = mustBeMadeAnew(old, next);
    if (why !== null) {
      changes.anew.push({ vip, why });
      continue;
    }
    for (const server of old.servers)
      if (!next.servers.has(server)) changes.serversRemoved.push({ vip, server });
    for (const server of next.servers)
      if (!old.servers.has(server)) changes.serversAdded.push({ vip, server });
  }
  return changes;
}

function* vipsOf(config: MaglevConfig, pieces: number): Piecemeal<ReadonlyMap<VipId, Vip>> {
  const vips = new Map<VipId, Vip>();
  for (const frontend of config.frontends.values()) {
    vips.set(vipId(vipKeyOf(frontend)), vipOf(frontend, config));
    yield pieces;
  }
  return vips;
}

function vipOf({ pools, srcIpSticky }: Frontend, { backends, lb }: MaglevConfig): Vip {
  const servers = new Set<IpAddress>();
  for (const pool of pools) {
    for (const { name } of pool.backends) {
      const address = backends.get(name)?.address;
      if (address !== undefined) servers.add(address);
    }
  }
  const [first] = servers;
  const family = first !== undefined && ipFamily(first) === 6 ? 6 : 4;
  return { family, tableLength: lb.newFlowsTableLength, sticky: srcIpSticky, servers };
}

/** The rule of plan.ts, for two configs instead of a config and VPP. */
function mustBeMadeAnew(before: Vip, after: Vip): string | null {
  if (before.family !== after.family) return `its servers are IPv${after.family} now`;
  if (before.tableLength !== after.tableLength) return `new-flows-table-length is ${after.tableLength} now`;
  if (before.sticky !== after.sticky) return after.sticky ? 'it is sticky now' : 'it is no longer sticky';
  return null;
}
