import type { LbAsSetWeight } from '../binapi/generated/lb.js';
import { protocolName, type VipId } from '../domain/lb.js';
import { type LbState, serversOf, type Vip } from '../sim/lb/lb-state.js';
import { decodeAddress, decodePrefixLength } from '../sim/messages/wire-ip46.js';
import type { ExecutedWrite } from '../sim/write-log.js';

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

/** Whose weight was set, as VPP calls them; null: it is another write. */
export function weighedBy({ name, fields }: ExecutedWrite): { id: VipId; address: string } | null {
  if (name !== 'lb_as_set_weight') return null;
  const { pfx, protocol, port, asAddress } = fields as LbAsSetWeight;
  const prefix = decodeAddress(pfx.address, 'uninitialised');
  const id = idOf({ prefix, prefixLength: decodePrefixLength(pfx), protocol, port });
  return { id, address: decodeAddress(asAddress, 'uninitialised').text };
}

type Named = Pick<Vip, 'prefix' | 'prefixLength' | 'protocol' | 'port'>;

function idOf({ prefix, prefixLength, protocol, port }: Named): VipId {
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
