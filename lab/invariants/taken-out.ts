import type { SeenVip, SeenVpp } from '../seen.js';

/** Servers that weighed something, and weigh nothing or are gone, with the VIP as it is now. */
export function* takenOut(
  before: SeenVpp,
  after: SeenVpp,
): Generator<[id: string, address: string, vip: SeenVip]> {
  for (const [id, vip] of before) {
    const now = after.get(id);
    if (now === undefined) continue;
    for (const [address, weight] of vip.servers) {
      if (weight > 0 && (now.servers.get(address) ?? 0) === 0) yield [id, address, now];
    }
  }
}
