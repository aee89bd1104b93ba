/** What to put into a fresh segment, in the order of a VPP that has just started. */
export type VppEntry =
  | { readonly kind: 'scalar' | 'gauge'; readonly name: string; readonly value?: bigint }
  /** Counters of the main thread only (VPP uses the index for something else than interfaces), or of all threads. */
  | {
      readonly kind: 'simple' | 'combined';
      readonly name: string;
      readonly length: number;
      readonly threads: 'main' | 'all';
      readonly values?: readonly bigint[];
    }
  | { readonly kind: 'names'; readonly name: string; readonly values: readonly string[] }
  | { readonly kind: 'symlink'; readonly name: string; readonly target: string; readonly column: number };

const simple = (name: string, length = 1): VppEntry => ({ kind: 'simple', name, length, threads: 'all' });
const combined = (name: string, length = 1): VppEntry => ({ kind: 'combined', name, length, threads: 'all' });
const gauge = (name: string, value = 0n): VppEntry => ({ kind: 'gauge', name, value });
const scalar = (name: string): VppEntry => ({ kind: 'scalar', name });

/** Total, used, free, used by mmap, largest, free chunks, releasable. */
function memory(heap: string, total: bigint, used: bigint): VppEntry[] {
  const name = `/mem/${heap}`;
  const values = [total, used, total - used, 0n, total, 72n, total - used];
  return [
    { kind: 'simple', name, length: values.length, threads: 'main', values },
    { kind: 'symlink', name: `${name}/used`, target: name, column: 1 },
    { kind: 'symlink', name: `${name}/total`, target: name, column: 0 },
    { kind: 'symlink', name: `${name}/free`, target: name, column: 2 },
  ];
}

const lbNodes = [
  ...['lb-nat6-in2out', 'lb-nat4-in2out', 'lb6-nodeport', 'lb4-nodeport', 'lb4-nat4-port', 'lb6-nat6-port'],
  ...['lb4-l3dsr', 'lb4-l3dsr-port', 'lb4-gre4-port', 'lb4-gre6-port', 'lb6-gre4-port', 'lb6-gre6-port'],
  ...['lb4-gre4', 'lb4-gre6', 'lb6-gre4', 'lb6-gre6'],
];

/** Registered by the lb plugin, and never counted on the GRE paths. */
const lbErrors = lbNodes.flatMap((node) => [`${node}/no error`, `${node}/protocol not supported`]);

const interfaceCounters = {
  simple: ['drops', 'punt', 'ip4', 'ip6', 'rx-no-buf', 'rx-miss', 'rx-error', 'tx-error', 'mpls'],
  combined: ['rx', 'tx'].flatMap((way) => [way, `${way}-unicast`, `${way}-multicast`, `${way}-broadcast`]),
};

const neighbourCounters = ['net/arp', 'net/ip6-nd'].flatMap((protocol) =>
  ['rx', 'tx'].flatMap((way) =>
    ['replies', 'requests', 'gratuitous'].map((what) => `/${protocol}/${way}/${what}`),
  ),
);

/**
 * The entries of a fresh VPP with the lb plugin and no interface but local0, less the errors of three thousand other
 * nodes. The first three are always at these places.
 */
export function entriesOfFreshVpp(threads: number, segmentSize: number): VppEntry[] {
  return [
    scalar('/sys/heartbeat'),
    scalar('/sys/last_stats_clear'),
    scalar('/sys/boottime'),
    ...memory('stat segment', BigInt(segmentSize - 4096), 0n),
    gauge('/sys/vector_rate'),
    // VPP makes one more than it has threads.
    { kind: 'simple', name: '/sys/vector_rate_per_worker', length: threads + 1, threads: 'main' },
    { kind: 'simple', name: '/sys/loops_per_worker', length: threads + 1, threads: 'main' },
    gauge('/buffer-pools/default-numa-0/cached'),
    gauge('/buffer-pools/default-numa-0/used'),
    gauge('/buffer-pools/default-numa-0/available', 16_384n),
    gauge('/sys/num_worker_threads', BigInt(threads - 1)),
    simple('/node/errors', lbErrors.length),
    ...lbErrors.map(
      (error, column): VppEntry => ({
        kind: 'symlink',
        name: `/err/${error}`,
        target: '/node/errors',
        column,
      }),
    ),
    scalar('/sys/last_update'),
    gauge('/sys/input_rate'),
    // These grow with the load-balance objects, of which the FIB tells.
    combined('/net/route/to'),
    combined('/net/route/via'),
    combined('/net/mroute', 6),
    ...interfaceCounters.simple.map((name) => simple(`/if/${name}`)),
    ...interfaceCounters.combined.map((name) => combined(`/if/${name}`)),
    ...neighbourCounters.map((name) => simple(name)),
    { kind: 'names', name: '/if/names', values: ['local0'] },
    ...[...interfaceCounters.simple, ...interfaceCounters.combined].map(
      (name): VppEntry => ({
        kind: 'symlink',
        name: `/interfaces/local0/${name}`,
        target: `/if/${name}`,
        column: 0,
      }),
    ),
    ...['udp4/sessions', 'udp6/sessions', 'udp4/sessions_mh', 'udp6/sessions_mh'].map((name) =>
      gauge(`/bfd/${name}`),
    ),
    combined('/net/punt', 5),
    ...memory('main heap', 1_073_741_824n, 30_000_000n),
  ];
}
