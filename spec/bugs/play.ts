import { runDay } from '../../lab/day.js';
import { scenarioOfSeed } from '../../lab/draw.js';
import { invariants } from '../../lab/invariants/all.js';
import { fleets } from '../exhaustive/fleet.js';
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

/** So many states of each small fleet are looked at, those with the fewest faults first. */
const STATES = 40_000;

/** Looks at all small fleets with two faults, until something must not be. */
export function playFleets(): Played {
  const before = process.cpuUsage();
  let tried = 0;
  for (const fleet of fleets) {
    tried++;
    const where = `fleet ${fleet.name}`;
    try {
      const { story } = search({ ...fleet, most: 2 }, STATES, () => 0);
      const what = story?.at(-1);
      if (what !== undefined) return { caught: { where, what }, tried, cpuSeconds: cpuSecondsSince(before) };
    } catch (thrown) {
      const what = thrown instanceof Error ? thrown.message : String(thrown);
      return { caught: { where, what }, tried, cpuSeconds: cpuSecondsSince(before) };
    }
  }
  return { caught: null, tried, cpuSeconds: cpuSecondsSince(before) };
}

function cpuSecondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
