import type { FailureKind } from './outcome.js';

/** What stands in the error log: a failure, or an answer that took far longer than usual. */
export type ProblemKind = FailureKind | 'spike';

export interface Problem {
  /** Milliseconds since the epoch: of the last of them. */
  readonly at: number;
  readonly vip: string;
  readonly kind: ProblemKind;
  readonly detail: string;
  /** How often the same came one after the other at this VIP. */
  readonly times: number;
}

/** The last problems of all VIPs. The same one again and again at the same VIP is one with a count. */
export class Problems {
  readonly #kept: Problem[] = [];
  readonly #max: number;

  constructor(max = 200) {
    this.#max = max;
  }

  add(problem: Omit<Problem, 'times'>): void {
    const { vip, kind, detail } = problem;
    const before = this.#kept.findLastIndex((one) => one.vip === vip);
    const last = this.#kept[before];
    const again = last !== undefined && last.kind === kind && (kind === 'spike' || last.detail === detail);
    if (again) this.#kept.splice(before, 1);
    else if (this.#kept.length >= this.#max) this.#kept.shift();
    this.#kept.push({ ...problem, times: again ? last.times + 1 : 1 });
  }

  /** The last so many, the newest at the end. */
  last(count: number): readonly Problem[] {
    return count <= 0 ? [] : this.#kept.slice(-count);
  }
}
