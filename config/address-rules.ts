import { type IpAddress, type IpFamily, ipBytes, ipFamily } from '../domain/ip.js';

/**
 * Why VPP cannot deliver packets to or from `ip`; null when it can. Loopback addresses of IPv4 pass: VPP treats them
 * like any other, and they are what a trial on one machine uses.
 */
export function unusableInVpp(ip: IpAddress): string | null {
  if (ipFamily(ip) === 4) return unusableIpv4(ip);
  const bytes = ipBytes(ip);
  if (ip !== '::' && startsWithZeros(bytes, 12)) {
    // VPP keeps IPv4 addresses in the last 4 of 16 bytes, and takes what looks like that for one.
    return `VPP takes ${ip} for an IPv4 address, because its first 12 bytes are zero`;
  }
  const [first = 0, second = 0] = bytes;
  if (first === 0xfe && (second & 0xc0) === 0x80) {
    return `${ip} is link-local: it means nothing without an interface`;
  }
  return unusableAsSource(ip);
}

/** Why no host can have the address `ip`; null when one can. */
export function unusableAsSource(ip: IpAddress): string | null {
  if (ipFamily(ip) === 4) return unusableIpv4(ip);
  if (ip === '::') return `${ip} is no address of a host`;
  const bytes = ipBytes(ip);
  if (bytes[0] === 0xff) return `${ip} is a multicast address`;
  if (startsWithZeros(bytes, 10) && bytes[10] === 0xff && bytes[11] === 0xff) {
    return `${ip} is an IPv4 address in IPv6 form: write ${bytes.subarray(12).join('.')}`;
  }
  return null;
}

function unusableIpv4(ip: IpAddress): string | null {
  const first = Number(ip.slice(0, ip.indexOf('.')));
  if (first === 0) return `${ip} is no address of a host`;
  if (first >= 224 && first < 240) return `${ip} is a multicast address`;
  return ip === '255.255.255.255' ? `${ip} is the broadcast address` : null;
}

/** What is wrong with an address that must be of one family; null when nothing is. */
export function wrongFamily(ip: IpAddress, family: IpFamily): string | null {
  const found = ipFamily(ip);
  return found === family ? null : `${ip} is an IPv${found} address: an IPv${family} address is needed here`;
}

function startsWithZeros(bytes: Uint8Array, count: number): boolean {
  return bytes.subarray(0, count).every((byte) => byte === 0);
}
