import type { MaglevEvent } from './events.js';
import { protocolName, type VipId, type VipState, vipId } from './lb.js';
import { bucketDifferences } from './table-prediction.js';

/** How many servers a difference names. */
const NAMED = 5;

/**
 * Compares the tables that VPP says it has with those that its rule gives. A difference means a VPP that is not known here,
 * or a fault of ours: what is foretold of that VIP is worth nothing. It is told once, and again when it is another.
 */
export class TableWatch {
  #told: ReadonlyMap<VipId, string> = new Map();

  look(vips: readonly VipState[]): MaglevEvent[] {
    const before = this.#told;
    const now = new Map<VipId, string>();
    const news: MaglevEvent[] = [];
    for (const vip of vips) {
      const differences = bucketDifferences(vip);
      if (differences.length === 0) continue;
      const servers = differences
        .slice(0, NAMED)
        .map(({ address, predicted, reported }) => `${address} has ${reported}, not ${predicted}`);
      const more = differences.length - servers.length;
      const what = `${servers.join('; ')}${more > 0 ? `; ${more} more` : ''}`;
      const id = vipId(vip.key);
      now.set(id, what);
      const { prefix, protocol, port } = vip.key;
      const fields = { prefix, protocol: protocolName(protocol), port, servers: differences.length, what };
      const level = before.get(id) === what ? 'debug' : 'warn';
      news.push({ name: 'vpp-lbsync-table-differs', level, fields });
    }
    this.#told = now;
    return news;
  }
}
