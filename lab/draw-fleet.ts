import type { Dice } from './dice.js';
import type { BackendPlan, CheckPlan, Fleet, FrontendPlan, PoolPlan } from './scenario.js';

/** A fleet of some backends, in frontends with pools. */
export function drawFleet(dice: Dice, backendCount: number): Fleet {
  const checks = Array.from({ length: dice.from(1, 3) }, (_, i) => drawCheck(dice, i));
  const backends = Array.from({ length: backendCount }, (_, i) => drawBackend(dice, checks, i));
  const frontendCount = Math.max(1, Math.round(backendCount / 5));
  const frontends = Array.from({ length: frontendCount }, (_, i) => drawFrontend(dice, backends, i));
  const most = dice.one([5000, 15_000, 30_000]);
  return {
    checks,
    backends,
    frontends,
    tableLength: dice.one([256, 1024, 1024]),
    syncIntervalMs: dice.one([5000, 10_000, 30_000]),
    startupMs: [dice.one([0, 1000, 5000]), most],
    heapBytes: 1024 * 1024 * 1024,
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

function drawBackend(dice: Dice, checks: readonly CheckPlan[], i: number): BackendPlan {
  return {
    name: `b${i}`,
    address: `10.0.${Math.floor(i / 250)}.${(i % 250) + 1}`,
    check: dice.chance(0.07) ? null : dice.one(checks).name,
    enabled: !dice.chance(0.06),
  };
}

function drawFrontend(dice: Dice, backends: readonly BackendPlan[], i: number): FrontendPlan {
  const members = dice.some(backends, Math.min(backends.length, dice.from(2, 8)));
  const split = dice.chance(0.5) && members.length > 1 ? dice.from(1, members.length - 1) : members.length;
  const pool = (name: string, names: readonly BackendPlan[]): PoolPlan => ({
    name,
    backends: names.map((one) => ({
      name: one.name,
      weight: dice.chance(0.1) ? 0 : dice.one([1, 10, 50, 100]),
    })),
  });
  const pools = [pool('main', members.slice(0, split)), pool('spare', members.slice(split))];
  // Those on one address differ in their ports.
  const port = 80 + i;
  return {
    name: `f${i}`,
    address: i % 3 === 2 ? `203.0.113.${i}` : `203.0.113.${i + 1}`,
    protocol: dice.one(['tcp', 'tcp', 'udp']),
    port,
    sticky: dice.chance(0.2),
    flushOnDown: dice.chance(0.7),
    pools: pools.filter((one) => one.backends.length > 0),
  };
}
