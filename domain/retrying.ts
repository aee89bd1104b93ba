import { type Backoff, backoffDelay } from './backoff.js';

/** Something that is tried again and again. The same failure over and over is one piece of news. */
export class Retrying {
  readonly #backoff: Backoff;
  #failures = 0;
  #last = '';

  constructor(backoff: Backoff) {
    this.#backoff = backoff;
  }

  /** It failed; `text` tells failures apart. Is it news? */
  isNews(text: string): boolean {
    const news = text !== this.#last;
    this.#last = text;
    return news;
  }

  /** When to try again after one more failure, in milliseconds; `random` is in [0, 1). */
  nextDelay(random: number): number {
    return backoffDelay(this.#backoff, ++this.#failures, random);
  }

  succeeded(): void {
    this.#failures = 0;
    this.#last = '';
  }
}
