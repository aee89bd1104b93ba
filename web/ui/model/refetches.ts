/** Of each name one question at a time. What was asked for meanwhile is asked once more: the answer may be from before. */
export class Refetches {
  /** Questions under way; true = it is to be asked again. */
  readonly #underWay = new Map<string, boolean>();

  /** Is it to be asked now? Otherwise it is when the one under way ends. */
  begin(name: string): boolean {
    const idle = !this.#underWay.has(name);
    this.#underWay.set(name, !idle);
    return idle;
  }

  /** The answer came. Is it to be asked again? */
  end(name: string): boolean {
    const again = this.#underWay.get(name) ?? false;
    this.#underWay.delete(name);
    return again;
  }
}
