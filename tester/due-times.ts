/** How far an interval is from what was asked for, either way: clients do not come in step. */
const JITTER = 0.1;

/** Whose turn it is, and when. Every VIP has a number, from 0 on. */
export class DueTimes {
  readonly #due: Float64Array;
  readonly #intervalMs: number;
  readonly #random: () => number;

  /** The first turns are spread over one interval from `now` on. `random` gives a number in [0, 1). */
  constructor(count: number, intervalMs: number, now: number, random: () => number) {
    this.#intervalMs = intervalMs;
    this.#random = random;
    this.#due = Float64Array.from({ length: count }, (_, i) => now + (intervalMs * i) / count);
  }

  /** Whose turn it is now: those who wait for longest come first. */
  due(now: number): number[] {
    const found: number[] = [];
    for (let i = 0; i < this.#due.length; i++) if (this.#at(i) <= now) found.push(i);
    return found.sort((a, b) => this.#at(a) - this.#at(b));
  }

  /** It had its turn. The next one is an interval after the one that was due, unless that has passed already. */
  done(number: number, now: number): void {
    const jitter = 1 + JITTER * (2 * this.#random() - 1);
    this.#due[number] = Math.max(now, this.#at(number) + this.#intervalMs * jitter);
  }

  /** When the next turn is. */
  next(): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.#due.length; i++) earliest = Math.min(earliest, this.#at(i));
    return earliest;
  }

  /** Nobody had a turn for so many milliseconds, and nobody shall catch up. */
  postpone(ms: number): void {
    for (let i = 0; i < this.#due.length; i++) this.#due[i] = this.#at(i) + ms;
  }

  #at(number: number): number {
    return this.#due[number] ?? 0;
  }
}
