import type { Reply } from '../protocol/address.js';

/**
 * Work that any number may ask for, and that answers them all: at most one round is under way, and one more waits, for
 * everybody who asked since that one began. So nobody is answered by work that began before he asked.
 */
export class Rounds<R> {
  private underWay: Set<Reply<R>> | null = null;
  private next = new Set<Reply<R>>();

  /** True when a round begins with this. */
  join(reply: Reply<R>): boolean {
    if (this.underWay === null) {
      this.underWay = new Set([reply]);
      return true;
    }
    this.next.add(reply);
    return false;
  }

  /** Ends the round: gives those who asked for it, and whether the next one begins. */
  end(): { readonly askers: ReadonlySet<Reply<R>>; readonly another: boolean } {
    const askers = this.underWay ?? new Set();
    const another = this.next.size > 0;
    this.underWay = another ? this.next : null;
    this.next = new Set();
    return { askers, another };
  }
}
