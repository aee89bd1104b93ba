import {
  hostPrefix,
  type IpAddress,
  type IpPrefix,
  ipBytes,
  ipFromBytes,
  makePrefix,
  prefixAddress,
  prefixLength,
} from '../../domain/ip.js';
import type { Encap } from '../../domain/lb.js';
import { u32At } from '../framing.js';
import { type Address, AddressFamily, type AddressWithPrefix } from '../generated/ip-types.js';
import { LbEncapType } from '../generated/lb-types.js';
import { memo } from './memo.js';

/** Of what VPP tells: what it has, it tells again in every read. */
const REMEMBERED = 50_000;
/**
 * Of what is written: the guard looks at what is sent a moment later, and servers of a VIP follow each other. No more of it is
 * kept, because an equal VPP is written nothing, and an address that is kept takes 400 bytes.
 */
const JUST_MADE = 256;

/**
 * An address as VPP takes it: family and 16 bytes, an IPv4 address in the first four of them. The bytes are shared
 * between callers: they must not be changed.
 */
export const wireAddress: (ip: IpAddress) => Address = memo((ip) => {
  const bytes = ipBytes(ip);
  if (bytes.length === 16) return { af: AddressFamily.ADDRESS_IP6, un: bytes };
  const un = new Uint8Array(16);
  un.set(bytes);
  return { af: AddressFamily.ADDRESS_IP4, un };
}, JUST_MADE);

export const wirePrefix: (prefix: IpPrefix) => AddressWithPrefix = memo(
  (prefix) => ({ address: wireAddress(prefixAddress(prefix)), len: prefixLength(prefix) }),
  JUST_MADE,
);

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
