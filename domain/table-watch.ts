import type { MaglevEvent } from './events.js';
import { protocolName, sameVipState, type VipId, type VipState, vipId } from './lb.js';
import { bucketDifferences } from './table-prediction.js';
import { Turns } from './turns.js';

/** How many servers a difference names. */
const NAMED = 5;

/** A VIP that is as it was is one, and a server whose buckets are foretold two. */
const PIECES_A_TURN = 1000;

/**
 * Compares the tables that VPP says it has with those that its rule gives. A difference means a VPP that is not known here,
 * or a fault of ours: what is foretold of that VIP is worth nothing. It is told once, and again when it is another.
 */
export class TableWatch {
  /** What each VIP was when it was looked at last, and what was said of it; '' = its table is right. */
  #looked: ReadonlyMap<VipId, { readonly vip: VipState; readonly what: string }> = new Map();

  /** The list of them, if all their tables were right. */
  #right: readonly VipState[] | null = null;

  /** In turns: a thousand tables that are new take 40 ms. One look is under way at a time. */
  async look(vips: readonly VipState[]): Promise<MaglevEvent[]> {
    if (vips === this.#right) return [];
    const before = this.#looked;
    const turns = new Turns(PIECES_A_TURN);
    const now = new Map<VipId, { readonly vip: VipState; readonly what: string }>();
    const news: MaglevEvent[] = [];
    for (const vip of vips) {
      const id = vipId(vip.key);
      const last = before.get(id);
      const known = last !== undefined && sameVipState(last.vip, vip);
      const what = known ? last.what : whatDiffers(vip);
      now.set(id, { vip, what });
      const others = turns.after(known ? 1 : 1 + 2 * vip.ases.length);
      if (others !== null) await others;
      if (what === '') continue;
      const { prefix, protocol, port } = vip.key;
      const servers = bucketDifferences(vip).length;
      const fields = { prefix, protocol: protocolName(protocol), port, servers, what };
      const level = last?.what === what ? 'debug' : 'warn';
      news.push({ name: 'vpp-lbsync-table-differs', level, fields });
    }
    this.#looked = now;
    this.#right = news.length === 0 ? vips : null;
    return news;
  }
}

/** '' = nothing. */
function whatDiffers(vip: VipState): string {
  const differences = bucketDifferences(vip);
  const servers = differences
    .slice(0, NAMED)
    .map(({ address, predicted, reported }) => `${address} has ${reported}, not ${predicted}`);
  const more = differences.length - servers.length;
  return `${servers.join('; ')}${more > 0 ? `; ${more} more` : ''}`;
}
