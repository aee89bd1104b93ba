import type { Dice } from './dice.js';
import type { BackendPlan, CheckPlan, Fleet, FrontendPlan, PoolPlan } from './scenario.js';

/** A fleet of some backends, in frontends with pools. */
export function drawFleet(dice: Dice, backendCount: number): Fleet {
  const checks = Array.from({ length: dice.from(1, 3) }, (_, i) => drawCheck(dice, i));
  const sixes = dice.chance(0.3) && backendCount >= 4 ? Math.floor(backendCount / 2) : 0;
  const backends = Array.from({ length: backendCount }, (_, i) => drawBackend(dice, checks, i, i < sixes));
  const families = [backends.slice(0, sixes), backends.slice(sixes)].filter((one) => one.length > 0);
  const frontendCount = Math.max(1, Math.round(backendCount / 5) + dice.from(0, 1));
  const sites = drawSites(dice, families, Math.max(1, frontendCount - dice.from(0, 2)));
  const taken = new Set<string>();
  const frontends: FrontendPlan[] = [];
  for (let i = 0; i < frontendCount; i++) {
    const free = sites.filter(({ address, whole }) => !(whole && taken.has(address)));
    if (free.length === 0) break;
    const site = dice.one(free);
    taken.add(site.address);
    frontends.push(drawFrontend(dice, site, i));
  }
  const most = dice.one([5000, 15_000, 30_000]);
  return {
    checks,
    backends,
    frontends,
    tableLength: dice.one([256, 1024, 1024]),
    syncIntervalMs: dice.one([5000, 10_000, 30_000]),
    startupMs: [dice.one([0, 1000, 5000]), most],
    heapBytes: dice.one([1024, 1024, 1024, 64]) * 1024 * 1024,
  };
}

function drawCheck(dice: Dice, i: number): CheckPlan {
  const intervalMs = dice.one([1000, 2000, 2000, 5000]);
  return {
    name: `check${i}`,
    type: dice.one(['http', 'http', 'tcp', 'icmp']),
    intervalMs,
    fastMs: dice.one([intervalMs, 500]),
    downMs: dice.one([intervalMs, 5000]),
    timeoutMs: dice.one([500, 1000]),
    rise: dice.from(1, 3),
    fall: dice.from(1, 4),
  };
}

function drawBackend(dice: Dice, checks: readonly CheckPlan[], i: number, six: boolean): BackendPlan {
  return {
    name: `b${i}`,
    address: six ? `2001:db8:10::${(i + 1).toString(16)}` : `10.0.0.${i + 1}`,
    check: dice.chance(0.07) ? null : dice.one(checks).name,
    enabled: !dice.chance(0.06),
  };
}

/** VPP has one encapsulation for all VIPs of an address: so they have servers of one family. */
interface Site {
  readonly address: string;
  readonly servers: readonly BackendPlan[];
  /** All ports and protocols, which then no other VIP may have. */
  readonly whole: boolean;
}

function drawSites(dice: Dice, families: readonly (readonly BackendPlan[])[], count: number): Site[] {
  return Array.from({ length: count }, (_, i) => ({
    address: dice.chance(0.25) ? `2001:db8:113::${i + 1}` : `203.0.113.${i + 1}`,
    servers: dice.one(families),
    whole: dice.chance(0.15),
  }));
}

function drawFrontend(dice: Dice, site: Site, i: number): FrontendPlan {
  const members = dice.some(site.servers, Math.min(site.servers.length, dice.from(2, 8)));
  const split = dice.chance(0.65) && members.length > 1 ? dice.from(1, members.length - 1) : members.length;
  const pool = (name: string, names: readonly BackendPlan[]): PoolPlan => ({
    name,
    backends: names.map((one) => ({
      name: one.name,
      weight: dice.chance(0.1) ? 0 : dice.one([1, 10, 50, 100]),
    })),
  });
  const pools = [pool('main', members.slice(0, split)), pool('spare', members.slice(split))];
  return {
    name: `f${i}`,
    address: site.address,
    protocol: site.whole ? 'any' : dice.one(['tcp', 'tcp', 'udp']),
    // Those on one address differ in their ports.
    port: site.whole ? 0 : 80 + i,
    sticky: dice.chance(0.2),
    flushOnDown: dice.chance(0.7),
    pools: pools.filter((one) => one.backends.length > 0),
  };
}
