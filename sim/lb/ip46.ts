import { type IpAddress, ipBytes, ipFromBytes } from '../../domain/ip.js';

/**
 * An address as VPP's lb plugin holds it: 16 bytes, IPv4 in the last four behind twelve zeros. Nothing else marks the
 * family, so an IPv6 address that begins with twelve zero bytes *is* an IPv4 address to the plugin.
 */
export interface Ip46 {
  readonly bytes: Uint8Array;
  /** How VPP prints it. Equal texts mean equal bytes, so it is also what addresses are compared by. */
  readonly text: IpAddress;
  readonly isIp4: boolean;
}

/** From 16 bytes, which must not change any more. */
export function ip46(bytes: Uint8Array): Ip46 {
  let isIp4 = true;
  for (let i = 0; i < 12; i++) if (bytes[i] !== 0) isIp4 = false;
  return { bytes, isIp4, text: ipFromBytes(isIp4 ? bytes.subarray(12) : bytes) };
}

export function ip46FromIp(ip: IpAddress): Ip46 {
  const short = ipBytes(ip);
  const bytes = new Uint8Array(16);
  bytes.set(short, 16 - short.length);
  return ip46(bytes);
}

export const ALL_ONES: Ip46 = ip46(new Uint8Array(16).fill(0xff));

/** Is `prefix`/`length` an IPv4 prefix to the plugin? Its length counts from 96 then. */
export function isIp4Prefix(prefix: Ip46, length: number): boolean {
  return length >= 96 && prefix.isIp4;
}

/**
 * Clears the bits behind `length` (0..255). Lengths above 128 shift by a negative number, which the processor takes modulo 64: what
 * VPP keeps then makes no sense, but it keeps just that.
 */
export function normalisePrefix(prefix: Ip46, length: number): Ip46 {
  const bytes = Uint8Array.from(prefix.bytes);
  if (length <= 64) {
    keepBits(bytes, 0, length);
    keepBits(bytes, 8, 0);
  } else {
    keepBits(bytes, 8, 64 - ((128 - length) & 63));
  }
  return ip46(bytes);
}

/** `prefix/length` as VPP prints it. */
export function formatPrefix(prefix: Ip46, length: number): string {
  if (isIp4Prefix(prefix, length)) return `${prefix.text}/${length - 96}`;
  // Shorter than 96 bits, so it is printed as IPv6 even when the address alone would pass for IPv4.
  return `${formatAsIp6(prefix)}/${length}`;
}

function formatAsIp6(address: Ip46): string {
  return address.isIp4 ? ipFromBytes(address.bytes) : address.text;
}

function keepBits(bytes: Uint8Array, at: number, count: number): void {
  for (let i = 0; i < 8; i++) {
    const keep = Math.min(8, Math.max(0, count - i * 8));
    bytes[at + i] = (bytes[at + i] as number) & (0xff00 >> keep) & 0xff;
  }
}
