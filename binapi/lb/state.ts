import { type AsState, type VipId, type VipKey, type VipState, vipId } from '../../domain/lb.js';
import type { Piecemeal } from '../../domain/turns.js';
import type { LbAsV2Details, LbVipDetails } from '../generated/lb.js';
import type { LbVip } from '../generated/lb-types.js';
import type { VipText } from './verbose-text.js';
import { encapOfWire, ipOfWire, prefixOfWire } from './wire-values.js';

/** Of the flags of a server: it is in use. Without it the row is a removed server that lingers. */
const USED = 1;

/** A row of a VIP, which is remembered: it keeps nothing of the bytes that it came in, of which a part would keep all. */
export interface VipRow {
  readonly key: VipKey;
  readonly id: VipId;
  readonly encap: VipState['encap'];
  readonly tableLength: number;
}

/** A row of a server that is in use. */
export interface AsRow {
  readonly id: VipId;
  readonly as: AsState;
}

/** Putting a VIP together takes as long as sorting so many rows of servers. */
const ROWS_OF_A_VIP = 5;

/** Rows come VIP by VIP, and text is expensive for ten thousand: the key of the last one stands for the next. */
let lastVip: LbVip | null = null;
let lastId: VipId | null = null;

/** null: its prefix cannot be. */
export function vipRow({ vip, encap, flowTableLength: tableLength }: LbVipDetails): VipRow | null {
  const key = keyOfWire(vip);
  return key === null ? null : { key, id: vipId(key), encap: encapOfWire(encap), tableLength };
}

/** null: it is not in use, or the prefix of its VIP cannot be. */
export function asRow({ vip, appSrv, flags, weight, numBuckets }: LbAsV2Details): AsRow | null {
  if ((flags & USED) === 0) return null;
  if (lastVip === null || !sameVip(lastVip, vip)) {
    const key = keyOfWire(vip);
    lastId = key === null ? null : vipId(key);
    lastVip = vip;
  }
  return lastId === null
    ? null
    : { id: lastId, as: { address: ipOfWire(appSrv), weight, buckets: numBuckets } };
}

/**
 * Puts VIPs together from the rows of both dumps, which may come in any order. VPP's filters do not work, so the rows
 * are all that it has. A row whose prefix cannot be is left out; VIPs that VPP reports under one key (`::/0` and
 * `0.0.0.0/0`) are shown with the servers of both. A VIP of which all is as it was the last time is the very same object.
 */
export class StateBuilder {
  #before: ReadonlyMap<VipId, { readonly row: VipRow; readonly vip: VipState }> = new Map();

  /** `text`: what is known from VPP's text; null when there is none. Row by row. */
  *build(
    rows: readonly (VipRow | null)[],
    servers: readonly (AsRow | null)[],
    text: ReadonlyMap<VipId, VipText> | null,
  ): Piecemeal<VipState[]> {
    const ases = yield* byVip(servers);
    const now = new Map<VipId, { readonly row: VipRow; readonly vip: VipState }>();
    const vips: VipState[] = [];
    for (const row of rows) {
      if (row === null) continue;
      const before = this.#before.get(row.id);
      const made = vipState(row, ases.get(row.id) ?? [], text?.get(row.id));
      const vip = before?.row === row && sameState(before.vip, made) ? before.vip : made;
      now.set(row.id, { row, vip });
      vips.push(vip);
      if (vips.length % 16 === 0) yield 16 * ROWS_OF_A_VIP;
    }
    this.#before = now;
    return vips;
  }
}

function* byVip(servers: readonly (AsRow | null)[]): Piecemeal<ReadonlyMap<VipId, readonly AsState[]>> {
  const found = new Map<VipId, AsState[]>();
  let id: VipId | null = null;
  let ases: AsState[] = [];
  let sorted = 0;
  for (const server of servers) {
    if (server === null) continue;
    if (server.id !== id) {
      if (++sorted % 16 === 0) yield 16 * ases.length;
      id = server.id;
      ases = found.get(id) ?? [];
      found.set(id, ases);
    }
    ases.push(server.as);
  }
  return found;
}

function vipState(
  { key, encap, tableLength }: VipRow,
  ases: readonly AsState[],
  more: VipText | undefined,
): VipState {
  return {
    key,
    encap,
    tableLength:
      more === undefined ? { value: tableLength, exact: false } : { value: more.tableLength, exact: true },
    srcIpSticky: more?.srcIpSticky ?? null,
    ases,
  };
}

/** Of rows that are the same. */
function sameState(a: VipState, b: VipState): boolean {
  return (
    a.tableLength.value === b.tableLength.value &&
    a.tableLength.exact === b.tableLength.exact &&
    a.srcIpSticky === b.srcIpSticky &&
    a.ases.length === b.ases.length &&
    a.ases.every((as, i) => as === b.ases[i])
  );
}

function keyOfWire({ pfx, protocol, port }: LbVip): VipKey | null {
  const prefix = prefixOfWire(pfx);
  return prefix === null ? null : { prefix, protocol, port };
}

function sameVip(a: LbVip, b: LbVip): boolean {
  if (a.port !== b.port || a.protocol !== b.protocol || a.pfx.len !== b.pfx.len) return false;
  const { af, un } = a.pfx.address;
  return af === b.pfx.address.af && Buffer.compare(un, b.pfx.address.un) === 0;
}
