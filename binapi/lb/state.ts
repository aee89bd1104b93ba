import { type AsState, type VipId, type VipKey, type VipState, vipId } from '../../domain/lb.js';
import type { LbAsV2Details, LbVipDetails } from '../generated/lb.js';
import type { LbVip } from '../generated/lb-types.js';
import type { VipText } from './verbose-text.js';
import { encapOfWire, ipOfWire, prefixOfWire } from './wire-values.js';

/** Of the flags of a server: it is in use. Without it the row is a removed server that lingers. */
const USED = 1;

/**
 * Puts VIPs together from the rows of both dumps, which may come in any order. VPP's filters do not work, so the rows
 * are all that it has. A row whose prefix cannot be is left out; VIPs that VPP reports under one key (`::/0` and
 * `0.0.0.0/0`) are shown with the servers of both.
 */
export class StateBuilder {
  readonly #vips: { readonly key: VipKey; readonly id: VipId; readonly row: LbVipDetails }[] = [];
  readonly #ases = new Map<VipId, AsState[]>();
  /** Of the last server: rows come VIP by VIP, and text is expensive for ten thousand. */
  #lastVip: LbVip | null = null;
  #lastAses: AsState[] | null = null;

  addVip(row: LbVipDetails): void {
    const key = keyOfWire(row.vip);
    if (key !== null) this.#vips.push({ key, id: vipId(key), row });
  }

  addAs({ vip, appSrv, flags, weight, numBuckets }: LbAsV2Details): void {
    if ((flags & USED) === 0) return;
    const ases = this.#asesOf(vip);
    ases?.push({ address: ipOfWire(appSrv), weight, buckets: numBuckets });
  }

  /** `text`: what is known from VPP's text; null when there is none. */
  build(text: ReadonlyMap<VipId, VipText> | null): VipState[] {
    return this.#vips.map(({ key, id, row }) => {
      const more = text?.get(id);
      return {
        key,
        encap: encapOfWire(row.encap),
        tableLength:
          more === undefined
            ? { value: row.flowTableLength, exact: false }
            : { value: more.tableLength, exact: true },
        srcIpSticky: more?.srcIpSticky ?? null,
        ases: this.#ases.get(id) ?? [],
      };
    });
  }

  #asesOf(vip: LbVip): AsState[] | null {
    if (this.#lastVip !== null && sameVip(this.#lastVip, vip)) return this.#lastAses;
    const key = keyOfWire(vip);
    const id = key === null ? null : vipId(key);
    const ases = id === null ? null : (this.#ases.get(id) ?? []);
    if (id !== null && ases !== null) this.#ases.set(id, ases);
    this.#lastVip = vip;
    this.#lastAses = ases;
    return ases;
  }
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
