/**
 * Hands out turns of the event loop, one a turn, in the order in which they were asked for: so that several who have
 * much to do block it together no longer than one of them does alone.
 */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #pending = false;

  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#plan();
    });
  }

  #plan(): void {
    if (this.#pending || this.#waiting.length === 0) return;
    this.#pending = true;
    setImmediate(() => {
      this.#pending = false;
      this.#waiting.shift()?.();
      this.#plan();
    });
  }
}
