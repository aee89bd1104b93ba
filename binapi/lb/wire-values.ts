import {
  hostPrefix,
  type IpAddress,
  type IpPrefix,
  ipBytes,
  ipFromBytes,
  ipv4Bits,
  makePrefix,
  prefixAddress,
  prefixLength,
} from '../../domain/ip.js';
import type { Encap } from '../../domain/lb.js';
import { u32At } from '../framing.js';
import { type Address, AddressFamily, type AddressWithPrefix } from '../generated/ip-types.js';
import { LbEncapType } from '../generated/lb-types.js';
import { memo, ofLast } from './memo.js';

/** Of what VPP tells: what it has, it tells again in every read. */
const REMEMBERED = 50_000;
/**
 * An address as VPP takes it: family and 16 bytes, an IPv4 address in the first four of them. The bytes are shared
 * between callers: they must not be changed. The last one is kept, because the guard looks at what is sent a moment later; so
 * is the last prefix, because servers of a VIP follow each other.
 */
export const wireAddress: (ip: IpAddress) => Address = ofLast((ip) => {
  const bits = ipv4Bits(ip);
  if (bits < 0) return { af: AddressFamily.ADDRESS_IP6, un: ipBytes(ip) };
  // Not copied from its four bytes: an array of its own for them takes more memory than all else here.
  const un = new Uint8Array(16);
  for (let i = 0; i < 4; i++) un[i] = Math.floor(bits / 2 ** (24 - 8 * i));
  return { af: AddressFamily.ADDRESS_IP4, un };
});

export const wirePrefix: (prefix: IpPrefix) => AddressWithPrefix = ofLast((prefix) => ({
  address: wireAddress(prefixAddress(prefix)),
  len: prefixLength(prefix),
}));

/** 16 bytes as a string of as many characters, which can be a key. */
function keyOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, 16).toString('latin1');
}

const ipOfKey = memo((key: string) => ipFromBytes(Buffer.from(key, 'latin1')), REMEMBERED);

/** By its 32 bits, which are a key without a string for each row of a dump. */
const ipv4OfBits = memo(
  (bits: number) => ipFromBytes(Uint8Array.of(bits >>> 24, bits >>> 16, bits >>> 8, bits)),
  REMEMBERED,
);

/**
 * The address that VPP reports. The lb plugin keeps no family: what has 12 leading zero bytes it reports as IPv4, so
 * `::1.2.3.4` comes back as `1.2.3.4`. A family that does not exist is taken for IPv6, which shows all bytes.
 */
export function ipOfWire({ af, un }: Address): IpAddress {
  if (af !== AddressFamily.ADDRESS_IP4) return ipOfKey(keyOf(un));
  return ipv4OfBits(u32At(un, 0) | 0);
}

/**
 * The prefix that VPP reports; null when the length is more than the family has, which VPP takes from careless
 * clients. As above, `::/0` comes back as `0.0.0.0/0`.
 */
export function prefixOfWire({ address, len }: AddressWithPrefix): IpPrefix | null {
  const longest = address.af === AddressFamily.ADDRESS_IP4 ? 32 : 128;
  if (len > longest) return null;
  const ip = ipOfWire(address);
  return len === longest ? hostPrefix(ip) : makePrefix(ip, len);
}

const types: Readonly<Record<Encap, LbEncapType>> = {
  gre4: LbEncapType.LB_API_ENCAP_TYPE_GRE4,
  gre6: LbEncapType.LB_API_ENCAP_TYPE_GRE6,
  l3dsr: LbEncapType.LB_API_ENCAP_TYPE_L3DSR,
  nat4: LbEncapType.LB_API_ENCAP_TYPE_NAT4,
  nat6: LbEncapType.LB_API_ENCAP_TYPE_NAT6,
};

const encaps = ['gre4', 'gre6', 'l3dsr', 'nat4', 'nat6'] as const;

export function wireEncap(encap: Encap): LbEncapType {
  return types[encap];
}

export function encapOfWire(type: LbEncapType): Encap | 'unknown' {
  return encaps.find((encap) => types[encap] === type) ?? 'unknown';
}
