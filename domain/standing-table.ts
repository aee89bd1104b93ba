import type { HealthCheck } from './config.js';
import { count, fullHealth, probeInterval, type Standing, standing, verdictOf } from './rise-fall.js';

/** What of a health check counts its results and says how soon the next one is wanted. */
export type Counting = Pick<HealthCheck, 'rise' | 'fall' | 'interval' | 'fastInterval' | 'downInterval'>;

/** A standing as one number: twice the counter, and one more when it is decided. */
export function standingNumber({ decided, counter }: Standing): number {
  return counter * 2 + (decided ? 1 : 0);
}

export function standingOf(number: number): Standing {
  return standing(number % 2 === 1, Math.floor(number / 2));
}

/**
 * The rule of rise and fall, run once over all standings that there can be, so that who counts thousands of results a
 * second only looks up. By the number of a standing.
 */
export class StandingTable {
  readonly counting: Counting;
  /** The number of the standing after one more pass. */
  readonly onPass: Uint16Array;
  /** The same after one more failure. */
  readonly onFail: Uint16Array;
  /** Milliseconds until the next probe, before it is spread. */
  readonly interval: Float64Array;
  /**
   * 1 = the next result may bring another verdict, and either result changes the counter: of those who are as they were for long,
   * well or down, none is among them, so that there are few.
   */
  readonly decides: Uint8Array;

  constructor(counting: Counting) {
    this.counting = counting;
    const size = (fullHealth(counting) + 1) * 2;
    this.onPass = new Uint16Array(size);
    this.onFail = new Uint16Array(size);
    this.interval = new Float64Array(size);
    this.decides = new Uint8Array(size);
    for (let number = 0; number < size; number++) {
      const before = standingOf(number);
      this.onPass[number] = standingNumber(count(counting, before, true));
      this.onFail[number] = standingNumber(count(counting, before, false));
      this.interval[number] = probeInterval(counting, before);
      this.decides[number] = this.#mayDecide(number) ? 1 : 0;
    }
  }

  #mayDecide(number: number): boolean {
    const after = [this.onPass[number] ?? number, this.onFail[number] ?? number];
    if (after.includes(number)) return false;
    const verdict = verdictOf(this.counting, standingOf(number));
    return after.some((one) => verdictOf(this.counting, standingOf(one)) !== verdict);
  }
}

/** Tables of the checks that are in use, each made once. */
export class StandingTables {
  readonly #tables = new Map<string, StandingTable>();

  of(counting: Counting): StandingTable {
    const { rise, fall, interval, fastInterval, downInterval } = counting;
    const key = `${rise} ${fall} ${interval} ${fastInterval} ${downInterval}`;
    const known = this.#tables.get(key);
    if (known !== undefined) return known;
    // A config that changes all the time leaves tables behind that nobody looks into any more.
    if (this.#tables.size >= 256) this.#tables.clear();
    const table = new StandingTable({ rise, fall, interval, fastInterval, downInterval });
    this.#tables.set(key, table);
    return table;
  }
}
