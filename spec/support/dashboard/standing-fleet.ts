import type {
  Backend,
  Frontend,
  Maglevd,
  Member,
  Picture,
  Summary,
  Sync,
  TimelineEvent,
  VipCounters,
} from '../../../web/contract.js';

export interface FleetSize {
  readonly frontends: number;
  /** Of each frontend; they are of one pool but the last, which is a spare. */
  readonly members: number;
}

/** What a maglevd of the stand-in has: made up, whole, and the same every time. */
export function pictureOf({ frontends, members }: FleetSize, now: number): Picture {
  const names = Array.from({ length: frontends }, (_, f) => frontendNames[f] ?? `service${f}`);
  const backendsOf = (f: number) =>
    Array.from({ length: members }, (_, b) => `${names[f]}-${String(b + 1).padStart(2, '0')}`);
  const backends = names.flatMap((name, f) =>
    backendsOf(f).map((backend, b) => backendOf(backend, name, `10.${f >> 8}.${f & 255}.${b + 1}`, now)),
  );
  return {
    frontends: names.map((name, f) => frontendOf(name, f, backendsOf(f), now)),
    backends,
    syncs: [syncAt(1, now - 60_000)],
    debts: [],
    counters: { at: now, vips: names.map((name, f) => countersOf(name, f, backendsOf(f))) },
  };
}

const frontendNames = ['shop', 'api', 'mail', 'images', 'login', 'search', 'resolver', 'git'];

function frontendOf(name: string, f: number, backends: readonly string[], now: number): Frontend {
  const serving = Math.max(1, backends.length - 1);
  const member = (backend: string, index: number): Member => {
    const serves = index < serving;
    return {
      backend,
      weight: 100,
      configuredWeight: null,
      effectiveWeight: serves ? 100 : 0,
      vppWeight: serves ? 100 : 0,
      buckets: serves ? Math.floor(4096 / serving) + (index < 4096 % serving ? 1 : 0) : 0,
      shareAsked: serves ? 1 / serving : null,
      shareGiven: serves ? 1 / serving : null,
      reason: serves ? 'up, in the active pool' : 'up, but pool main is active',
    };
  };
  const all = backends.map(member);
  return {
    name,
    address: `192.0.2.${(f % 250) + 1}`,
    protocol: 'tcp',
    port: 443,
    description: `what ${name} serves`,
    srcIpSticky: false,
    flushOnDown: true,
    state: 'up',
    since: now - 7_200_000,
    activePool: 'main',
    standing: { state: 'equal', differences: [] },
    doubts: 0,
    holds: 0,
    overrides: 0,
    shareError: 0.02,
    digest: `5d41402abc4b2a76${f.toString(16).padStart(4, '0')}`,
    tableLength: 4096,
    pools: [
      { name: 'main', members: all.slice(0, serving) },
      ...(all.length > serving ? [{ name: 'spare', members: all.slice(serving) }] : []),
    ],
  };
}

function backendOf(name: string, frontend: string, address: string, now: number): Backend {
  return {
    name,
    address,
    healthcheck: 'web',
    enabled: true,
    state: 'up',
    since: now - 7_200_000,
    from: 'unknown',
    cause: 'L7OK HTTP 200',
    code: 'L7OK',
    givenUp: false,
    doubt: null,
    override: '',
    frontends: [frontend],
  };
}

export function countersOf(frontend: string, f: number, backends: readonly string[]): VipCounters {
  const rate = (b: number) => 1200 + ((f * 37 + b * 91) % 400);
  const servers = backends.slice(0, Math.max(1, backends.length - 1));
  return {
    frontend,
    vip: `192.0.2.${(f % 250) + 1}/32,tcp,443`,
    next: 1e6,
    first: 1e4,
    untracked: 10,
    noServer: 0,
    packets: 1e6,
    bytes: 8e8,
    packetsPerSecond: servers.reduce((sum, _, b) => sum + rate(b), 0),
    flowsPerSecond: servers.length * 21,
    servers: servers.map((backend, b) => ({
      backend,
      address: `10.${f >> 8}.${f & 255}.${b + 1}`,
      packets: 1e5,
      bytes: 8e7,
      packetsPerSecond: rate(b),
      bytesPerSecond: rate(b) * 840,
    })),
  };
}

export function syncAt(id: number, start: number): Sync {
  return {
    id,
    scope: 'all',
    frontend: null,
    cause: 'tick',
    start,
    durationMs: 3.2,
    vipAdded: 0,
    vipRemoved: 0,
    asAdded: 0,
    asRemoved: 0,
    asWeightUpdated: 0,
    failures: 0,
    unverified: [],
    error: '',
    repeats: 5,
    last: start + 50_000,
  };
}

export function maglevdOf(id: string, picture: Picture, now: number): Maglevd {
  return {
    id,
    name: id,
    address: `${id}.example.net:9090`,
    link: { state: 'connected', since: now - 3_600_000 },
    sameAs: null,
    clock: { skewMs: 0, error: 3 },
    role: 'admin',
    summary: summaryOf(picture, now),
    readAt: now,
    readError: null,
  };
}

export function summaryOf(picture: Picture, now: number): Summary {
  const count = (is: (backend: Backend) => boolean) => picture.backends.filter(is).length;
  return {
    version: '0.1.0',
    startedAt: now - 86_400_000,
    vpp: {
      state: 'connected',
      since: now - 3_600_000,
      until: null,
      reason: '',
      code: '',
      version: '26.10-release',
      pid: 4711,
      bootedAt: now - 90_000_000,
      connectedAt: now - 3_600_000,
    },
    standing: { state: 'equal', differences: [] },
    frontendsTotal: picture.frontends.length,
    frontendsUp: picture.frontends.filter(({ state }) => state === 'up').length,
    backendsTotal: picture.backends.length,
    backendsUp: count(({ state }) => state === 'up'),
    backendsDown: count(({ state }) => state === 'down'),
    doubts: count(({ doubt }) => doubt !== null),
    holds: 0,
    overrides: count(({ override }) => override !== ''),
    untrackedPackets: 0.0004,
    digest: '5d41402abc4b2a76b9719d911017c592',
    disagrees: [],
    warnings: [],
  };
}

export function transition(
  seq: number,
  at: number,
  backend: string,
  from: string,
  to: string,
): TimelineEvent {
  const reason = to === 'down' ? 'L7STS HTTP 503' : 'L7OK HTTP 200';
  const attrs = { backend, from, to, reason, code: to === 'down' ? 'L7STS' : 'L7OK' };
  return { seq, epoch: 'life', at, level: 'info', msg: 'backend-transition', attrs };
}
