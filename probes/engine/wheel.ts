import { columnSize } from './schedule-columns.js';

/** Milliseconds that the wheel goes round in. Who is due later is met, and left alone, once in a turn. */
const ROUND = 4096;
const NONE = -1;
const OUT = -2;

/**
 * Which numbers (0, 1, 2, ...) are due at which millisecond: a hashed wheel in columns of typed arrays. Putting in and
 * taking out cost the same however many there are, and make no objects.
 */
export class Wheel {
  readonly #heads = new Int32Array(ROUND).fill(NONE);
  #next = new Int32Array(0);
  #previous = new Int32Array(0);
  #due = new Float64Array(0);
  /** Everything up to here has been taken. */
  #now: number;
  #size = 0;

  /** `now`: a whole number of milliseconds, from which on time is looked at. */
  constructor(now: number) {
    this.#now = now;
  }

  get size(): number {
    return this.#size;
  }

  /** Due at that millisecond, and no more at the one it was due at before. What is past is due in the next one. */
  put(number: number, due: number): void {
    this.remove(number);
    this.#grow(number);
    const at = Math.max(due, this.#now + 1);
    const place = at % ROUND;
    const head = this.#heads[place] ?? NONE;
    this.#due[number] = at;
    this.#next[number] = head;
    this.#previous[number] = NONE;
    if (head !== NONE) this.#previous[head] = number;
    this.#heads[place] = number;
    this.#size++;
  }

  remove(number: number): void {
    const next = this.#next[number] ?? OUT;
    if (next === OUT) return;
    const previous = this.#previous[number] ?? NONE;
    if (previous === NONE) this.#heads[(this.#due[number] ?? 0) % ROUND] = next;
    else this.#next[previous] = next;
    if (next !== NONE) this.#previous[next] = previous;
    this.#next[number] = OUT;
    this.#size--;
  }

  /** Takes out what is due up to that millisecond; of one millisecond, in the order in which it was put in. */
  take(now: number): number[] {
    const due: number[] = [];
    for (let at = Math.max(this.#now, now - ROUND) + 1; at <= now; at++) {
      const before = due.length;
      let number = this.#heads[at % ROUND] ?? NONE;
      while (number !== NONE) {
        const next = this.#next[number] ?? NONE;
        if ((this.#due[number] ?? 0) <= now) {
          this.remove(number);
          due.push(number);
        }
        number = next;
      }
      // Whoever was put in first is at the end of the chain.
      for (let i = before, j = due.length - 1; i < j; i++, j--) {
        [due[i], due[j]] = [due[j] ?? 0, due[i] ?? 0];
      }
    }
    this.#now = Math.max(this.#now, now);
    return due;
  }

  /**
   * The next millisecond at which something is due, if that is not after `limit`; otherwise `limit`, or earlier when
   * nothing was taken out for longer than the wheel goes round.
   */
  nextDue(limit: number): number {
    if (this.#size === 0) return limit;
    const end = Math.min(limit, this.#now + ROUND);
    for (let at = this.#now + 1; at < end; at++) {
      for (
        let number = this.#heads[at % ROUND] ?? NONE;
        number !== NONE;
        number = this.#next[number] ?? NONE
      ) {
        if (this.#due[number] === at) return at;
      }
    }
    return end;
  }

  #grow(number: number): void {
    if (number < this.#next.length) return;
    const size = columnSize(number);
    const next = new Int32Array(size).fill(OUT);
    next.set(this.#next);
    this.#next = next;
    const previous = new Int32Array(size);
    previous.set(this.#previous);
    this.#previous = previous;
    const due = new Float64Array(size);
    due.set(this.#due);
    this.#due = due;
  }
}
