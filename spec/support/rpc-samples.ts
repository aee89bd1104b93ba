import type { ConfigIssue, MaglevConfig } from '../../domain/config.js';
import type { FlightRecord } from '../../domain/flight-record.js';
import type { PlanReport } from '../../domain/foresight.js';
import type { LbState } from '../../domain/lb.js';
import type { Override } from '../../domain/overrides.js';
import { ProbeNumbers } from '../../domain/probe-numbers.js';
import type { Standings } from '../../domain/standings.js';
import type { SyncReport, SyncSummary } from '../../domain/syncs.js';
import type { BackendView, FrontendView } from '../../protocol/decision.js';
import type { EventList } from '../../protocol/events.js';
import type { ProbeReadings } from '../../protocol/health.js';
import type { VipDebt } from '../../protocol/plan.js';
import type { VppInfo } from '../../protocol/vpp.js';
import type { ActorNode } from '../../rpc/handlers-actors.js';
import { ip, ipPrefix } from './domain-samples.js';

/** What the actors of a small site answer: one TCP frontend with two pools, and one for all ports. */
export const frontends: readonly FrontendView[] = [
  {
    name: 'web',
    description: 'the shop',
    address: ip('192.0.2.1'),
    protocol: 'tcp',
    port: 443,
    srcIpSticky: false,
    flushOnDown: true,
    state: 'up',
    shareError: 0.4,
    pools: [
      {
        name: 'primary',
        active: true,
        backends: [
          {
            name: 'web1',
            state: 'up',
            weight: 100,
            configured: null,
            effectiveWeight: 100,
            reason: 'up in the active pool',
            share: { asked: 1, given: 0.996 },
          },
          {
            name: 'web2-long-name',
            state: 'down',
            weight: 50,
            configured: null,
            effectiveWeight: 0,
            reason: 'down',
            share: null,
          },
        ],
      },
      {
        name: 'fallback',
        active: false,
        backends: [
          {
            name: 'spare',
            state: 'unknown',
            weight: 7,
            configured: 9,
            effectiveWeight: null,
            reason: 'no verdict yet',
            share: null,
          },
        ],
      },
    ],
  },
  {
    name: 'dns6',
    description: '',
    address: ip('2001:db8::53'),
    protocol: 'any',
    port: 0,
    srcIpSticky: true,
    flushOnDown: false,
    state: 'unknown',
    shareError: null,
    pools: [{ name: 'all', active: true, backends: [] }],
  },
];

export const backends: readonly BackendView[] = [
  {
    name: 'web1',
    address: ip('10.0.0.1'),
    healthcheck: 'https',
    enabled: true,
    state: 'up',
    frontends: ['web', 'dns6'],
  },
  {
    name: 'spare',
    address: ip('2001:db8::9'),
    healthcheck: '',
    enabled: false,
    state: 'disabled',
    frontends: [],
  },
];

export const vppInfo: VppInfo = {
  version: '26.10-release',
  buildDate: '2026-10-28T09:00:00',
  buildDirectory: '/build/vpp',
  pid: 4711,
  bootedAt: null,
  connectedAt: Date.UTC(2026, 10, 22, 10, 30, 0, 250),
  pausedUntil: null,
};

export const lbState: LbState = {
  conf: {
    ipv4Source: ip('10.9.9.9'),
    ipv6Source: ip('2001:db8:9::9'),
    stickyBucketsPerCore: 65536,
    flowTimeout: 40,
  },
  vips: [
    {
      key: { prefix: ipPrefix('192.0.2.1/32'), protocol: 6, port: 443 },
      encap: 'gre4',
      tableLength: { value: 1024, exact: true },
      srcIpSticky: false,
      ases: [
        { address: ip('10.0.0.1'), weight: 100, buckets: 1024 },
        { address: ip('10.0.0.2'), weight: 0, buckets: 0 },
      ],
    },
    {
      key: { prefix: ipPrefix('2001:db8::53/128'), protocol: 255, port: 0 },
      encap: 'gre6',
      tableLength: { value: 0, exact: false },
      srcIpSticky: null,
      ases: [],
    },
  ],
};

const [webState, dnsState] = lbState.vips;
if (webState === undefined || dnsState === undefined) throw new Error('no sample');
const keep = { hold: false, flush: false, reason: '' };

/** VPP has all of `web`, and all of `dns6` as far as it tells. */
export const standings: Standings = {
  vpp: { state: 'connected', since: vppInfo.connectedAt },
  conf: null,
  compared: true,
  frontends: [
    {
      frontend: 'web',
      desired: {
        ...webState,
        frontend: 'web',
        encap: 'gre4',
        tableLength: 1024,
        srcIpSticky: false,
        ases: [
          { ...keep, address: ip('10.0.0.1'), backend: 'web1', weight: 100 },
          { ...keep, address: ip('10.0.0.2'), backend: 'web2-long-name', weight: 0 },
        ],
      },
      found: webState,
      buckets: true,
      verdict: 'equal',
      failures: [],
      why: '',
    },
    {
      frontend: 'dns6',
      desired: {
        ...dnsState,
        frontend: 'dns6',
        encap: 'gre6',
        tableLength: 65536,
        srcIpSticky: true,
        ases: [],
      },
      found: dnsState,
      buckets: true,
      verdict: 'unverified',
      failures: [],
      why: 'VPP does not tell whether it is sticky by source address',
    },
  ],
};

/** The last full sync: it changed nothing. */
export const fullSync: SyncSummary = {
  id: 7,
  scope: 'all',
  frontend: null,
  cause: 'tick',
  startedAt: Date.UTC(2026, 10, 22, 10, 31),
  durationMs: 3.5,
  counts: { vipAdded: 0, vipRemoved: 0, asAdded: 0, asRemoved: 0, asWeightUpdated: 0 },
  failures: 0,
  unverified: [],
  error: null,
  repeats: 2,
  lastAt: Date.UTC(2026, 10, 22, 10, 32),
};

export const quietSync: SyncReport = {
  scope: 'all',
  counts: { vipAdded: 0, vipRemoved: 0, asAdded: 0, asRemoved: 0, asWeightUpdated: 0 },
  failures: [],
  unverified: [],
};

export const warning: ConfigIssue = {
  place: { file: '/etc/vpp-maglev/maglev.yaml', line: 12, column: 5 },
  path: 'maglev.backends.spare',
  message: 'no frontend uses this backend',
};

export const mistake: ConfigIssue = {
  place: { file: '/etc/vpp-maglev/maglev.yaml', line: 7, column: 14 },
  path: 'maglev.backends.web1.address',
  message: "'10.0.0.300' is not an IP address",
};

/** A config that is valid as far as these specs care: nothing looks into it. */
export const anyConfig: MaglevConfig = {
  access: null,
  healthchecker: { transitionHistory: 5, netns: '' },
  lb: {
    syncInterval: 30_000,
    statsInterval: 5_000,
    ipv4Source: ip('10.9.9.9'),
    ipv6Source: ip('2001:db8:9::9'),
    stickyBucketsPerCore: 65536,
    flowTimeout: 40_000,
    startupMinDelay: 5_000,
    startupMaxDelay: 30_000,
    newFlowsTableLength: 1024,
    weightMode: { mode: 'exact' },
  },
  healthchecks: new Map(),
  backends: new Map(),
  frontends: new Map(),
};

/** What was told last on that site. */
export const toldEvents: EventList = {
  epoch: 'spec',
  events: [
    {
      seq: 41,
      at: Date.UTC(2026, 0, 2, 3, 4, 5),
      event: {
        name: 'backend-transition',
        level: 'info',
        fields: { backend: 'web1', from: 'down', to: 'up', reason: 'L7OK HTTP 200', code: 'L7OK' },
      },
    },
    {
      seq: 42,
      at: Date.UTC(2026, 0, 2, 3, 4, 6),
      event: { name: 'probe-stall', level: 'warn', fields: { thread: 'main', stallMs: 700 } },
    },
  ],
};

const calm = { state: 'running', mailbox: 0, restarts: 0, lastError: null, children: [] } as const;

export const actorTree: ActorNode = {
  ...calm,
  path: '/root',
  children: [
    { ...calm, path: '/root/events' },
    {
      ...calm,
      path: '/root/vpp',
      state: 'restarting',
      mailbox: 2,
      restarts: 5,
      lastError: 'x is undefined',
      children: [{ ...calm, path: '/root/vpp/connection' }],
    },
  ],
};

/** Two hours ago somebody disabled web1, and an older maglevd kept a weight that waits for its name. */
export function overrides(now: number): Override[] {
  const lasting = { at: null, peer: null, dormantSince: null };
  return [
    {
      ...lasting,
      asked: 'weight 10',
      backend: 'gone',
      frontend: 'old shop',
      pool: 'primary',
      dormantSince: now - 300_000,
      configSays: 'weight: 100',
      effect: 'none: the config lacks the name',
      frontends: [],
    },
    {
      ...lasting,
      asked: 'disable',
      backend: 'web1',
      frontend: null,
      pool: null,
      at: now - 7_200_000,
      peer: 'unix',
      configSays: 'enabled: true',
      effect: 'not probed, weight 0, flows cut',
      frontends: ['a p i', 'web'],
    },
  ];
}

/** What taking web1 out would do. */
export const planReport: PlanReport = {
  conf: null,
  vips: [
    {
      key: { prefix: ipPrefix('192.0.2.1/32'), protocol: 6, port: 443 },
      frontend: 'web',
      operations: [
        {
          op: 'as-weight',
          key: { prefix: ipPrefix('192.0.2.1/32'), protocol: 6, port: 443 },
          address: ip('10.0.0.1'),
          from: 100,
          weight: 0,
          flush: true,
          reason: 'backend web1: disabled',
        },
      ],
      anew: false,
      servesNobody: false,
      vppMs: 0.72,
      tables: null,
      moved: { length: 1024, moved: 250, hadToMove: 102, collateral: 148, gained: 0 },
      atStake: 4711,
    },
  ],
  refused: [],
  begunAnew: [],
  atStake: 4711,
  vppMs: 0.72,
};

/** What the recorder knows of a small site on which little happened. */
export function flightRecord(by: string): FlightRecord {
  const program = { version: '1.2.3', commit: null, date: null, node: 'v22.0.0', pid: 42, startedAt: 1000 };
  return {
    at: Date.UTC(2026, 0, 2, 3, 4, 5),
    by,
    program: { ...program, configFile: '/etc/vpp-maglev/maglev.yaml', vpp: true },
    config: anyConfig,
    overrides: [],
    backends: [],
    probes: null,
    frontends,
    reads: [{ at: 2000, state: lbState }],
    syncs: [{ ...fullSync, operations: [], omitted: 0 }],
    events: toldEvents.events,
    actors: actorTree,
    missing: [{ part: 'backends', code: 'MGL_ASK_TIMEOUT', error: 'health did not answer within 3000 ms' }],
  };
}

/** Of the VIP of web. */
export const debts: readonly VipDebt[] = [
  {
    key: { prefix: ipPrefix('192.0.2.1/32'), protocol: 6, port: 443 },
    frontend: 'web',
    flows: 5000,
    certain: 120,
    most: 4800,
    estimate: null,
    since: null,
  },
];

/** One probe of web1 that passed, and one that was refused. */
export const probeReadings: ProbeReadings = {
  reading: (backend) => {
    if (backend !== 'web1') return null;
    const numbers = new ProbeNumbers();
    numbers.record(0, 'L7OK', Date.UTC(2026, 10, 22, 12, 0, 0), 3.5);
    numbers.record(0, 'L4CON', Date.UTC(2026, 10, 22, 12, 0, 2), 0.25);
    return numbers.read(0);
  },
};
