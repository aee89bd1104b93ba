import type { CheckPlan } from './scenario.js';
import type { Culprit } from './servers.js';

const never = Number.NEGATIVE_INFINITY;

/** How a probe has ended. */
interface Ended {
  readonly passed: boolean;
  readonly culprit: Culprit;
  readonly now: number;
  /** When the process that probed it began. */
  readonly lifeBegan: number;
}

/** What an observer who knows whose fault a failure is would think of a server, by the rule of rise and fall. */
export class Ideal {
  /** What is missing for the other verdict: failures of what is up, passes of what is down. */
  #missing = 0;
  /** Has this process come to a verdict yet? Until then the last one of an earlier process is not contradicted. */
  #isDecided = false;
  #lifeBegan = never;
  up = true;
  lastDownAt = never;
  /** Failures of its own or of the network's since the last pass. */
  failures = 0;
  lastPassAt = never;
  lastProbeAt = never;
  lastUpAt = never;

  count({ rise, fall }: CheckPlan, { passed, culprit, now, lifeBegan }: Ended): void {
    this.lastProbeAt = now;
    if (this.up) this.lastUpAt = now;
    if (lifeBegan !== this.#lifeBegan) {
      this.#lifeBegan = lifeBegan;
      this.#isDecided = false;
      this.#missing = fall;
    }
    // Under new rules no more is missing than they ask for.
    this.#missing = Math.min(this.#missing, this.up || !this.#isDecided ? fall : rise);
    if (passed) {
      this.failures = 0;
      this.lastPassAt = now;
      if (this.#isDecided) this.#move(this.up ? 1 : -1, fall);
      else this.#decide(true, fall);
    } else if (culprit === 'server' || culprit === 'network') {
      this.failures++;
      if (this.#isDecided) this.#move(this.up ? -1 : 1, rise);
      else if (--this.#missing === 0) this.#decide(false, rise);
    }
    if (!this.up) this.lastDownAt = now;
  }

  /** The first verdict of a process is a whole one. */
  #decide(up: boolean, missing: number): void {
    this.up = up;
    this.#isDecided = true;
    this.#missing = missing;
  }

  /** Towards the other verdict (-1), or away from it, as far as `most`. One that has just come to a verdict lacks one for the other. */
  #move(by: 1 | -1, most: number): void {
    this.#missing = by > 0 ? Math.min(this.#missing + 1, most) : this.#missing - 1;
    if (this.#missing > 0) return;
    this.up = !this.up;
    this.#missing = 1;
  }
}

/** One of each address of each server that was ever probed, by the name of its backend. */
export class Ideals {
  readonly #ideals = new Map<string, Ideal>();

  get(name: string, address: string): Ideal | undefined {
    return this.#ideals.get(`${name} ${address}`);
  }

  of(name: string, address: string): Ideal {
    const key = `${name} ${address}`;
    const known = this.#ideals.get(key) ?? new Ideal();
    this.#ideals.set(key, known);
    return known;
  }
}
