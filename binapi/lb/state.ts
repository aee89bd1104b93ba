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

type Texts = ReadonlyMap<VipId, VipText>;
type ServersByVip = ReadonlyMap<VipId, readonly AsState[]>;

/** All that VPP said, and what it comes to. */
interface Built {
  readonly rows: readonly (VipRow | null)[];
  readonly servers: readonly (AsRow | null)[];
  readonly text: Texts | null;
  readonly vips: readonly VipState[];
}

const NO_SERVERS: readonly AsState[] = [];

/**
 * Puts VIPs together from the rows of both dumps, which may come in any order. VPP's filters do not work, so the rows
 * are all that it has. A row whose prefix cannot be is left out; VIPs that VPP reports under one key (`::/0` and
 * `0.0.0.0/0`) are shown with the servers of both. A VIP of which all is as it was the last time is the very same object, and so
 * is the list of all of them.
 */
export class StateBuilder {
  #last: Built | null = null;
  #ases: ServersByVip = new Map();
  #before: ReadonlyMap<VipId, { readonly row: VipRow; readonly vip: VipState }> = new Map();

  /** `text`: what is known from VPP's text; null when there is none. Row by row. */
  *build(
    rows: Built['rows'],
    servers: Built['servers'],
    text: Built['text'],
  ): Piecemeal<readonly VipState[]> {
    const last = this.#last;
    if (last?.rows === rows && last.servers === servers && last.text === text) return last.vips;
    const ases = yield* byVip(servers, this.#ases);
    const now = new Map<VipId, { readonly row: VipRow; readonly vip: VipState }>();
    const vips: VipState[] = [];
    for (const row of rows) {
      if (row === null) continue;
      const before = this.#before.get(row.id);
      const own = ases.get(row.id) ?? NO_SERVERS;
      const more = text?.get(row.id);
      const same = before?.row === row && before.vip.ases === own && isTold(before.vip, row, more);
      const vip = same ? before.vip : vipState(row, own, more);
      now.set(row.id, { row, vip });
      vips.push(vip);
      if (vips.length % 16 === 0) yield 16 * ROWS_OF_A_VIP;
    }
    this.#ases = ases;
    this.#before = now;
    this.#last = { rows, servers, text, vips };
    return vips;
  }
}

/** The servers of each VIP in the order of the rows; the list of `before` for a VIP that has the same. */
function* byVip(servers: Built['servers'], before: ServersByVip): Piecemeal<ServersByVip> {
  const found = new Map<VipId, readonly AsState[]>();
  let runs = 0;
  for (let from = 0, to = 0; from < servers.length; from = to) {
    to = from + 1;
    const id = servers[from]?.id;
    if (id === undefined) continue;
    while (to < servers.length && servers[to]?.id === id) to++;
    const earlier = found.get(id);
    const known = before.get(id);
    if (earlier === undefined && known !== undefined && isRun(servers, from, to, known)) found.set(id, known);
    else found.set(id, [...(earlier ?? []), ...servers.slice(from, to).flatMap((row) => row?.as ?? [])]);
    if (++runs % 16 === 0) yield 16 * (to - from);
  }
  return found;
}

function isRun(servers: Built['servers'], from: number, to: number, ases: readonly AsState[]): boolean {
  if (ases.length !== to - from) return false;
  for (let i = from; i < to; i++) if (servers[i]?.as !== ases[i - from]) return false;
  return true;
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

/** Would a VIP of this row and this text say the same? */
function isTold({ tableLength, srcIpSticky }: VipState, row: VipRow, more: VipText | undefined): boolean {
  return (
    tableLength.value === (more?.tableLength ?? row.tableLength) &&
    tableLength.exact === (more !== undefined) &&
    srcIpSticky === (more?.srcIpSticky ?? null)
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
