import { runDay, type Violation } from './day.js';
import type { Invariant } from './invariant.js';
import { endOf, type Fault, type FrontendPlan, type Scenario } from './scenario.js';

export interface ShrinkOptions {
  /** Default: all. */
  readonly invariants?: readonly Invariant[];
  /** Days that may be played for it; default 400. */
  readonly patience?: number;
}

export interface Shrunk {
  readonly scenario: Scenario;
  readonly violation: Violation;
  /** Days that were played. */
  readonly played: number;
}

/** What is played behind the violation, and the last fault, in milliseconds. */
const BEHIND_MS = 1000;

/**
 * The smallest day that still breaks the same invariant: without the faults, the frontends and the servers that it does
 * not need, and no longer than it must be. null: nothing is broken on this day.
 */
export async function shrink(scenario: Scenario, options: ShrinkOptions = {}): Promise<Shrunk | null> {
  return new Shrinking(options).shrink(scenario);
}

class Shrinking {
  readonly #options: ShrinkOptions;
  #left: number;
  #played = 0;

  constructor(options: ShrinkOptions) {
    this.#options = options;
    this.#left = options.patience ?? 400;
  }

  async shrink(scenario: Scenario): Promise<Shrunk | null> {
    const first = await this.#broken(scenario, null);
    if (first === null) return null;
    let best = { scenario: upTo(scenario, first.at), violation: first };
    const better = async (smaller: Scenario): Promise<boolean> => {
      const violation = await this.#broken(smaller, first.invariant);
      if (violation !== null) best = { scenario: upTo(smaller, violation.at), violation };
      return violation !== null;
    };
    if ((await this.#broken(best.scenario, first.invariant)) === null) best = { scenario, violation: first };
    for (let before = -1; before !== size(best.scenario) && this.#left > 0; ) {
      before = size(best.scenario);
      await this.#fewerFaults(() => best.scenario, better);
      for (const { name } of best.scenario.fleet.frontends)
        await better(withoutFrontend(best.scenario, name));
      for (const { name } of best.scenario.fleet.backends) await better(withoutBackend(best.scenario, name));
      await this.#shorterFaults(() => best.scenario, better);
    }
    return { ...best, played: this.#played };
  }

  /** Delta debugging: halves first, then smaller and smaller parts. */
  async #fewerFaults(now: () => Scenario, better: (smaller: Scenario) => Promise<boolean>): Promise<void> {
    for (let part = Math.ceil(now().faults.length / 2); part >= 1; part = Math.floor(part / 2)) {
      for (let at = 0; at < now().faults.length && this.#left > 0; ) {
        const { faults } = now();
        const fewer = [...faults.slice(0, at), ...faults.slice(at + part)];
        if (!(await better({ ...now(), faults: fewer }))) at += part;
      }
    }
  }

  async #shorterFaults(now: () => Scenario, better: (smaller: Scenario) => Promise<boolean>): Promise<void> {
    for (let i = 0; i < now().faults.length && this.#left > 0; i++) {
      const fault = now().faults[i];
      if (fault === undefined || !('forMs' in fault) || fault.forMs <= 1000) continue;
      const shorter: Fault = { ...fault, forMs: Math.ceil(fault.forMs / 2) };
      await better({ ...now(), faults: now().faults.map((one, at) => (at === i ? shorter : one)) });
    }
  }

  /** The first violation, if it is of this invariant. */
  async #broken(scenario: Scenario, invariant: string | null): Promise<Violation | null> {
    if (this.#left <= 0) return null;
    this.#left--;
    this.#played++;
    const { invariants } = this.#options;
    const { violations } = await runDay(scenario, invariants === undefined ? {} : { invariants });
    const [first = null] = violations;
    return invariant === null || first?.invariant === invariant ? first : null;
  }
}

function size({ faults, fleet, durationMs }: Scenario): number {
  const lasting = faults.reduce((sum, fault) => sum + endOf(fault) - fault.at, 0);
  return (
    faults.length * 1e9 +
    fleet.backends.length * 1e8 +
    fleet.frontends.length * 1e8 +
    lasting +
    durationMs / 1e6
  );
}

function upTo(scenario: Scenario, at: number): Scenario {
  const durationMs = Math.min(scenario.durationMs, Math.ceil(at + BEHIND_MS));
  return { ...scenario, durationMs, faults: scenario.faults.filter((fault) => fault.at <= at) };
}

function withoutFrontend(scenario: Scenario, name: string): Scenario {
  const frontends = scenario.fleet.frontends.filter((one) => one.name !== name);
  return frontends.length === 0 ? scenario : { ...scenario, fleet: { ...scenario.fleet, frontends } };
}

function withoutBackend(scenario: Scenario, name: string): Scenario {
  const { fleet, faults } = scenario;
  const frontends = fleet.frontends
    .map((one) => withoutServer(one, name))
    .filter(({ pools }) => pools.length > 0);
  const backends = fleet.backends.filter((one) => one.name !== name);
  if (frontends.length === 0 || backends.length === 0) return scenario;
  const left = faults.filter((fault) => !('backend' in fault) || fault.backend !== name);
  return { ...scenario, faults: left, fleet: { ...fleet, frontends, backends } };
}

function withoutServer(frontend: FrontendPlan, name: string): FrontendPlan {
  const pools = frontend.pools
    .map((pool) => ({ ...pool, backends: pool.backends.filter((one) => one.name !== name) }))
    .filter(({ backends }) => backends.length > 0);
  return { ...frontend, pools };
}
