/** How many entries of the flow tables lead to each server. Server 0 stands for none, and is not counted. */
export class ReferenceCounts {
  readonly #counts: number[] = [];

  of(server: number): number {
    return this.#counts[server] ?? 0;
  }

  /** An entry that led to one server leads to another. */
  move(from: number, to: number): void {
    if (from !== 0) this.#counts[from] = this.of(from) - 1;
    if (to !== 0) this.#counts[to] = this.of(to) + 1;
  }
}
