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
 * Looks at every state that a fleet can come to with so many faults: first those that need none, then those that need one,
 * and so on. So a state that is come to again needs no second look: with more faults behind it no more can follow.
 * `limit`: most states; `now`: seconds.
 */
export function search(fleet: Fleet, limit: number, now: () => number): Found {
  const began = now();
  // Whoever goes deepest first has few states in memory; whoever takes the nearest first has the shortest story.
  let found = new Search(fleet, 'deepest').run(limit);
  if (found.story !== null) found = new Search(fleet, 'nearest').run(limit);
  return { ...found, seconds: now() - began };
}

class Search {
  readonly #fleet: Fleet;
  readonly #first: 'deepest' | 'nearest';
  readonly #deciding: Deciding;
  readonly #digest: Digest;
  readonly #seen = new Seen();
  /** By state: whence it was come to, by which step; and whither its first step leads. */
  readonly #parents = new Numbers();
  readonly #ways = new Numbers();
  readonly #firsts = new Numbers();
  #steps = 0;
  #ends = 0;
  /** To be looked at, with as many faults behind them; and with one more. */
  #places: Place[] = [];
  #faulty: Place[] = [];
  #at = 0;

  constructor(fleet: Fleet, first: 'deepest' | 'nearest') {
    this.#fleet = fleet;
    this.#first = first;
    this.#deciding = new Deciding(fleet);
    this.#digest = new Digest(fleet.mirrored);
  }

  run(limit: number): Omit<Found, 'seconds'> {
    const root = firstState(this.#deciding);
    this.#seen.number(this.#digest.of(root));
    this.#faulty = [[0, root]];
    while (this.#faulty.length > 0) {
      this.#places = this.#faulty;
      this.#faulty = [];
      for (let place = this.#next(); place !== undefined; place = this.#next()) {
        const story = this.#look(place);
        if (story !== null) return this.#found(false, story);
        if (this.#seen.size > limit) return this.#found(false, null);
      }
    }
    const endless = endlessFrom(this.#seen.size, this.#firsts);
    if (endless === null) return this.#found(true, null);
    const why = new Violation('it ends when faults stop: from here on the same is done again and again');
    return this.#found(true, story(this.#fleet, this.#deciding, this.#pathTo(endless), why));
  }

  #next(): Place | undefined {
    if (this.#first === 'deepest') return this.#places.pop();
    const place = this.#places[this.#at++];
    if (place !== undefined) return place;
    this.#places = [];
    this.#at = 0;
    return undefined;
  }

  #look([id, state]: Place): readonly string[] | null {
    const possible = stepsOf(state, this.#deciding, this.#fleet);
    if (possible[0]?.fault !== false) {
      this.#ends++;
      this.#firsts.set(id, -1);
    }
    for (const [way, step] of possible.entries()) {
      const after = way === possible.length - 1 ? state.reused() : state.copy();
      try {
        step.run(after);
      } catch (thrown) {
        if (!(thrown instanceof Violation)) throw thrown;
        return story(this.#fleet, this.#deciding, [...this.#pathTo(id), way], thrown);
      }
      this.#steps++;
      const { id: number, isNew } = this.#seen.number(this.#digest.of(after));
      if (way === 0 && !step.fault) this.#firsts.set(id, number);
      if (!isNew) continue;
      this.#parents.set(number, id);
      this.#ways.set(number, way);
      (step.fault ? this.#faulty : this.#places).push([number, after]);
    }
    return null;
  }

  #pathTo(state: number): number[] {
    const path: number[] = [];
    for (let at = state; at !== 0; at = this.#parents.at(at)) path.push(this.#ways.at(at));
    return path.reverse();
  }

  #found(whole: boolean, story: Found['story']): Omit<Found, 'seconds'> {
    const { name: fleet } = this.#fleet;
    return { fleet, states: this.#seen.size, steps: this.#steps, ends: this.#ends, whole, story };
  }
}

type Place = readonly [id: number, state: State];

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
    lines.push(`  ${step.label()}`);
    try {
      step.run(state);
    } catch (thrown) {
      if (!(thrown instanceof Violation)) throw thrown;
    }
  }
  return [...lines, `broken: ${why.message}`];
}
