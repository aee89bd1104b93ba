import { MaglevError } from '../../domain/errors.js';
import { type LbOperation, type VipId, type VipState, vipId } from '../../domain/lb.js';

/**
 * Remembers the NAT VIPs that VPP was last seen to have. maglevd never makes any, and must not remove any: VPP crashes
 * in its garbage collection after two that share a server were removed, and somebody else may have removed the first.
 * Which VIPs are NAT does not stand in an operation, so the last reading has to tell.
 */
export class NatMemory {
  #vips: ReadonlySet<VipId> = new Set();
  #learned: readonly VipState[] = [];

  /** All that VPP has. */
  learn(vips: readonly VipState[]): void {
    if (vips === this.#learned) return;
    this.#learned = vips;
    const nat = vips.filter(({ encap }) => encap === 'nat4' || encap === 'nat6');
    this.#vips = new Set(nat.map(({ key }) => vipId(key)));
  }

  /** MGL_VPP_GUARD when this removes a NAT VIP or a server of one. */
  guard(operation: LbOperation): MaglevError | null {
    if (operation.op !== 'vip-del' && operation.op !== 'as-del') return null;
    const id = vipId(operation.key);
    if (!this.#vips.has(id)) return null;
    return new MaglevError(
      'MGL_VPP_GUARD',
      `${operation.op} of VIP ${id} was not sent: it is a NAT VIP, and VPP can crash after such a VIP was removed`,
    );
  }
}
