import { ipFromBytes } from '../../domain/ip.js';
import { vipId } from '../../domain/lb.js';
import type { WritesUnderWay } from '../../domain/repeated-death.js';
import type { ApiClient } from '../api-client.js';
import type { LbAddDelAsV2, LbAddDelVipV2, LbAsSetWeight, LbConf } from '../generated/lb.js';
import type { LbVip } from '../generated/lb-types.js';
import { ipOfWire, prefixOfWire } from './wire-values.js';

/** How each kind of write is told, by the name of its message. */
const words: ReadonlyMap<string, (fields: unknown) => string> = new Map([
  ['lb_conf', (fields) => confText(fields as LbConf)],
  ['lb_add_del_vip_v2', (fields) => vipText(fields as LbAddDelVipV2)],
  ['lb_add_del_as_v2', (fields) => serverText(fields as LbAddDelAsV2)],
  ['lb_as_set_weight', (fields) => weightText(fields as LbAsSetWeight)],
]);

/** The changes that VPP has not answered, or had not when the connection ended; null = none. */
export function writesUnderWay(client: Pick<ApiClient, 'unanswered'>): WritesUnderWay | null {
  const kinds = new Map<string, number>();
  let oldest: string | null = null;
  for (const { name, fields } of client.unanswered()) {
    const tell = words.get(name);
    if (tell === undefined) continue;
    kinds.set(name, (kinds.get(name) ?? 0) + 1);
    oldest ??= tell(fields);
  }
  return oldest === null ? null : { kinds, oldest };
}

function confText({ ip4SrcAddress, ip6SrcAddress, stickyBucketsPerCore, flowTimeout }: LbConf): string {
  const sources = `${ipFromBytes(ip4SrcAddress)}, ${ipFromBytes(ip6SrcAddress)}`;
  return `lb_conf: sources ${sources}, ${stickyBucketsPerCore} sticky buckets per core, flow timeout ${flowTimeout} s`;
}

function vipText(vip: LbAddDelVipV2): string {
  if (vip.isDel) return `lb_add_del_vip_v2: removal of VIP ${keyText(vip)}`;
  return `lb_add_del_vip_v2: VIP ${keyText(vip)} with a table of ${vip.newFlowsTableLength}`;
}

function serverText(as: LbAddDelAsV2): string {
  const what = as.isDel ? 'removal of' : `weight ${as.weight} for`;
  return `lb_add_del_as_v2: ${what} server ${ipOfWire(as.asAddress)} in VIP ${keyText(as)}`;
}

function weightText(as: LbAsSetWeight): string {
  return `lb_as_set_weight: weight ${as.weight} for server ${ipOfWire(as.asAddress)} in VIP ${keyText(as)}`;
}

function keyText({ pfx, protocol, port }: Pick<LbVip, 'pfx' | 'protocol' | 'port'>): string {
  const prefix = prefixOfWire(pfx);
  return prefix === null ? 'without a prefix' : vipId({ prefix, protocol, port });
}
