import { type IpPrefix, parseIp, prefixContains } from '../domain/ip.js';
import type { RpcAddress } from './address.js';
import { type Offered, plaintextRefusal } from './served.js';

const loopback: readonly string[] = ['127.0.0.0/8', '::1/128'];

/**
 * Throws MGL_LISTEN when other machines can reach the address: one of `ips`, which its host stands for. Without them
 * only what the address itself says counts; a name says nothing.
 */
export function refuseExposed(address: RpcAddress, served: Offered, ips = ipsIn(address)): void {
  if (address.kind === 'tcp' && !ips.every(isLoopback)) throw plaintextRefusal(address, served);
}

function ipsIn(address: RpcAddress): readonly string[] {
  if (address.kind === 'unix') return [];
  if (address.host === '') return ['::'];
  return parseIp(address.host) === null ? [] : [address.host];
}

/** `ip` may be an IPv4 address in the form of IPv6, as a socket that takes both has it. */
export function isLoopback(ip: string): boolean {
  const parsed = parseIp(ip.replace(/^::ffff:(?=[\d.]+$)/, ''));
  return parsed !== null && loopback.some((prefix) => prefixContains(prefix as IpPrefix, parsed));
}
