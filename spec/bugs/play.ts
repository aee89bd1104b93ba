import { runDay } from '../../lab/day.js';
import { scenarioOfSeed } from '../../lab/draw.js';
import { invariants } from '../../lab/invariants/all.js';
import { type Fleet, fleets } from '../exhaustive/fleet.js';
import { search } from '../exhaustive/search.js';

/** Something that must not be, and was. */
export interface Caught {
  /** What was looked at: a seed, or a small fleet. */
  readonly where: string;
  /** Which invariant, or the last line of the story. */
  readonly what: string;
}

export interface Played {
  readonly caught: Caught | null;
  /** Seeds, or fleets, that were looked at. */
  readonly tried: number;
  readonly cpuSeconds: number;
}

const DAY_MS = 600_000;

/** Plays days of these seeds until something is broken. */
export async function playDays(from: number, count: number): Promise<Played> {
  const before = process.cpuUsage();
  let tried = 0;
  let caught: Caught | null = null;
  for (let seed = from; seed < from + count && caught === null; seed++) {
    tried++;
    caught = await playDay(seed);
  }
  return { caught, tried, cpuSeconds: cpuSecondsSince(before) };
}

/** A day that does not even come to its end is one that is broken. */
async function playDay(seed: number): Promise<Caught | null> {
  const where = `seed ${seed}`;
  try {
    const { violations } = await runDay(scenarioOfSeed(seed, { durationMs: DAY_MS }), { invariants });
    const [first] = violations;
    return first === undefined ? null : { where, what: first.invariant };
  } catch (thrown) {
    return { where, what: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

/** First a quick look at each small fleet, then a longer one: most faults, and most states; those with fewer faults come first. */
const LOOKS = [
  { most: 2, states: 40_000 },
  { most: 3, states: 250_000 },
] as const;

/** Looks at all small fleets until something must not be. */
export function playFleets(): Played {
  const before = process.cpuUsage();
  let tried = 0;
  for (const { most, states } of LOOKS) {
    for (const fleet of fleets) {
      tried++;
      const what = brokenIn({ ...fleet, most }, states);
      if (what === null) continue;
      const where = `fleet ${fleet.name}, ${most} faults`;
      return { caught: { where, what }, tried, cpuSeconds: cpuSecondsSince(before) };
    }
  }
  return { caught: null, tried, cpuSeconds: cpuSecondsSince(before) };
}

function brokenIn(fleet: Fleet, states: number): string | null {
  try {
    return search(fleet, states, () => 0).story?.at(-1) ?? null;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

function cpuSecondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
