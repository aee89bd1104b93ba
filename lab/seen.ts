import { protocolName, type VipId } from '../domain/lb.js';
import { type LbState, serversOf, type Vip } from '../sim/lb/lb-state.js';

/** A VIP as VPP has it. */
export interface SeenVip {
  readonly type: number;
  readonly tableLength: number;
  readonly sticky: boolean;
  /** Weights by address. */
  readonly servers: ReadonlyMap<string, number>;
}

/** What VPP has, read from its memory: nobody is asked. */
export type SeenVpp = ReadonlyMap<VipId, SeenVip>;

export const nothingSeen: SeenVpp = new Map();

export function seenIn(state: LbState): SeenVpp {
  const seen = new Map<VipId, SeenVip>();
  for (const [index, vip] of state.vips.entries()) {
    if (index === 0 || !vip.used) continue;
    const servers = new Map<string, number>();
    for (const [, server] of serversOf(state, vip)) {
      if (server.used) servers.set(server.address.text, server.weight);
    }
    const { type, tableLength, srcIpSticky: sticky } = vip;
    seen.set(idOf(vip), { type, tableLength, sticky, servers });
  }
  return seen;
}

function idOf({ prefix, prefixLength, protocol, port }: Vip): VipId {
  const length = prefix.isIp4 && prefixLength >= 96 ? prefixLength - 96 : prefixLength;
  return `${prefix.text}/${length},${protocolName(protocol)},${port}`;
}

export function serves(vip: SeenVip | undefined): boolean {
  return vip !== undefined && [...vip.servers.values()].some((weight) => weight > 0);
}

/** For people: `192.0.2.1/32,tcp,80: 10.0.0.1=100 10.0.0.2=0`. */
export function seenText(seen: SeenVpp): string[] {
  return [...seen]
    .map(
      ([id, { servers }]) =>
        `${id}: ${[...servers].map(([address, weight]) => `${address}=${weight}`).join(' ')}`,
    )
    .sort();
}
