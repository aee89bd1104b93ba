/**
 * Work that any number may ask for, and that answers them all: at most one round is under way, and one more waits, for
 * everybody who asked since that one began. So nobody is answered by work that began before he asked.
 */
export class Rounds<Asker> {
  #underWay: readonly Asker[] | null = null;
  #next: Asker[] = [];

  /** True when a round begins with this. */
  join(asker: Asker): boolean {
    if (this.#underWay === null) {
      this.#underWay = [asker];
      return true;
    }
    this.#next.push(asker);
    return false;
  }

  /** True when a round begins with this, which nobody asked for. One that is under way does for it. */
  begin(): boolean {
    if (this.#underWay !== null) return false;
    this.#underWay = [];
    return true;
  }

  /** Ends the round: gives those who asked for it, and whether the next one begins. */
  end(): { readonly askers: readonly Asker[]; readonly another: boolean } {
    const askers = this.#underWay ?? [];
    const another = this.#next.length > 0;
    this.#underWay = another ? this.#next : null;
    this.#next = [];
    return { askers, another };
  }
}
