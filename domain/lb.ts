import type { IpAddress, IpPrefix } from './ip.js';

/** How VPP carries packets to the servers of a VIP. maglevd itself only asks for gre4 and gre6. */
export type Encap = 'gre4' | 'gre6' | 'l3dsr' | 'nat4' | 'nat6';

/** IP protocol numbers of a VIP; 255 stands for all, and always comes with port 0. */
export const PROTOCOL_TCP = 6;
export const PROTOCOL_UDP = 17;
export const PROTOCOL_ANY = 255;

/** What makes a VIP itself: VPP knows at most one live VIP with the same three. */
export interface VipKey {
  readonly prefix: IpPrefix;
  /** 0..255. */
  readonly protocol: number;
  /** 0 = all ports. */
  readonly port: number;
}

/** A VipKey as text that can be the key of a Map and that people read: `192.0.2.1/32,tcp,443`. */
export type VipId = string;

export function vipId(key: VipKey): VipId {
  return idsOfWanted.get(key) ?? idOf(key);
}

function idOf({ prefix, protocol, port }: VipKey): VipId {
  return `${prefix},${protocolName(protocol)},${port}`;
}

/** A text is made, and hashed, anew each time; and who carries out a change of a VIP asks for it ten times. */
const idsOfWanted = new WeakMap<VipKey, VipId>();

/** The key of a VIP that is wanted, and will be asked for its id again and again. */
export function wantedKey(key: VipKey): VipKey {
  idsOfWanted.set(key, idOf(key));
  return key;
}

export function sameKey(a: VipKey, b: VipKey): boolean {
  return a === b || (a.prefix === b.prefix && a.protocol === b.protocol && a.port === b.port);
}

export function protocolName(protocol: number): string {
  switch (protocol) {
    case PROTOCOL_TCP:
      return 'tcp';
    case PROTOCOL_UDP:
      return 'udp';
    case PROTOCOL_ANY:
      return 'any';
    default:
      return String(protocol);
  }
}

/** The plugin's global settings (`lb_conf`). */
export interface LbConf {
  readonly ipv4Source: IpAddress;
  readonly ipv6Source: IpAddress;
  readonly stickyBucketsPerCore: number;
  /** Seconds. */
  readonly flowTimeout: number;
}

/** An application server as VPP reports it. Only servers in use: removed ones that linger are left out. */
export interface AsState {
  readonly address: IpAddress;
  /** 0..255: VPP takes more than the 0..100 that maglevd sends. */
  readonly weight: number;
  /** Buckets of the VIP's new-flow table that lead to this server. */
  readonly buckets: number;
}

/** A VIP as VPP reports it. */
export interface VipState {
  readonly key: VipKey;
  /** unknown: one that a VPP newer than this program has invented. */
  readonly encap: Encap | 'unknown';
  /**
   * Length of the new-flow table. When `exact` is false it is only known modulo 65536, because the binary API
   * reports it in 16 bits.
   */
  readonly tableLength: { readonly value: number; readonly exact: boolean };
  /** null: not known (it is in no API message, only in VPP's CLI text). */
  readonly srcIpSticky: boolean | null;
  readonly ases: readonly AsState[];
}

/** Everything that the lb plugin holds. */
export interface LbState {
  readonly conf: LbConf;
  readonly vips: readonly VipState[];
}

/** A server as the decision wants it. */
export interface DesiredAs {
  readonly address: IpAddress;
  /** Name of the backend in the config. */
  readonly backend: string;
  /** 0..100. */
  readonly weight: number;
  /**
   * For lack of a verdict, what VPP has is to be kept; `weight` is for a server that VPP does not have, and for a VIP
   * that serves nobody: there is nothing to keep in it.
   */
  readonly hold: boolean;
  /** Whether existing flows are cut when the weight goes to 0. */
  readonly flush: boolean;
  /** It is well, and weighs 0 only because others take over: it serves on until VPP has one of those. */
  readonly relieved?: true;
  /** Why the weight is what it is, in words an operator can act on. */
  readonly reason: string;
}

/** A VIP as the decision wants it. */
export interface DesiredVip {
  /** Name of the frontend in the config. */
  readonly frontend: string;
  readonly key: VipKey;
  readonly encap: Encap;
  readonly tableLength: number;
  readonly srcIpSticky: boolean;
  /** In numeric order, IPv4 before IPv6; each address once. */
  readonly ases: readonly DesiredAs[];
}

/** What VPP should be equal to. */
export interface Decision {
  readonly conf: LbConf;
  /** Between two full syncs, in milliseconds. */
  readonly syncInterval: number;
  /** Between two readings of VPP's counters, in milliseconds. */
  readonly statsInterval: number;
  readonly vips: readonly DesiredVip[];
}

/** Something about a VIP as a whole that a sync could not do, for a reason that is no single operation's. */
export interface VipStep {
  readonly op: 'vip-sync';
  readonly key: VipKey;
  readonly reason: string;
}

/** One change to VPP, with the reason why it is made. */
export type LbOperation =
  | {
      readonly op: 'vip-add';
      readonly key: VipKey;
      readonly encap: Encap;
      readonly tableLength: number;
      readonly srcIpSticky: boolean;
      readonly reason: string;
    }
  | { readonly op: 'vip-del'; readonly key: VipKey; readonly reason: string }
  | {
      readonly op: 'as-add';
      readonly key: VipKey;
      readonly address: IpAddress;
      readonly weight: number;
      readonly reason: string;
    }
  | {
      readonly op: 'as-del';
      readonly key: VipKey;
      readonly address: IpAddress;
      readonly flush: boolean;
      readonly reason: string;
    }
  | {
      readonly op: 'as-weight';
      readonly key: VipKey;
      readonly address: IpAddress;
      readonly from: number;
      readonly weight: number;
      readonly flush: boolean;
      readonly reason: string;
    };

/** Does VPP say the same of a VIP as before, its servers in the same order? */
export function sameVipState(a: VipState, b: VipState): boolean {
  if (a === b) return true;
  if (a.encap !== b.encap || a.srcIpSticky !== b.srcIpSticky || a.ases.length !== b.ases.length) return false;
  const { value, exact } = a.tableLength;
  if (value !== b.tableLength.value || exact !== b.tableLength.exact) return false;
  const { prefix, protocol, port } = a.key;
  if (prefix !== b.key.prefix || protocol !== b.key.protocol || port !== b.key.port) return false;
  for (const [i, { address, weight, buckets }] of a.ases.entries()) {
    const other = b.ases[i];
    if (other === undefined || address !== other.address) return false;
    if (weight !== other.weight || buckets !== other.buckets) return false;
  }
  return true;
}

/** A server of a VIP, as far as flows go. */
export interface ServerFlows {
  readonly address: IpAddress;
  /** 0: it gets no new flows, or was removed and has old ones. */
  readonly weight: number;
  /** Entries that VPP has for it, expired ones included. */
  readonly flows: number;
}

/** What VPP says of the flows of a VIP. */
export interface VipFlows {
  readonly key: VipKey;
  /** Buckets of its new-flow table. */
  readonly tableLength: number;
  readonly servers: readonly ServerFlows[];
}

/** The largest weight of a server: VPP's own bound. */
export const MAX_WEIGHT = 100;

/** The longest new-flow table. VPP allocates 4 bytes an entry from its main heap, and twice that while it rebuilds. */
export const MAX_TABLE_LENGTH = 2 ** 20;

/** VPP allocates 64 bytes a bucket and thread: 256 MB a thread. */
export const MAX_STICKY_BUCKETS = 2 ** 22;

/** Seconds. VPP's timer wheel has no room for more. */
export const MAX_FLOW_TIMEOUT = 120;

export function isWeight(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= MAX_WEIGHT;
}
