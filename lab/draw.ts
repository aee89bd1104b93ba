import { Dice } from './dice.js';
import { drawDrama } from './draw-drama.js';
import { drawFault } from './draw-fault.js';
import { drawFleet } from './draw-fleet.js';
import { SETTLED_MS } from './invariants/calm.js';
import type { Fault, Scenario } from './scenario.js';

export interface DrawOptions {
  /** Default ten minutes. */
  readonly durationMs?: number;
  /** Default: drawn, some twenty at most. */
  readonly backends?: number;
}

/** After the last fault there is time to settle, and some to stay so. */
const CALM_MS = SETTLED_MS + 60_000;
/** Faults come in bad times of some minutes. */
const BAD_TIME_MS = 360_000;

/** The day of this seed: always the same one for the same options. */
export function scenarioOfSeed(seed: number, options: DrawOptions = {}): Scenario {
  const { durationMs = 600_000 } = options;
  const dice = new Dice(seed);
  const fleet = drawFleet(dice, options.backends ?? dice.one([2, 3, 5, 8, 12, 20]));
  const faults: Fault[] = [];
  for (let from = 0; from + 60_000 + CALM_MS < durationMs; ) {
    const lasts = Math.min(BAD_TIME_MS, durationMs - CALM_MS - from);
    for (let left = dice.from(1, 12); left > 0; left--)
      faults.push(drawFault(dice, fleet, from, from + lasts));
    for (let left = dice.from(0, 4); left > 0; left--)
      faults.push(...drawDrama(dice, fleet, from, from + lasts));
    // On a long day most hours are quiet.
    from += lasts + CALM_MS + dice.span(60_000, 7_200_000);
  }
  faults.sort((a, b) => a.at - b.at);
  return { seed, durationMs, fleet, faults };
}
