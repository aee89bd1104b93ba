/**
 * Work that any number may ask for, and that answers them all: at most one round is under way, and one more waits, for
 * everybody who asked since that one began. So nobody is answered by work that began before he asked.
 */
export class Rounds<Asker> {
  #underWay: Asker[] | null = null;
  #next: Asker[] = [];

  /** True when a round begins with this. */
  join(asker: Asker): boolean {
    if (this.#underWay === null) return this.share(asker);
    this.#next.push(asker);
    return false;
  }

  /** Likewise, for somebody who is content with what comes of the round under way. */
  share(asker: Asker): boolean {
    const begins = this.begin();
    this.#underWay?.push(asker);
    return begins;
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
