import { protocolName, type VipId, type VipState, vipId } from '../../domain/lb.js';
import { bucketDifferences } from '../../domain/table-prediction.js';
import type { Logger } from '../../protocol/log.js';

/** How many servers a difference names. */
const NAMED = 5;

/**
 * Compares the tables that VPP says it has with those that its rule gives. A difference means a VPP that is not known here,
 * or a fault of ours: what is foretold of that VIP is worth nothing. It is told once, and again when it is another.
 */
export class TableWatch {
  readonly #told = new Map<VipId, string>();

  look(vips: readonly VipState[], log: Logger): void {
    const before = new Map(this.#told);
    this.#told.clear();
    for (const vip of vips) {
      const differences = bucketDifferences(vip);
      if (differences.length === 0) continue;
      const servers = differences
        .slice(0, NAMED)
        .map(({ address, predicted, reported }) => `${address} has ${reported}, not ${predicted}`);
      const more = differences.length - servers.length;
      const what = `${servers.join('; ')}${more > 0 ? `; ${more} more` : ''}`;
      const id = vipId(vip.key);
      this.#told.set(id, what);
      const { prefix, protocol, port } = vip.key;
      const fields = { prefix, protocol: protocolName(protocol), port, servers: differences.length, what };
      log.log(before.get(id) === what ? 'debug' : 'warn', 'vpp-lbsync-table-differs', fields);
    }
  }
}
