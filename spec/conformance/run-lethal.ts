import type { LethalCase, Outcome } from './case.js';
import { runStep } from './run-case.js';
import type { Target } from './target.js';

export type Fate = 'dies' | 'survives';

const DEFAULT_SECONDS = 3;

/**
 * Takes the steps that VPP survives and then the one that it dies of. `died` resolves when it is dead; `sleep` waits for
 * as many real milliseconds. What the lethal step itself gives does not matter.
 */
export async function runLethal(
  target: Target,
  { steps, lethal, within = DEFAULT_SECONDS }: LethalCase,
  died: Promise<void>,
  sleep: (ms: number) => Promise<void>,
): Promise<{ readonly outcomes: Outcome[]; readonly fate: Fate }> {
  const outcomes: Outcome[] = [];
  for (const step of steps) outcomes.push(await runStep(target, step, new Set()));
  const dead = died.then((): Fate => 'dies');
  // Mostly it fails, because nobody answers any more.
  const last = runStep(target, lethal, new Set()).catch(() => undefined);
  const late = last.then(() => sleep(within * 1000)).then((): Fate => 'survives');
  return { outcomes, fate: await Promise.race([dead, late]) };
}
