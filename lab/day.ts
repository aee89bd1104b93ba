import type { Invariant } from './invariant.js';
import { invariants as everyInvariant } from './invariants/all.js';
import { Person } from './person.js';
import { play } from './play.js';
import type { FaultKind, Scenario } from './scenario.js';
import { Turns } from './turns.js';
import { World } from './world.js';

export interface DayOptions {
  /** Default: all. */
  readonly invariants?: readonly Invariant[];
  /** Keep the lines of the trace; default false. */
  readonly keepTrace?: boolean;
  /** Go on after something was broken; default false. */
  readonly goOn?: boolean;
}

/** Something that must not be. */
export interface Violation {
  readonly invariant: string;
  /** Milliseconds of the day. */
  readonly at: number;
  readonly what: string;
}

export interface DayResult {
  readonly violations: readonly Violation[];
  /** Of everything that was seen: equal for the same scenario, whatever machine plays it. */
  readonly digest: string;
  /** As far as it was played. */
  readonly simulatedMs: number;
  /** How often each invariant was looked at. */
  readonly checks: ReadonlyMap<string, number>;
  readonly faults: ReadonlyMap<FaultKind, number>;
  readonly messages: number;
  readonly probes: number;
  /** If they were kept. */
  readonly lines: readonly string[];
}

const MAX_VIOLATIONS = 20;

/** Plays one day. One at a time in a process: it takes the event loop over. */
export async function runDay(scenario: Scenario, options: DayOptions = {}): Promise<DayResult> {
  const { invariants = everyInvariant, keepTrace = false, goOn = false } = options;
  const turns = new Turns();
  const giveBack = turns.takeOver();
  try {
    const world = new World(scenario, turns, keepTrace);
    const violations: Violation[] = [];
    const checks = new Map<string, number>();
    for (const { name, observe } of invariants) {
      checks.set(name, 0);
      const broken = (what: string) => {
        world.trace.line(`broken ${name}: ${what}`);
        violations.push({ invariant: name, at: world.clock.monotonic(), what });
      };
      const checked = () => checks.set(name, (checks.get(name) ?? 0) + 1);
      world.observers.push(observe(world, { checked, broken }));
    }
    const second = () => {
      for (const observer of world.observers) observer.second?.();
      world.clock.schedule(1000, second);
    };
    world.clock.schedule(1000, second);
    play(world, new Person(world));
    world.clock.schedule(0, () => void world.launch());
    const enough = () => violations.length >= (goOn ? MAX_VIOLATIONS : 1);
    await world.clock.run(scenario.durationMs, enough);
    const simulatedMs = world.clock.monotonic();
    world.close();
    const faults = new Map<FaultKind, number>();
    for (const { kind, at } of scenario.faults)
      if (at <= simulatedMs) faults.set(kind, (faults.get(kind) ?? 0) + 1);
    return {
      violations,
      digest: world.trace.digest(),
      simulatedMs,
      checks,
      faults,
      messages: world.trace.messageCount,
      probes: world.servers.probes,
      lines: world.trace.lines,
    };
  } finally {
    giveBack();
  }
}
