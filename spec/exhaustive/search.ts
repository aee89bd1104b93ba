import { StandingDecision } from '../../domain/standing-decision.js';
import { beginSession, decisionOf } from './changes.js';
import { Deciding } from './deciding.js';
import { Digest } from './digest.js';
import { faultsOf } from './faults.js';
import type { Fleet } from './fleet.js';
import { Seen } from './seen.js';
import { State } from './state.js';
import { progressOf, type Step } from './steps.js';
import { emptyVpp, Violation } from './vpp-model.js';

export interface Found {
  readonly fleet: string;
  readonly states: number;
  readonly steps: number;
  /** Ends at which everything was done, and a tick wrote nothing. */
  readonly ends: number;
  readonly seconds: number;
  /** Was every state looked at? */
  readonly whole: boolean;
  /** The shortest history of what must never be, as a story; null: there is none. */
  readonly story: readonly string[] | null;
}

/** Numbers in a list that grows. */
class Numbers {
  #list = new Int32Array(1 << 16);

  at(place: number): number {
    return this.#list[place] ?? -1;
  }

  set(place: number, value: number): void {
    if (place >= this.#list.length) {
      const larger = new Int32Array(2 * this.#list.length);
      larger.set(this.#list);
      this.#list = larger;
    }
    this.#list[place] = value;
  }
}

/**
 * Looks at every state that a fleet can come to with so many faults, nearest first. `limit`: most states; `now`: seconds.
 */
export function search(fleet: Fleet, limit: number, now: () => number): Found {
  const began = now();
  const deciding = new Deciding(fleet);
  const digest = new Digest(fleet.mirrored);
  const seen = new Seen();
  /** By state: whence it was come to, by which step; and whither its first step leads. */
  const [parents, ways, firsts] = [new Numbers(), new Numbers(), new Numbers()];
  let steps = 0;
  let ends = 0;
  const found = (whole: boolean, story: Found['story']): Found => {
    const seconds = now() - began;
    return { fleet: fleet.name, states: seen.size, steps, ends, seconds, whole, story };
  };
  const root = firstState(deciding);
  seen.number(digest.of(root));
  let level: (readonly [id: number, state: State])[] = [[0, root]];
  while (level.length > 0) {
    const next: (readonly [id: number, state: State])[] = [];
    for (const [id, state] of level) {
      const possible = stepsOf(state, deciding, fleet);
      if (possible[0]?.fault !== false) {
        ends++;
        firsts.set(id, -1);
      }
      for (const [way, step] of possible.entries()) {
        const after = state.copy();
        try {
          step.run(after);
        } catch (thrown) {
          if (!(thrown instanceof Violation)) throw thrown;
          return found(false, story(fleet, deciding, [...pathTo(id, parents, ways), way], thrown));
        }
        steps++;
        const { id: number, isNew } = seen.number(digest.of(after));
        if (way === 0 && !step.fault) firsts.set(id, number);
        if (!isNew) continue;
        parents.set(number, id);
        ways.set(number, way);
        next.push([number, after]);
      }
      if (seen.size > limit) return found(false, null);
    }
    level = next;
  }
  const endless = endlessFrom(seen.size, firsts);
  if (endless === null) return found(true, null);
  const why = new Violation('it ends when faults stop: from here on the same is done again and again');
  return found(true, story(fleet, deciding, pathTo(endless, parents, ways), why));
}

/** Made anew for each search: VPP is empty, and nothing was read. */
function firstState(deciding: Deciding): State {
  const inputs = deciding.atFirst;
  const standing = new StandingDecision(decisionOf(deciding.decide(inputs).vips));
  const state = new State(inputs, standing, emptyVpp);
  beginSession(state, deciding);
  return state;
}

/** Faults come last. */
function stepsOf(state: State, deciding: Deciding, fleet: Fleet): Step[] {
  return [...progressOf(state, deciding), ...faultsOf(state, deciding, fleet)];
}

function pathTo(state: number, parents: Numbers, ways: Numbers): number[] {
  const path: number[] = [];
  for (let at = state; at !== 0; at = parents.at(at)) path.push(ways.at(at));
  return path.reverse();
}

/** A state from which first steps lead to no end; null: there is none. */
function endlessFrom(states: number, firsts: Numbers): number | null {
  const mark = new Int32Array(states);
  for (let from = 0; from < states; from++) {
    let at = from;
    while (at >= 0 && mark[at] === 0) {
      mark[at] = from + 1;
      at = firsts.at(at);
    }
    if (at >= 0 && mark[at] === from + 1) return at;
  }
  return null;
}

/** The path once more, told. */
function story(fleet: Fleet, deciding: Deciding, path: readonly number[], why: Violation): string[] {
  const lines = [`In fleet "${fleet.name}" (${fleet.what}):`];
  const state = firstState(deciding);
  for (const way of path) {
    const step = stepsOf(state, deciding, fleet)[way];
    if (step === undefined) throw new Error('the history cannot be told again');
    lines.push(`  ${step.label}`);
    try {
      step.run(state);
    } catch (thrown) {
      if (!(thrown instanceof Violation)) throw thrown;
    }
  }
  return [...lines, `broken: ${why.message}`];
}
