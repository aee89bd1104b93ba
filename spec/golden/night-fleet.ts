import { isLeft } from 'fp-ts/lib/Either.js';
import { checkConfigText } from '../../config/check.js';
import type { MaglevConfig } from '../../domain/config.js';
import {
  backendsOf,
  type Circumstances,
  decideFrontend,
  knowledgeOf,
  usersOf,
} from '../../domain/deciding.js';
import { MaglevError } from '../../domain/errors.js';
import type { DesiredVip, LbState, VipState } from '../../domain/lb.js';
import { actOnBackend, effective, type Intents, noIntents, setWeight } from '../../domain/operator.js';
import { overridesOf } from '../../domain/overrides.js';
import type { FrontendStanding } from '../../domain/standings.js';
import type { SyncRecord } from '../../domain/syncs.js';
import { viewBackend, viewFrontend } from '../../domain/views.js';
import { configAnswer } from '../support/config-answer.js';
import { ip } from '../support/domain-samples.js';
import type { Callees } from '../support/rpc-fixture.js';
import { lbCounters } from '../support/rpc-health-samples.js';
import { siteCallees } from '../support/rpc-site.js';
import { hour, lives, minute, night, nightProbes } from './night-lives.js';

const text = `maglev:
  vpp: { lb: { ipv4-src-address: 198.51.100.1, ipv6-src-address: "2001:db8:ff::1" } }
  healthchecks:
    web-https: { type: https, fast-interval: 250ms, down-interval: 15s, params: { path: /healthz, host: shop.example.com } }
    smtp: { type: tcp, port: 25, interval: 5s }
  backends:
    web1: { address: 10.0.0.11, healthcheck: web-https }
    web2: { address: 10.0.0.12, healthcheck: web-https }
    web3: { address: 10.0.0.13, healthcheck: web-https }
    spare1: { address: 10.0.1.21, healthcheck: web-https }
    api-east-1: { address: "2001:db8:1::11", healthcheck: web-https }
    api-east-2: { address: "2001:db8:1::12", healthcheck: web-https }
    mail1: { address: 10.0.2.31, healthcheck: smtp }
    mail2: { address: 10.0.2.32, healthcheck: smtp }
    logs: { address: 10.0.3.41 }
    new1: { address: 10.0.3.42, healthcheck: smtp }
  frontends:
    shop:
      address: 192.0.2.1
      protocol: tcp
      port: 443
      description: "the shop, and its checkout"
      pools:
        - { name: primary, backends: { web1: {}, web2: {}, web3: {} } }
        - { name: fallback, backends: { spare1: { weight: 50 } } }
    api:
      address: 2001:db8::80
      protocol: tcp
      port: 443
      src-ip-sticky: true
      pools: [{ name: main, backends: { api-east-1: {}, api-east-2: {} } }]
    mail: { address: 192.0.2.25, protocol: tcp, port: 25, pools: [{ name: main, backends: { mail1: {}, mail2: {} } }] }
    syslog: { address: 192.0.2.51, protocol: udp, port: 514, flush-on-down: false, pools: [{ name: main, backends: { logs: {}, new1: {} } }] }
`;

const verdict = checkConfigText(text, '/etc/vpp-maglev/maglev.yaml');
if (!verdict.ok) throw new Error(verdict.issues.map(({ message }) => message).join('\n'));
export const config: MaglevConfig = verdict.config;

/** What operators asked for: a server is out for work, one is paused, and one has less to do. */
function intents(): Intents {
  const disabled = actOnBackend(noIntents, config, 'web3', 'disable', {
    at: night - 26 * hour,
    peer: 'uid:1000',
  });
  if (isLeft(disabled)) throw disabled.left;
  const paused = actOnBackend(disabled.right, config, 'mail2', 'pause', {
    at: night - 17 * minute,
    peer: 'token:ci',
  });
  if (isLeft(paused)) throw paused.left;
  const change = { frontend: 'shop', pool: 'primary', backend: 'web1', weight: 40 };
  const lighter = setWeight(paused.right, config, change, { at: night - 3 * hour, peer: 'uid:1000' });
  if (isLeft(lighter)) throw lighter.left;
  return lighter.right;
}

const asked = intents();
const counts = effective(asked, config);

const circumstances: Circumstances = {
  effective: counts,
  heard: new Map(
    [...config.backends.values()].map(({ name, address }) => [
      name,
      { address, state: lives.get(name)?.state ?? 'unknown', givenUp: false },
    ]),
  ),
  holdAll: false,
};

const frontendViews = [...counts.config.frontends.values()].map((frontend) => {
  const { states, patience } = knowledgeOf(backendsOf(frontend), circumstances);
  return viewFrontend(frontend, counts.config, decideFrontend(frontend, circumstances).vip, states, patience);
});

const users = usersOf(config);
const backendViews = [...counts.config.backends.values()].map((backend) =>
  viewBackend(backend, users.get(backend.name) ?? [], knowledgeOf([backend.name], circumstances).states),
);

/** What VPP has: mostly what is wanted; of mail one server is missing, and it still sends flows to the other. */
function standingOf(name: string): FrontendStanding {
  const frontend = counts.config.frontends.get(name);
  if (frontend === undefined) throw new Error(name);
  const desired = decideFrontend(frontend, circumstances).vip;
  const found = foundOf(desired);
  const base = { frontend: name, desired, found, buckets: true, failures: [], why: '' } as const;
  if (name !== 'mail') return { ...base, verdict: 'equal' };
  const [first] = found.ases;
  if (first === undefined) throw new Error('mail has servers');
  const operation = {
    op: 'as-weight',
    key: desired.key,
    address: first.address,
    weight: 0,
    from: 100,
    flush: true,
    reason: 'down',
  } as const;
  const error = new MaglevError(
    'MGL_VPP_RETVAL',
    'VPP answered -73 (invalid address family) to lb_as_set_weight',
  );
  return {
    ...base,
    found: { ...found, ases: [{ ...first, weight: 100, buckets: 1024 }] },
    buckets: false,
    verdict: 'differs',
    failures: [{ operation, error }],
  };
}

function foundOf({ key, encap, tableLength, srcIpSticky, ases }: DesiredVip): VipState {
  const total = ases.reduce((sum, { weight }) => sum + weight, 0);
  return {
    key,
    encap,
    tableLength: { value: tableLength, exact: true },
    srcIpSticky,
    ases: ases.map(({ address, weight, hold }) => {
      // Of a server that is held, VPP has what it had.
      const has = hold ? 100 : weight;
      return { address, weight: has, buckets: total === 0 ? 0 : Math.round((tableLength * has) / total) };
    }),
  };
}

const standings = [...config.frontends.keys()].map(standingOf);
const lbState: LbState = {
  conf: {
    ipv4Source: ip('198.51.100.1'),
    ipv6Source: ip('2001:db8:ff::1'),
    stickyBucketsPerCore: 65536,
    flowTimeout: 40,
  },
  vips: standings.flatMap(({ found }) => (found === null || found === undefined ? [] : [found])),
};

const none = { vipAdded: 0, vipRemoved: 0, asAdded: 0, asRemoved: 0, asWeightUpdated: 0 };

function sync(id: number, ago: number, more: Partial<SyncRecord>): SyncRecord {
  return {
    id,
    scope: 'all',
    frontend: null,
    cause: 'tick',
    startedAt: night - ago,
    durationMs: 3.125,
    counts: none,
    failures: 0,
    unverified: [],
    error: null,
    repeats: 0,
    lastAt: night - ago,
    operations: [],
    omitted: 0,
    ...more,
  };
}

const [mailStanding] = standings.filter(({ frontend }) => frontend === 'mail');
const syncs: readonly SyncRecord[] = [
  sync(1, 50 * hour, { durationMs: 21.4, counts: { ...none, vipAdded: 4, asAdded: 10 } }),
  sync(2, 49.9 * hour, { repeats: 5_980, lastAt: night - 9 * minute }),
  sync(3, 8 * minute, {
    scope: 'vip',
    frontend: 'mail',
    cause: 'decision',
    durationMs: 1.25,
    failures: 1,
    operations: (mailStanding?.failures ?? []).map(({ operation, error }) => ({
      operation,
      outcome: 'failed',
      error,
      retval: -73,
      at: night - 8 * minute,
    })),
  }),
  sync(4, 20_000, { failures: 1 }),
];

const vppInfo = {
  version: '26.10-release',
  buildDate: '2036-10-28T09:00:00',
  buildDirectory: '/build/vpp',
  pid: 4711,
  bootedAt: night - 51 * hour,
  connectedAt: night - 50 * hour,
  pausedUntil: null,
};

const told = [
  {
    seq: 412,
    at: night - 17 * minute - 3_000,
    event: {
      name: 'backend-transition',
      level: 'info',
      fields: { backend: 'web2', from: 'up', to: 'down', reason: 'L7STS HTTP 503', code: 'L7STS' },
    },
  },
  {
    seq: 413,
    at: night - 8 * minute,
    event: {
      name: 'frontend-transition',
      level: 'warn',
      fields: { frontend: 'mail', from: 'up', to: 'down', pool: 'main' },
    },
  },
] as const;

function unknownName(code: 'MGL_BACKEND_UNKNOWN' | 'MGL_FRONTEND_UNKNOWN', name: string): MaglevError {
  return new MaglevError(code, `'${name}' is not in the config`);
}

/** The actors of that fleet. */
export function nightCallees(): Callees {
  return {
    ...siteCallees(),
    views: (message) => {
      switch (message.type) {
        case 'list-frontends':
          message.reply.ok(frontendViews);
          break;
        case 'list-backends':
          message.reply.ok(backendViews);
          break;
        case 'get-frontend': {
          const found = frontendViews.find(({ name }) => name === message.name);
          if (found === undefined) message.reply.fail(unknownName('MGL_FRONTEND_UNKNOWN', message.name));
          else message.reply.ok(found);
          break;
        }
        case 'get-backend': {
          const found = backendViews.find(({ name }) => name === message.name);
          if (found === undefined) message.reply.fail(unknownName('MGL_BACKEND_UNKNOWN', message.name));
          else message.reply.ok(found);
          break;
        }
      }
    },
    health: (message) => {
      if (message.type === 'list-states') return;
      if (message.type === 'get-probe-numbers') return void message.reply.ok(nightProbes);
      const details = [...lives].map(([name, life]) => ({ name, life, givenUp: false }));
      if (message.type === 'list-details') message.reply.ok(details);
      else if (message.type === 'get-detail') {
        const found = details.find(({ name }) => name === message.name);
        if (found === undefined) message.reply.fail(unknownName('MGL_BACKEND_UNKNOWN', message.name));
        else message.reply.ok(found);
      }
    },
    operator: (message) => {
      if (message.type === 'get-effective') return;
      if (message.type === 'list-overrides') message.reply.ok(overridesOf(asked, config));
      else
        message.reply.ok({
          summary: `${message.type === 'set-weight' ? `weight ${message.change.weight}` : `${message.action}d`}; 1 frontend, 1 weight set, acknowledged by VPP in 4 ms`,
          warning: null,
          applied: [{ frontend: 'shop', acknowledged: 1, weights: 1, flushed: [], pending: null }],
          tookMs: 4.25,
        });
    },
    config: (message) => {
      if (message.type === 'get-config') message.reply.ok(config);
      else if (message.type === 'get-warnings') message.reply.ok(verdict.ok ? verdict.warnings : []);
      else message.reply.ok(configAnswer({ ok: true, config, warnings: [] }, config));
    },
    events: (message) => {
      if (message.type === 'list-events') message.reply.ok({ epoch: 'night', events: told });
      else siteCallees().events(message);
    },
    vpp: (message) => {
      switch (message.type) {
        case 'list-standings':
          message.reply.ok({
            vpp: { state: 'connected', since: night - 50 * hour },
            conf: null,
            compared: true,
            frontends: standings,
          });
          break;
        case 'list-syncs':
          message.reply.ok(syncs);
          break;
        case 'get-sync': {
          const found = syncs.find(({ id }) => id === message.id);
          if (found !== undefined) message.reply.ok(found);
          break;
        }
        case 'get-info':
          message.reply.ok(vppInfo);
          break;
        case 'get-lb-counters':
          message.reply.ok(lbCounters(night));
          break;
        case 'get-lb-state':
          message.reply.ok(lbState);
          break;
        default:
          siteCallees().vpp?.(message);
      }
    },
  };
}
