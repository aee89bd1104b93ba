import { SeededRandom } from '../sim/random.js';

/** Draws what a day is made of. */
export class Dice {
  readonly #random: SeededRandom;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
  }

  /** A whole number, both ends included. */
  from(least: number, most: number): number {
    return least + this.#random.below(most - least + 1);
  }

  /** True with this probability. */
  chance(p: number): boolean {
    return this.#random.below(1_000_000) < p * 1_000_000;
  }

  one<T>(items: readonly T[]): T {
    const found = items[this.#random.below(items.length)];
    if (found === undefined) throw new RangeError('nothing to draw from');
    return found;
  }

  some<T>(items: readonly T[], count: number): T[] {
    return this.#random.shuffled(items).slice(0, count);
  }

  /** By their weights. */
  weighed<T>(items: readonly (readonly [weight: number, item: T])[]): T {
    let left = this.#random.below(items.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, item] of items) {
      if (left < weight) return item;
      left -= weight;
    }
    throw new RangeError('nothing to draw from');
  }

  /** Mostly short: between the two, evenly on a logarithmic scale. */
  span(leastMs: number, mostMs: number): number {
    const steps = 1024;
    const share = this.#random.below(steps + 1) / steps;
    return Math.round(leastMs * (mostMs / leastMs) ** share);
  }
}
