/** Probes for which nothing is kept: behind the first loss, and at most. */
const FIRST = 2;
const MOST = 1024;

/**
 * What is kept between probes may be worth nothing: a firewall forgets idle connections, a server takes no session again. Each
 * loss costs up to half of a probe's time. So behind a loss nothing is kept for some probes, and for twice as many each time
 * that it is lost again before it was of use.
 */
export class Wariness {
  #left = 0;
  #next = FIRST;

  /** May something be kept for the next probe? */
  get trusts(): boolean {
    return this.#left === 0;
  }

  /** What was kept was of no use. */
  lost(): void {
    this.#left = this.#next;
    this.#next = Math.min(MOST, 2 * this.#next);
  }

  /** What was kept was of use. */
  served(): void {
    this.#next = FIRST;
  }

  /** A probe begins with nothing that was kept. */
  begunAnew(): void {
    if (this.#left > 0) this.#left--;
  }
}
