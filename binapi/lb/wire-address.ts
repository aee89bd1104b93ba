import {
  type IpAddress,
  type IpPrefix,
  ipBytes,
  ipFromBytes,
  makePrefix,
  prefixAddress,
  prefixLength,
} from '../../domain/ip.js';
import { type Address, AddressFamily, type AddressWithPrefix } from '../generated/ip-types.js';

/** An address as VPP takes it: family and 16 bytes, an IPv4 address in the first four of them. */
export function wireAddress(ip: IpAddress): Address {
  const bytes = ipBytes(ip);
  if (bytes.length === 16) return { af: AddressFamily.ADDRESS_IP6, un: bytes };
  const un = new Uint8Array(16);
  un.set(bytes);
  return { af: AddressFamily.ADDRESS_IP4, un };
}

export function wirePrefix(prefix: IpPrefix): AddressWithPrefix {
  return { address: wireAddress(prefixAddress(prefix)), len: prefixLength(prefix) };
}

/**
 * The address that VPP reports. The lb plugin keeps no family: what has 12 leading zero bytes it reports as IPv4, so
 * `::1.2.3.4` comes back as `1.2.3.4`. A family that does not exist is taken for IPv6, which shows all bytes.
 */
export function ipOfWire(address: Address): IpAddress {
  return ipFromBytes(address.af === AddressFamily.ADDRESS_IP4 ? address.un.subarray(0, 4) : address.un);
}

/**
 * The prefix that VPP reports; null when the length is more than the family has, which VPP takes from careless
 * clients. As above, `::/0` comes back as `0.0.0.0/0`.
 */
export function prefixOfWire({ address, len }: AddressWithPrefix): IpPrefix | null {
  const isIp4 = address.af === AddressFamily.ADDRESS_IP4;
  return len > (isIp4 ? 32 : 128) ? null : makePrefix(ipOfWire(address), len);
}
