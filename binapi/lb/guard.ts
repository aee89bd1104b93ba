import { MaglevError } from '../../domain/errors.js';
import { type IpAddress, type IpPrefix, ipFamily, parseIp, prefixContains } from '../../domain/ip.js';
import {
  type Encap,
  type LbConf,
  type LbOperation,
  MAX_FLOW_TIMEOUT,
  MAX_STICKY_BUCKETS,
  MAX_TABLE_LENGTH,
  MAX_WEIGHT,
  PROTOCOL_ANY,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
  type VipKey,
} from '../../domain/lb.js';
import { type Address, AddressFamily } from '../generated/ip-types.js';
import { ofLast } from './memo.js';
import { wireAddress, wirePrefix } from './wire-values.js';

/**
 * What the lb plugin must never be sent: it checks little, and some values make VPP abort at once, others at the next
 * packet or the next garbage collection. Every write to the plugin passes here.
 */

/** MGL_VPP_GUARD, naming the value, when these settings would crash VPP; null when they may be sent. */
export function guardConf(conf: LbConf): MaglevError | null {
  const { ipv4Source, ipv6Source, stickyBucketsPerCore, flowTimeout } = conf;
  const why =
    sourceProblem('IPv4', 4, ipv4Source) ??
    sourceProblem('IPv6', 6, ipv6Source) ??
    powerOfTwoProblem('the number of sticky buckets', stickyBucketsPerCore, MAX_STICKY_BUCKETS) ??
    rangeProblem('the flow timeout in seconds', flowTimeout, 1, MAX_FLOW_TIMEOUT);
  return why === null ? null : refusal('lb_conf', why);
}

/**
 * MGL_VPP_GUARD, naming the value, when this operation would crash or confuse VPP; null when it may be sent. Whether
 * the server's family fits the encapsulation cannot be known here; VPP refuses that itself (-97).
 */
export function guardOperation(operation: LbOperation): MaglevError | null {
  const why = prefixProblem(operation.key.prefix) ?? operationProblem(operation);
  return why === null ? null : refusal(`${operation.op} of ${describeKey(operation.key)}`, why);
}

function operationProblem(operation: LbOperation): string | null {
  const { key } = operation;
  switch (operation.op) {
    case 'vip-add':
      return (
        portProblem(key) ??
        encapProblem(operation.encap) ??
        powerOfTwoProblem('the length of the new-flow table', operation.tableLength, MAX_TABLE_LENGTH)
      );
    case 'vip-del':
      return foundPortProblem(key);
    case 'as-add':
      return (
        portProblem(key) ??
        serverProblem(operation.address) ??
        rangeProblem('the weight', operation.weight, 0, MAX_WEIGHT) ??
        loopProblem(key, operation.address)
      );
    case 'as-del':
      return foundPortProblem(key) ?? serverProblem(operation.address);
    case 'as-weight':
      return (
        portProblem(key) ??
        serverProblem(operation.address) ??
        rangeProblem('the weight', operation.weight, 0, MAX_WEIGHT) ??
        (operation.weight > 0 ? loopProblem(key, operation.address) : null)
      );
  }
}

/** Looks at the bytes that would be sent, because it is them that VPP takes. Once for all servers of a VIP. */
const prefixProblem = ofLast((prefix: IpPrefix): string | null => {
  const wire = attempt(() => wirePrefix(prefix));
  if (wire === null) return `${prefix} is not a prefix`;
  const { address, len } = wire;
  // A longer length than there are bits wraps around in VPP, which then writes beyond its tables.
  const bits = address.af === AddressFamily.ADDRESS_IP4 ? 32 : 128;
  const why = rangeProblem(`the length of ${prefix}`, len, 0, bits);
  if (why !== null) return why;
  if (hasBitsBehind(address.un, len)) return `${prefix} has bits behind its length`;
  return isTakenForIpv4(address) ? `VPP takes ${prefix}, with its 96 leading zero bits, for IPv4` : null;
});

/** The rule for what we make: all ports of everything, or one port of TCP or UDP. */
function portProblem({ protocol, port }: VipKey): string | null {
  if (port === 0) return allPortsProblem(protocol);
  if (protocol === PROTOCOL_TCP || protocol === PROTOCOL_UDP)
    return rangeProblem('the port', port, 1, 0xffff);
  return `a VIP for one port has the protocol tcp or udp, not ${protocol}`;
}

/** The rule for what somebody else may have made and we remove: VPP takes any protocol with a port. */
function foundPortProblem({ protocol, port }: VipKey): string | null {
  if (port === 0) return allPortsProblem(protocol);
  return rangeProblem('the port', port, 1, 0xffff) ?? rangeProblem('the protocol', protocol, 0, 255);
}

function allPortsProblem(protocol: number): string | null {
  return protocol === PROTOCOL_ANY ? null : 'a VIP for all ports has the protocol any';
}

/** NAT VIPs crash VPP with port 0 and when two that share a server are removed; L3DSR becomes GRE for IPv6. */
function encapProblem(encap: Encap): string | null {
  return encap === 'gre4' || encap === 'gre6' ? null : `the encapsulation ${encap} is never used`;
}

function serverProblem(server: IpAddress): string | null {
  const address = attempt(() => wireAddress(server));
  if (address === null) return `${server} is not an address`;
  return isTakenForIpv4(address)
    ? `VPP takes the server ${server}, with its 96 leading zero bits, for IPv4`
    : null;
}

/** Packets to that server would go to the VIP again, be encapsulated again, and so on until VPP crashes. */
function loopProblem({ prefix, port }: VipKey, address: IpAddress): string | null {
  if (port !== 0 || !prefixContains(prefix, address)) return null;
  return `the server ${address} lies in the VIP itself, which has all ports: packets to it would loop`;
}

function sourceProblem(name: string, family: 4 | 6, address: IpAddress): string | null {
  const fits = parseIp(address) === address && ipFamily(address) === family;
  return fits ? null : `${address} is not a canonical ${name} address`;
}

function powerOfTwoProblem(what: string, value: number, max: number): string | null {
  const fits = Number.isInteger(value) && value >= 1 && value <= max && Number.isInteger(Math.log2(value));
  return fits ? null : `${what} is ${value}, not a power of two in 1..${max}`;
}

function rangeProblem(what: string, value: number, min: number, max: number): string | null {
  const fits = Number.isInteger(value) && value >= min && value <= max;
  return fits ? null : `${what} is ${value}, not a whole number in ${min}..${max}`;
}

/** VPP keeps no family: 12 leading zero bytes are its sign of IPv4. */
function isTakenForIpv4({ af, un }: Address): boolean {
  if (af === AddressFamily.ADDRESS_IP4) return false;
  return un.subarray(0, 12).every((byte) => byte === 0);
}

function hasBitsBehind(bytes: Uint8Array, length: number): boolean {
  const partial = length >> 3;
  const rest = (bytes[partial] ?? 0) & (0xff >> (length & 7));
  return rest !== 0 || bytes.subarray(partial + 1).some((byte) => byte !== 0);
}

/** null when it throws: domain types promise good text, but this is the last place to look. */
function attempt<T>(run: () => T): T | null {
  try {
    return run();
  } catch {
    return null;
  }
}

function describeKey({ prefix, protocol, port }: VipKey): string {
  return `VIP ${prefix} protocol ${protocol} port ${port}`;
}

function refusal(what: string, why: string): MaglevError {
  return new MaglevError('MGL_VPP_GUARD', `${what} was not sent: ${why}`);
}
