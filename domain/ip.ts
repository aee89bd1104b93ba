/**
 * IP addresses and prefixes as canonical text: IPv4 dotted, IPv6 as RFC 5952 writes it. Because the text is
 * canonical, `===` compares addresses and an address can be the key of a Map.
 */
declare const canonical: unique symbol;
export type IpAddress = string & { readonly [canonical]: 'address' };
/** `address/length` with no bit set behind the length. */
export type IpPrefix = string & { readonly [canonical]: 'prefix' };
export type IpFamily = 4 | 6;

/** The canonical form of `text`, or null when it is not an address. Zones (`fe80::1%eth0`) are refused. */
export function parseIp(text: string): IpAddress | null {
  if (text.includes(':')) {
    const bytes = parseIpv6(text);
    return bytes === null ? null : ipFromBytes(bytes);
  }
  const value = ipv4Value(text);
  // Not the text itself, which may be a part of a whole file that would be kept for it.
  return value < 0
    ? null
    : (`${value >>> 24}.${(value >> 16) & 255}.${(value >> 8) & 255}.${value & 255}` as IpAddress);
}

/** The canonical form of `address/length`; null when it is none, or has bits set behind the length. */
export function parsePrefix(text: string): IpPrefix | null {
  const slash = text.lastIndexOf('/');
  const address = slash < 0 ? null : parseIp(text.slice(0, slash));
  const digits = text.slice(slash + 1);
  if (address === null || !/^(0|[1-9]\d{0,2})$/.test(digits)) return null;
  const length = Number(digits);
  if (length > maxPrefixLength(address)) return null;
  const prefix = makePrefix(address, length);
  return prefixAddress(prefix) === address ? prefix : null;
}

export function ipFamily(ip: IpAddress | IpPrefix): IpFamily {
  return ip.includes(':') ? 6 : 4;
}

/** 4 or 16 bytes in network order. */
export function ipBytes(ip: IpAddress): Uint8Array {
  const bytes = ip.includes(':') ? parseIpv6(ip) : parseIpv4(ip);
  if (bytes === null) throw new RangeError(`not a canonical IP address: ${ip}`);
  return bytes;
}

/** The address that 4 or 16 bytes in network order mean. */
export function ipFromBytes(bytes: Uint8Array): IpAddress {
  if (bytes.length === 4) return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}` as IpAddress;
  if (bytes.length !== 16) throw new RangeError(`an IP address has 4 or 16 bytes, not ${bytes.length}`);
  return formatIpv6(bytes) as IpAddress;
}

/** The prefix that `ip` lies in: bits behind `length` are cleared. */
export function makePrefix(ip: IpAddress, length: number): IpPrefix {
  if (!Number.isInteger(length) || length < 0 || length > maxPrefixLength(ip)) {
    throw new RangeError(`${length} is not a prefix length of ${ip}`);
  }
  const bytes = ipBytes(ip);
  for (let i = 0; i < bytes.length; i++) {
    const keep = Math.min(8, Math.max(0, length - i * 8));
    bytes[i] = (bytes[i] ?? 0) & (0xff00 >> keep) & 0xff;
  }
  return `${ipFromBytes(bytes)}/${length}` as IpPrefix;
}

/** The /32 or /128 of one address. */
export function hostPrefix(ip: IpAddress): IpPrefix {
  return `${ip}/${maxPrefixLength(ip)}` as IpPrefix;
}

export function prefixAddress(prefix: IpPrefix): IpAddress {
  return prefix.slice(0, prefix.indexOf('/')) as IpAddress;
}

export function prefixLength(prefix: IpPrefix): number {
  return Number(prefix.slice(prefix.indexOf('/') + 1));
}

/** Is `ip` inside `prefix`? Addresses of the other family never are. */
export function prefixContains(prefix: IpPrefix, ip: IpAddress): boolean {
  return ipFamily(prefix) === ipFamily(ip) && makePrefix(ip, prefixLength(prefix)) === prefix;
}

/** Numeric order, IPv4 before IPv6: the order in which servers are sent to VPP. */
export function compareIps(a: IpAddress, b: IpAddress): number {
  if (a === b) return 0;
  const four = ipv4Value(a);
  const otherFour = ipv4Value(b);
  if (four >= 0 || otherFour >= 0) return four >= 0 && otherFour >= 0 ? four - otherFour : four >= 0 ? -1 : 1;
  const x = ipBytes(a);
  const y = ipBytes(b);
  for (let i = 0; i < x.length; i++) {
    const difference = (x[i] ?? 0) - (y[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function maxPrefixLength(ip: IpAddress): number {
  return ipFamily(ip) === 4 ? 32 : 128;
}

/** The 32 bits of an IPv4 address as a number; -1 for any other. */
export function ipv4Bits(ip: IpAddress): number {
  return ipv4Value(ip);
}

function parseIpv4(text: string): Uint8Array | null {
  const value = ipv4Value(text);
  return value < 0 ? null : Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/**
 * The 32 bits of an IPv4 address as a number, -1 when it is none. Character by character, because a decision about
 * thousands of servers compares hundreds of thousands of addresses.
 */
function ipv4Value(text: string): number {
  let value = 0;
  let parts = 0;
  let part = -1;
  for (let i = 0; i <= text.length; i++) {
    const digit = i === text.length ? DOT : text.charCodeAt(i) - ZERO;
    if (digit >= 0 && digit <= 9) {
      // No leading zeros: `010` is 8 to some programs and 10 to others.
      if (part === 0) return -1;
      part = part < 0 ? digit : part * 10 + digit;
      if (part > 255) return -1;
    } else {
      if (digit !== DOT || part < 0 || ++parts > 4) return -1;
      value = value * 256 + part;
      part = -1;
    }
  }
  return parts === 4 ? value : -1;
}

const ZERO = 48;
/** '.', counted from '0'. */
const DOT = -2;

function parseIpv6(text: string): Uint8Array | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const head = parseGroups(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? '', true) : [];
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const bytes = new Uint8Array(16);
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  groups.forEach((group, i) => {
    bytes[2 * i] = group >> 8;
    bytes[2 * i + 1] = group & 0xff;
  });
  return bytes;
}

/** The 16-bit groups of one side of `::`. The last 32 bits of an address may be written as IPv4. */
function parseGroups(text: string, atEnd: boolean): number[] | null {
  if (text === '') return [];
  const words = text.split(':');
  const groups: number[] = [];
  for (const [i, word] of words.entries()) {
    if (atEnd && i === words.length - 1 && word.includes('.')) {
      const ipv4 = parseIpv4(word);
      if (ipv4 === null) return null;
      const [a = 0, b = 0, c = 0, d = 0] = ipv4;
      groups.push((a << 8) | b, (c << 8) | d);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(word)) {
      groups.push(Number.parseInt(word, 16));
    } else {
      return null;
    }
  }
  return groups;
}

/** RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups (the first one) as `::`. */
function formatIpv6(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0));
  let start = -1;
  let longest = 1;
  for (let i = 0; i < 8; ) {
    let end = i;
    while (end < 8 && groups[end] === 0) end++;
    if (end - i > longest) {
      longest = end - i;
      start = i;
    }
    i = Math.max(end, i + 1);
  }
  const hex = groups.map((group) => group.toString(16));
  if (start < 0) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + longest).join(':')}`;
}
