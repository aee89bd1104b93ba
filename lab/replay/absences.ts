/** By name, for how long something was not there, in milliseconds, and how often. */
export type AbsenceTally = ReadonlyMap<string, { readonly ms: number; readonly times: number }>;

/** Adds up for how long things are not there, from a moment on. */
export class Absences {
  readonly #now: () => number;
  readonly #from: number;
  readonly #since = new Map<string, number>();
  readonly #done = new Map<string, { ms: number; times: number }>();

  constructor(now: () => number, from: number) {
    this.#now = now;
    this.#from = from;
  }

  set(name: string, isAway: boolean): void {
    const since = this.#since.get(name);
    if (isAway && since === undefined) this.#since.set(name, this.#now());
    if (isAway || since === undefined) return;
    this.#since.delete(name);
    this.#add(name, since, this.#now());
  }

  tally(to: number): AbsenceTally {
    for (const [name, since] of this.#since) this.#add(name, since, to);
    this.#since.clear();
    return this.#done;
  }

  #add(name: string, since: number, to: number): void {
    if (to <= this.#from) return;
    const { ms = 0, times = 0 } = this.#done.get(name) ?? {};
    this.#done.set(name, { ms: ms + to - Math.max(since, this.#from), times: times + 1 });
  }
}
