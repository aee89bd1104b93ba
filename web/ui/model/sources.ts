/**
 * Where each number of the page can be had from otherwise: by which command of maglevc, and under which name from
 * maglevd's metrics. `<name>` stands for what the number is about.
 */
interface Source {
  /** What it is, in a few words. */
  readonly what: string;
  readonly command: string;
  /** null: no metric has it. */
  readonly metric: string | null;
}

export const sources = {
  version: { what: 'version of maglevd', command: 'show version', metric: 'maglev_build_info' },
  vppSince: {
    what: 'connected to VPP since',
    command: 'show vpp info',
    metric: 'maglev_vpp_connected_seconds',
  },
  vppState: { what: 'is VPP there, and governed?', command: 'show status', metric: 'maglev_vpp_state' },
  standing: {
    what: 'does VPP equal the decision?',
    command: 'show status',
    metric: 'maglev_vpp_equals_decision',
  },
  frontendsUp: { what: 'frontends that are up', command: 'show frontends', metric: 'maglev_frontend_state' },
  backendsUp: { what: 'backends that are up', command: 'show backends', metric: 'maglev_backend_state' },
  backendsDown: { what: 'backends that are down', command: 'show backends', metric: 'maglev_backend_state' },
  doubts: {
    what: 'backends that cannot be measured now',
    command: 'show backends',
    metric: 'maglev_backend_doubt',
  },
  holds: {
    what: 'members of pools of which VPP keeps what it has, for lack of a verdict',
    command: 'show frontends',
    metric: 'maglev_frontend_pool_backend_hold',
  },
  overrides: {
    what: 'where an operator said something else than the config',
    command: 'show overrides',
    metric: 'maglev_backend_override',
  },
  untracked: {
    what: 'share of packets whose flow VPP has no room to remember',
    command: 'show vpp lb counters',
    metric: 'maglev_vpp_vip_packets_total',
  },
  digest: {
    what: 'over all that decides where new flows go; equal digests send each flow to the same server',
    command: 'show vpp lbstate',
    metric: 'maglev_frontend_table_digest',
  },
  state: { what: 'state', command: 'show backend <name>', metric: 'maglev_backend_state' },
  stateAge: {
    what: 'since when it is in that state',
    command: 'show backend <name>',
    metric: 'maglev_backend_state_age_seconds',
  },
  frontendState: { what: 'state', command: 'show frontend <name>', metric: 'maglev_frontend_state' },
  frontendStanding: {
    what: 'does VPP have what was decided for it?',
    command: 'show frontend <name>',
    metric: 'maglev_frontend_vpp_equals_decision',
  },
  weight: {
    what: 'weight by the config, or by an operator',
    command: 'show frontend <name>',
    metric: 'maglev_frontend_pool_backend_weight',
  },
  effectiveWeight: {
    what: 'weight that was decided',
    command: 'show frontend <name>',
    metric: 'maglev_frontend_pool_backend_effective_weight',
  },
  vppWeight: {
    what: 'weight that VPP has',
    command: 'show vpp lbstate <name>',
    metric: 'maglev_frontend_pool_backend_vpp_weight',
  },
  buckets: {
    what: "buckets of VPP's table that lead to it",
    command: 'show vpp lbstate <name>',
    metric: 'maglev_frontend_pool_backend_vpp_buckets',
  },
  tableLength: { what: "buckets of VPP's table", command: 'show vpp lbstate <name>', metric: null },
  shareGiven: {
    what: "share of new flows that VPP's table gives it",
    command: 'show frontend <name>',
    metric: 'maglev_frontend_pool_backend_share_given_ratio',
  },
  shareAsked: {
    what: 'share of new flows that its weight asks for',
    command: 'show frontend <name>',
    metric: 'maglev_frontend_pool_backend_share_asked_ratio',
  },
  shareError: {
    what: 'by how many hundredths of new flows a share is off at most',
    command: 'show frontend <name>',
    metric: null,
  },
  packets: {
    what: 'packets a second to this server, of all VIPs that use it',
    command: 'show vpp lb counters <name>',
    metric: 'maglev_vpp_backend_route_packets_total',
  },
  bytes: {
    what: 'bytes a second to this server, outer headers included',
    command: 'show vpp lb counters <name>',
    metric: 'maglev_vpp_backend_route_bytes_total',
  },
  vipPackets: {
    what: 'packets a second of this VIP',
    command: 'show vpp lb counters <name>',
    metric: 'maglev_vpp_vip_packets_total',
  },
  vipFlows: {
    what: 'new flows a second of this VIP',
    command: 'show vpp lb counters <name>',
    metric: 'maglev_vpp_vip_packets_total',
  },
  debt: {
    what: 'flows that would change their server if this VPP restarted now',
    command: 'show vpp lbstate <name>',
    metric: null,
  },
  syncTime: {
    what: 'how long the sync took',
    command: 'show vpp syncs',
    metric: 'maglev_vpp_sync_duration_seconds',
  },
  syncs: { what: 'what syncs did', command: 'show vpp syncs', metric: 'maglev_vpp_syncs_total' },
  probes: { what: 'results of probes', command: 'show backend <name>', metric: 'maglev_probe_total' },
  probeTime: {
    what: 'how long probes took',
    command: 'show backend <name>',
    metric: 'maglev_probe_duration_seconds',
  },
  flowsAtStake: { what: 'flows that would be cut or forgotten', command: 'plan sync', metric: null },
  bucketsMoved: {
    what: 'buckets that get another server: new flows there go elsewhere',
    command: 'plan sync',
    metric: null,
  },
  applyTime: {
    what: "milliseconds of VPP's main thread, foretold",
    command: 'plan sync',
    metric: 'maglev_vpp_apply_seconds',
  },
} as const satisfies Readonly<Record<string, Source>>;

export type SourceName = keyof typeof sources;

/** What stands beside a number under the pointer or the focus. */
export function sourceText(source: SourceName, name = ''): string {
  const { what, command, metric }: Source = sources[source];
  const exported = metric === null ? '' : `\nmetric ${metric}`;
  return `${what}\nmaglevc ${command.replace('<name>', wordOf(name))}${exported}`;
}

/** As maglevc takes it: what is not one plain word, in quotes. */
function wordOf(name: string): string {
  return name === '' ? '<name>' : /^[\w.:-]+$/.test(name) ? name : `'${name}'`;
}
