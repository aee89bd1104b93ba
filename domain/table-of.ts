import type { VipState } from './lb.js';
import { lengthOfTable, type WeightedServer } from './table-prediction.js';

/** What a new-flow table is made of: it follows from that, and from nothing else. */
export interface TableOf {
  readonly length: number;
  /** Those with weight. */
  readonly servers: readonly WeightedServer[];
}

/** null: its length is not known. */
export function tableOf(vip: VipState): TableOf | null {
  const length = lengthOfTable(vip);
  if (length === null || !Number.isInteger(Math.log2(length))) return null;
  const servers = vip.ases.filter(({ weight }) => weight > 0);
  return { length, servers: servers.map(({ address, weight }) => ({ address, weight })) };
}

export function sameTable(a: TableOf, b: TableOf): boolean {
  return (
    a.length === b.length &&
    a.servers.length === b.servers.length &&
    a.servers.every(({ address, weight }) =>
      b.servers.some((server) => server.address === address && server.weight === weight),
    )
  );
}
