import type { RecentLimit } from './contract.js';
import { columnSize } from './schedule-columns.js';

/** Of the places for those that have just begun, those who were silent the last time have this part, at most. */
const SILENT_PART = 0.5;

/** What a probe under way is counted as. */
const Mark = { NONE: 0, RECENT: 1, RECENT_SILENT: 2 } as const;

/**
 * How many probes may be under way, and who waits for a place. Where those that have just begun are limited, whoever was
 * silent for as long the last time has to do with a part of the places, and waits in a queue of his own: many silent servers
 * delay each other, but nobody who answers.
 */
export class Places {
  readonly #most: number;
  readonly #recent: RecentLimit | null;
  /** In order. */
  readonly #queue = new Set<number>();
  readonly #silentQueue = new Set<number>();
  /** By number, Mark. */
  #marks = new Uint8Array(0);
  /** By number: 1 = he was silent the last time. */
  #silent = new Uint8Array(0);
  #underWay = 0;
  #recentCount = 0;
  #silentCount = 0;

  constructor(most: number, recent: RecentLimit | null) {
    this.#most = most;
    this.#recent = recent;
  }

  get underWay(): number {
    return this.#underWay;
  }

  get waiting(): number {
    return this.#queue.size + this.#silentQueue.size;
  }

  /** Is there a place for one that waits? */
  get hasNext(): boolean {
    return this.#hasNext(this.#queue, 0) || this.#hasNext(this.#silentQueue, 1);
  }

  /** Takes out the one whose turn it is; -1 = nobody waits for whom there is a place. */
  next(): number {
    const queue = this.#hasNext(this.#queue, 0) ? this.#queue : this.#silentQueue;
    if (!this.#hasNext(queue, queue === this.#queue ? 0 : 1)) return -1;
    const [first = -1] = queue;
    queue.delete(first);
    return first;
  }

  /** May it begin at once? Otherwise it waits from now on. */
  admit(number: number): boolean {
    const silent = this.#silent[number] ?? 0;
    const queue = silent === 1 ? this.#silentQueue : this.#queue;
    if (queue.size === 0 && this.#hasRoom(silent)) return true;
    queue.add(number);
    return false;
  }

  /** It waits no more. */
  giveUp(number: number): void {
    this.#queue.delete(number);
    this.#silentQueue.delete(number);
  }

  /** It begins. Answers for how long it counts as one that has just begun, in milliseconds; null = that is not limited. */
  enter(number: number): number | null {
    this.#underWay++;
    if (this.#recent === null) return null;
    this.#grow(number);
    const silent = this.#silent[number] === 1;
    this.#marks[number] = silent ? Mark.RECENT_SILENT : Mark.RECENT;
    this.#recentCount++;
    if (silent) this.#silentCount++;
    return this.#recent.ms;
  }

  /** It has been silent for so long. False: that was known. */
  ripen(number: number): boolean {
    if (!this.#unmark(number)) return false;
    this.#silent[number] = 1;
    return true;
  }

  /** It is no more under way. Who takes long and passes is slow, not silent. */
  leave(number: number, passed: boolean): void {
    this.#underWay--;
    if (this.#unmark(number) || (passed && number < this.#silent.length)) this.#silent[number] = 0;
  }

  /** The number is another's from now on. */
  forget(number: number): void {
    this.giveUp(number);
    if (number < this.#silent.length) this.#silent[number] = 0;
  }

  #hasNext(queue: ReadonlySet<number>, silent: number): boolean {
    return queue.size > 0 && this.#hasRoom(silent);
  }

  #hasRoom(silent: number): boolean {
    if (this.#underWay >= this.#most) return false;
    if (this.#recent === null) return true;
    const { most } = this.#recent;
    return this.#recentCount < most && (silent === 0 || this.#silentCount < Math.ceil(most * SILENT_PART));
  }

  #unmark(number: number): boolean {
    const mark = this.#marks[number] ?? Mark.NONE;
    if (mark === Mark.NONE) return false;
    this.#marks[number] = Mark.NONE;
    this.#recentCount--;
    if (mark === Mark.RECENT_SILENT) this.#silentCount--;
    return true;
  }

  #grow(number: number): void {
    if (number < this.#marks.length) return;
    const size = columnSize(number);
    const marks = new Uint8Array(size);
    marks.set(this.#marks);
    this.#marks = marks;
    const silent = new Uint8Array(size);
    silent.set(this.#silent);
    this.#silent = silent;
  }
}
