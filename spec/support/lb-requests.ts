import type { AddressWithPrefix } from '../../binapi/generated/ip-types.js';
import {
  type LbAddDelAsV2,
  type LbAddDelVipV2,
  type LbAsDump,
  type LbAsSetWeight,
  lbAddDelAsV2,
  lbAddDelVipV2,
  lbAsSetWeight,
  lbFlushVip,
} from '../../binapi/generated/lb.js';
import { wireAddress } from '../../binapi/lb/wire-values.js';
import { type IpAddress, parseIp } from '../../domain/ip.js';
import type { RawVppClient } from './raw-vpp-client.js';

export const ENCAP = { gre4: 0, gre6: 1, l3dsr: 2, nat4: 3, nat6: 4 } as const;

/** `prefix protocol port`, such as `192.0.2.1/32 tcp 443`; host bits and any length are let through. */
export type VipText = string;

const protocols: Readonly<Record<string, number>> = { tcp: 6, udp: 17, any: 255 };

export function ip(text: string): IpAddress {
  const address = parseIp(text);
  if (address === null) throw new Error(`${text} is not an address`);
  return address;
}

export function wirePrefixOf(text: string): AddressWithPrefix {
  const [address = '', length = ''] = text.split('/');
  return { address: wireAddress(ip(address)), len: Number(length) };
}

export function vipFields(vip: VipText): LbAsDump {
  const [prefix = '', protocol = '', port = ''] = vip.split(' ');
  return { pfx: wirePrefixOf(prefix), protocol: protocols[protocol] ?? Number(protocol), port: Number(port) };
}

export type VipOptions = Partial<Omit<LbAddDelVipV2, 'pfx' | 'protocol' | 'port'>>;

/** A request to add a VIP: GRE4, 1024 buckets, unless said otherwise. */
export function vipRequest(vip: VipText, options: VipOptions = {}): LbAddDelVipV2 {
  const defaults = {
    encap: ENCAP.gre4,
    dscp: 0,
    type: 0,
    targetPort: 0,
    nodePort: 0,
    newFlowsTableLength: 1024,
    srcIpSticky: false,
    isDel: false,
  };
  return { ...vipFields(vip), ...defaults, ...options };
}

export async function addVip(client: RawVppClient, vip: VipText, options: VipOptions = {}): Promise<number> {
  return (await client.call(lbAddDelVipV2, vipRequest(vip, options))).retval;
}

export function delVip(client: RawVppClient, vip: VipText): Promise<number> {
  return addVip(client, vip, { isDel: true });
}

export type AsOptions = Partial<Pick<LbAddDelAsV2, 'weight' | 'isDel' | 'isFlush'>>;

export async function addAs(
  client: RawVppClient,
  vip: VipText,
  server: string,
  options: AsOptions = {},
): Promise<number> {
  const asAddress = wireAddress(ip(server));
  const defaults = { weight: 100, isDel: false, isFlush: false };
  return (await client.call(lbAddDelAsV2, { ...vipFields(vip), asAddress, ...defaults, ...options })).retval;
}

export function delAs(client: RawVppClient, vip: VipText, server: string, isFlush = false): Promise<number> {
  return addAs(client, vip, server, { isDel: true, isFlush });
}

export async function setWeight(
  client: RawVppClient,
  vip: VipText,
  server: string,
  weight: number,
  isFlush = false,
): Promise<number> {
  const fields: LbAsSetWeight = { ...vipFields(vip), asAddress: wireAddress(ip(server)), weight, isFlush };
  return (await client.call(lbAsSetWeight, fields)).retval;
}

export async function flushVip(client: RawVppClient, vip: VipText): Promise<number> {
  return (await client.call(lbFlushVip, vipFields(vip))).retval;
}
