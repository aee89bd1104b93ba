import type { HealthCheck } from './config.js';

/** How many passes in a row bring a fully down backend up, and how many failures a fully healthy one down. Both >= 1. */
export interface RiseFall {
  readonly rise: number;
  readonly fall: number;
}

/**
 * What is known of a backend, as one integer, the way HAProxy counts: every pass adds one, every failure takes one
 * away, within 0..rise+fall-1. It is up at `rise` and above. `decided` is false until there is a verdict.
 */
export interface Standing {
  readonly decided: boolean;
  readonly counter: number;
}

/** Standings up to this counter are made once: thousands of backends have the same. */
const SHARED = 256;
const shared: (Standing | undefined)[] = new Array(2 * SHARED);

/** It is a value: who asks for the same gets the same object, if the counter is small. */
export function standing(decided: boolean, counter: number): Standing {
  const number = 2 * counter + (decided ? 1 : 0);
  const known = shared[number];
  if (known !== undefined) return known;
  const made = { decided, counter };
  if (counter < SHARED) shared[number] = made;
  return made;
}

/**
 * Nothing is known. It may well serve: so it begins where a healthy one is, and `fall` failures in a row are needed for
 * the first verdict to be a bad one. A single pass is enough for a good one.
 */
export function undecided(rules: RiseFall): Standing {
  return standing(false, fullHealth(rules));
}

/** The standing after one more result. A first verdict is either fully healthy or fully down. */
export function count(rules: RiseFall, { decided, counter }: Standing, pass: boolean): Standing {
  const full = fullHealth(rules);
  if (decided) return standing(true, pass ? Math.min(counter + 1, full) : Math.max(counter - 1, 0));
  if (pass) return standing(true, full);
  return counter > rules.rise ? standing(false, counter - 1) : standing(true, 0);
}

/**
 * The same standing under other rules. The verdict stays. What was fully healthy, fully down or without any result is so
 * under the new rules, too: whoever asks for more failures than before wants them of a server that has had none. Of the
 * others how much is missing for another verdict stays (failures of what is up, passes of what is down), as far as the
 * new rules ask for so much.
 */
export function refitted(before: RiseFall, after: RiseFall, { decided, counter }: Standing): Standing {
  if (counter === fullHealth(before)) return standing(decided, fullHealth(after));
  if (decided && counter === 0) return standing(true, 0);
  if (decided && counter < before.rise) {
    const passesMissing = before.rise - counter;
    return standing(decided, after.rise - Math.min(passesMissing, after.rise));
  }
  const failuresMissing = counter - before.rise + 1;
  return standing(decided, after.rise - 1 + Math.min(failuresMissing, after.fall));
}

/** The highest value of the counter, from which `fall` failures in a row are needed to go down. */
export function fullHealth({ rise, fall }: RiseFall): number {
  return rise + fall - 1;
}

export function verdictOf({ rise }: RiseFall, { decided, counter }: Standing): 'unknown' | 'up' | 'down' {
  if (!decided) return 'unknown';
  return counter >= rise ? 'up' : 'down';
}

/** Between fully down and fully healthy: the next results may change the verdict. */
export function isDegraded(rules: RiseFall, { decided, counter }: Standing): boolean {
  return decided && counter > 0 && counter < fullHealth(rules);
}

/** Milliseconds until the next probe, before it is spread. */
export function probeInterval(
  check: Pick<HealthCheck, 'interval' | 'fastInterval' | 'downInterval' | 'rise' | 'fall'>,
  standing: Standing,
): number {
  if (!standing.decided || isDegraded(check, standing)) return check.fastInterval;
  return standing.counter === 0 ? check.downInterval : check.interval;
}
