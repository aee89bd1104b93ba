import { MaglevError } from '../../domain/errors.js';
import type { IpAddress } from '../../domain/ip.js';
import { type LbOperation, type VipId, type VipState, vipId } from '../../domain/lb.js';

/**
 * Remembers the NAT VIPs that VPP was last seen to have. maglevd never makes any, but it removes what is not in its
 * config, and VPP crashes in its garbage collection after two NAT VIPs that share a server were removed. Which VIPs
 * are NAT does not stand in an operation, so the last reading has to tell.
 */
export class NatMemory {
  readonly #servers = new Map<VipId, ReadonlySet<IpAddress>>();

  /** All that VPP has. */
  learn(vips: readonly VipState[]): void {
    this.#servers.clear();
    for (const { key, encap, ases } of vips) {
      if (encap !== 'nat4' && encap !== 'nat6') continue;
      this.#servers.set(vipId(key), new Set(ases.map(({ address }) => address)));
    }
  }

  /** MGL_VPP_GUARD when this takes a server from a NAT VIP that another one has too. */
  guard(operation: LbOperation): MaglevError | null {
    if (operation.op !== 'vip-del' && operation.op !== 'as-del') return null;
    const id = vipId(operation.key);
    const own = this.#servers.get(id);
    if (own === undefined) return null;
    const removed = operation.op === 'as-del' ? [operation.address] : [...own];
    for (const [other, servers] of this.#servers) {
      const shared = other === id ? undefined : removed.find((address) => servers.has(address));
      if (shared === undefined) continue;
      return new MaglevError(
        'MGL_VPP_GUARD',
        `${operation.op} of VIP ${id} was not sent: it is a NAT VIP that shares the server ${shared} with ${other}, ` +
          'and VPP crashes after both are removed',
      );
    }
    return null;
  }
}
