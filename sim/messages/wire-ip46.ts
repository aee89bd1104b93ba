import { type Address, AddressFamily, type AddressWithPrefix } from '../../binapi/generated/ip-types.js';
import { type Ip46, ip46 } from '../lb/ip46.js';

/** What VPP's memory happens to hold where an address of no known family was not decoded. */
const UNINITIALISED: Ip46 = ip46(Uint8Array.from({ length: 16 }, (_, i) => 0xa5 ^ (i * 17)));
const ZERO: Ip46 = ip46(new Uint8Array(16));

/** An address as VPP decodes it: a family that does not exist leaves what was in memory. */
export function decodeAddress(address: Address, memory: 'zeroed' | 'uninitialised'): Ip46 {
  const bytes = new Uint8Array(16);
  if (address.af === AddressFamily.ADDRESS_IP4) {
    bytes.set(address.un.subarray(0, 4), 12);
  } else if (address.af === AddressFamily.ADDRESS_IP6) {
    bytes.set(address.un);
  } else {
    return memory === 'zeroed' ? ZERO : UNINITIALISED;
  }
  return ip46(bytes);
}

/** As VPP encodes it: the family comes from the bytes, so `::1` is sent as IPv4. */
export function encodeAddress(address: Ip46): Address {
  if (!address.isIp4) return { af: AddressFamily.ADDRESS_IP6, un: address.bytes };
  const un = new Uint8Array(16);
  un.set(address.bytes.subarray(12));
  return { af: AddressFamily.ADDRESS_IP4, un };
}

/** The prefix length inside the plugin, where IPv4 counts from 96; one byte, so it wraps. */
export function decodePrefixLength({ address, len }: AddressWithPrefix): number {
  return (len + (address.af === AddressFamily.ADDRESS_IP4 ? 96 : 0)) & 0xff;
}

export function swapBytes16(value: number): number {
  return ((value & 0xff) << 8) | ((value >> 8) & 0xff);
}

export function swapBytes32(value: number): number {
  return (((value & 0xff) << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24)) >>> 0;
}
