import type { MaglevError } from './errors.js';
import type { MaglevEvent } from './events.js';
import { type LbOperation, type VipId, vipId } from './lb.js';

/** Tells once of each VIP for which VPP has no memory: without that VIP a service is missing. */
export class MemoryRefusals {
  readonly #told = new Set<VipId>();

  /** `refused`: null when the operations were admitted. */
  tell(operations: readonly LbOperation[], refused: MaglevError | null): MaglevEvent[] {
    if (refused === null && this.#told.size === 0) return [];
    const ids = new Set(operations.map(({ key }) => vipId(key)));
    if (refused === null) {
      for (const id of ids) this.#told.delete(id);
      return [];
    }
    const vips = [...ids].filter((id) => !this.#told.has(id));
    if (vips.length === 0) return [];
    for (const id of vips) this.#told.add(id);
    const { code, message: error, advice } = refused;
    return [{ name: 'vpp-memory-refused', level: 'error', fields: { vips, code, error, advice } }];
  }
}
