import type { CheckPlan } from './scenario.js';
import type { Culprit } from './servers.js';

const never = Number.NEGATIVE_INFINITY;

/** What an observer who knows whose fault a failure is would think of a server, by the rule of rise and fall. */
export class Ideal {
  #counter: number;
  up = true;
  lastDownAt = never;
  /** Failures of its own or of the network's since the last pass. */
  failures = 0;
  lastPassAt = never;

  constructor(full: number) {
    this.#counter = full;
  }

  /** A probe has ended. */
  count({ rise, fall }: CheckPlan, passed: boolean, culprit: Culprit, now: number): void {
    const full = rise + fall - 1;
    this.#counter = Math.min(this.#counter, full);
    if (passed) {
      this.#counter = Math.min(this.#counter + 1, full);
      this.failures = 0;
      this.lastPassAt = now;
    } else if (culprit === 'server' || culprit === 'network') {
      this.#counter = Math.max(0, this.#counter - 1);
      this.failures++;
    }
    this.up = this.#counter >= rise;
    if (!this.up) this.lastDownAt = now;
  }
}

/** One of each server that was ever probed, by the name of its backend. */
export class Ideals {
  readonly #ideals = new Map<string, Ideal>();

  get(name: string): Ideal | undefined {
    return this.#ideals.get(name);
  }

  of(name: string, { rise, fall }: CheckPlan): Ideal {
    const known = this.#ideals.get(name) ?? new Ideal(rise + fall - 1);
    this.#ideals.set(name, known);
    return known;
  }
}
