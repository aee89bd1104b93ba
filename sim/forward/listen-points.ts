import type { IpAddress } from '../../domain/ip.js';
import { PROTOCOL } from '../flow/flow.js';
import { formatPrefix } from '../lb/ip46.js';
import type { LbState, Vip } from '../lb/lb-state.js';
import { isNat, vipIsIp4 } from '../lb/vip-type.js';

/** Where somebody listens in the place of a VIP. */
export interface ListenPoint {
  /** `tcp 192.0.2.1:443`; equal texts mean equal places. */
  readonly name: string;
  readonly protocol: 'tcp' | 'udp';
  readonly address: IpAddress;
  readonly port: number;
}

/** A VIP in whose place nobody can listen. */
export interface Unheard {
  /** `192.0.2.0/24 tcp 443` */
  readonly vip: string;
  readonly why: string;
}

export interface ListenPoints {
  readonly points: readonly ListenPoint[];
  readonly unheard: readonly Unheard[];
}

/** Where the live VIPs of a VPP would be listened for, whether those addresses are on this machine or not. */
export function listenPointsOf(state: LbState): ListenPoints {
  const points: ListenPoint[] = [];
  const unheard: Unheard[] = [];
  for (const indexes of state.liveVips.values()) {
    for (const index of indexes) {
      const vip = state.vips.get(index);
      if (vip === undefined) continue;
      const why = whyUnheard(vip);
      if (why === null) points.push(pointOf(vip));
      else unheard.push({ vip: vipText(vip), why });
    }
  }
  return { points, unheard };
}

/** `192.0.2.1:443`, `[2001:db8::1]:443` */
export function placeText(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function whyUnheard(vip: Vip): string | null {
  if (vip.prefixLength !== 128) return 'only a VIP of one address can be listened for';
  if (vip.port === 0) return 'nobody can listen on all ports of an address';
  if (vip.protocol !== PROTOCOL.TCP && vip.protocol !== PROTOCOL.UDP) return 'only TCP and UDP have ports';
  if (isNat(vip.type) && vip.protocol === PROTOCOL.TCP) return 'VPP drops TCP to a VIP with NAT';
  if (vip.prefix.bytes.every((byte) => byte === 0)) return 'it would hear what is for every address';
  return null;
}

function pointOf(vip: Vip): ListenPoint {
  const protocol = vip.protocol === PROTOCOL.TCP ? 'tcp' : 'udp';
  const address = vip.prefix.text;
  return { name: `${protocol} ${placeText(address, vip.port)}`, protocol, address, port: vip.port };
}

function vipText(vip: Vip): string {
  const prefix = vipIsIp4(vip.type)
    ? formatPrefix(vip.prefix, vip.prefixLength)
    : `${vip.prefix.text}/${vip.prefixLength}`;
  if (vip.port === 0) return prefix;
  return `${prefix} ${vip.protocol === PROTOCOL.UDP ? 'udp' : 'tcp'} ${vip.port}`;
}
