import fc from 'fast-check';
import type { Backend, Frontend, MaglevConfig, Pool } from '../../domain/config.js';
import {
  compareIps,
  type IpAddress,
  type IpPrefix,
  ipFromBytes,
  parseIp,
  parsePrefix,
} from '../../domain/ip.js';
import type { AsState, Decision, DesiredAs, DesiredVip, LbConf, VipKey, VipState } from '../../domain/lb.js';

/** An address that the spec knows to be one. */
export function ip(text: string): IpAddress {
  const address = parseIp(text);
  if (address === null) throw new Error(`not an address: ${text}`);
  return address;
}

/** A prefix that the spec knows to be one. */
export function ipPrefix(text: string): IpPrefix {
  const prefix = parsePrefix(text);
  if (prefix === null) throw new Error(`not a prefix: ${text}`);
  return prefix;
}

export function vipKey(prefix: string, protocol = 6, port = 80): VipKey {
  return { prefix: ipPrefix(prefix), protocol, port };
}

export function desiredAs(address: string, weight = 100, flush = false): DesiredAs {
  return { address: ip(address), backend: `b-${address}`, weight, hold: false, flush, reason: 'spec' };
}

/** A server without a verdict. */
export function heldAs(address: string, weight = 0): DesiredAs {
  return { ...desiredAs(address, weight), hold: true };
}

export function desiredVip(
  prefix: string,
  ases: readonly DesiredAs[],
  more: Partial<DesiredVip> = {},
): DesiredVip {
  return {
    frontend: `f-${prefix}`,
    key: vipKey(prefix),
    encap: 'gre4',
    tableLength: 1024,
    srcIpSticky: false,
    ases,
    ...more,
  };
}

/** Settings of the lb plugin that no VPP has by itself. */
export const sampleLbConf: LbConf = {
  ipv4Source: ip('198.51.100.1'),
  ipv6Source: ip('2001:db8::1'),
  stickyBucketsPerCore: 65536,
  flowTimeout: 40,
};

/** To have these VIPs, synced every 30 s and read every 5 s. */
export function sampleDecision(vips: readonly DesiredVip[]): Decision {
  return { conf: sampleLbConf, syncInterval: 30_000, statsInterval: 5000, vips };
}

/** What VPP reports for a VIP that was made exactly as `desired` says. Buckets are not modelled. */
export function vipState(desired: DesiredVip, more: Partial<VipState> = {}): VipState {
  return {
    key: desired.key,
    encap: desired.encap,
    tableLength: { value: desired.tableLength, exact: true },
    srcIpSticky: desired.srcIpSticky,
    ases: desired.ases.map(({ address, weight }) => ({ address, weight, buckets: 0 })),
    ...more,
  };
}

const serverAddress = fc.nat(15).map((n) => ipFromBytes(Uint8Array.of(10, 0, 0, n + 1)));

/** Wanted servers in numeric order, each address once. */
export const anyDesiredAses: fc.Arbitrary<DesiredAs[]> = fc
  .uniqueArray(
    fc.record({
      address: serverAddress,
      weight: fc.integer({ min: 0, max: 100 }),
      hold: fc.boolean(),
      flush: fc.boolean(),
    }),
    { selector: ({ address }) => address, maxLength: 8 },
  )
  .map((ases) =>
    ases
      .map((as) => ({ ...as, backend: `b-${as.address}`, reason: 'spec' }))
      .sort((a, b) => compareIps(a.address, b.address)),
  );

/** Servers as VPP may hold them, in any order. */
export const anyAsStates: fc.Arbitrary<AsState[]> = fc.uniqueArray(
  fc.record({
    address: serverAddress,
    weight: fc.integer({ min: 0, max: 255 }),
    buckets: fc.nat(1024),
  }),
  { selector: ({ address }) => address, maxLength: 8 },
);

interface SampleBackend {
  readonly address: string;
  readonly enabled?: boolean;
  readonly healthcheck?: string;
}

/** A checked config without health checks, for specs that do not read YAML. */
export function sampleConfig(
  backends: Readonly<Record<string, SampleBackend>>,
  frontends: readonly Frontend[],
): MaglevConfig {
  return {
    access: null,
    healthchecker: { transitionHistory: 5, netns: '' },
    lb: {
      syncInterval: 30_000,
      statsInterval: 5_000,
      ipv4Source: ip('198.51.100.1'),
      ipv6Source: ip('2001:db8::1'),
      stickyBucketsPerCore: 65536,
      flowTimeout: 40_000,
      startupMinDelay: 5000,
      startupMaxDelay: 30_000,
      newFlowsTableLength: 1024,
      weightMode: { mode: 'exact' },
    },
    healthchecks: new Map(),
    backends: new Map(
      Object.entries(backends).map(
        ([name, { address, enabled = true, healthcheck = null }]): [string, Backend] => [
          name,
          { name, address: ip(address), enabled, healthcheck },
        ],
      ),
    ),
    frontends: new Map(frontends.map((frontend) => [frontend.name, frontend])),
  };
}

/** A frontend on tcp/80; each pool is given as backend name -> weight. */
export function sampleFrontend(
  name: string,
  address: string,
  pools: readonly Readonly<Record<string, number>>[],
  more: Partial<Frontend> = {},
): Frontend {
  return {
    name,
    description: '',
    address: ip(address),
    protocol: 'tcp',
    port: 80,
    srcIpSticky: false,
    flushOnDown: true,
    pools: pools.map(
      (backends, i): Pool => ({
        name: `pool${i}`,
        backends: Object.entries(backends).map(([backend, weight]) => ({ name: backend, weight })),
      }),
    ),
    ...more,
  };
}
