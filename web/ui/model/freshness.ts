import type { Link } from '../../contract.js';

/** How the page is connected to maglevd-frontend. `since` by the clock of the reader. */
export type PageLink =
  | { readonly state: 'loading' }
  | { readonly state: 'live' }
  | { readonly state: 'lost'; readonly since: number; readonly why: string };

/** A stream that is silent for so long is asked whether it lives, ms. */
const SILENCE_MS = 5000;
/** The stream itself is opened again when it has been silent for so long: it may hang on a connection that is gone. */
const STREAM_SILENCE_MS = 20_000;
/** A timer of a second that comes so late was not late: the machine slept. */
const SLEPT_MS = 5000;

/** What is to be done about silence. */
export type Measure = 'none' | 'ask' | 'reopen';

/** Notices that nothing is heard any more, though no connection has said so. Times never jump (`ticks`). */
export class Watchdog {
  /** When something of maglevd-frontend was heard: an answer or a message. */
  #heard: number;
  /** When the stream was heard, or opened. */
  #streamed: number;
  #looked: number;

  constructor(now: number) {
    this.#heard = now;
    this.#streamed = now;
    this.#looked = now;
  }

  answered(now: number): void {
    this.#heard = now;
  }

  streamed(now: number): void {
    this.#heard = now;
    this.#streamed = now;
  }

  /** To be called once a second. */
  look(now: number): Measure {
    const slept = now - this.#looked > SLEPT_MS;
    this.#looked = now;
    if (slept || now - this.#streamed > STREAM_SILENCE_MS) {
      this.#streamed = now;
      return 'reopen';
    }
    return now - this.#heard > SILENCE_MS ? 'ask' : 'none';
  }
}

/** The clock of maglevd-frontend beside that of the reader: what is to be added to the latter, and how wrong that may be, ms. */
export interface ClockOffset {
  readonly offset: number;
  readonly error: number;
}

/** From a question at `asked`, its answer at `answered`, and the time that it told. The best of all is kept. */
export function offsetOf(asked: number, answered: number, told: number): ClockOffset {
  const error = (answered - asked) / 2;
  return { offset: told - (asked + error), error };
}

/** Differences of clocks below this are not worth a word, ms. */
export const WORTH_SAYING_MS = 1000;

/** `its clock is 3.2 s ahead of that of maglevd-frontend`; null: nothing is known that is worth saying. */
export function clockText(skewMs: number, error: number, ahead: string): string | null {
  if (Math.abs(skewMs) <= Math.max(error, WORTH_SAYING_MS)) return null;
  const seconds = Math.abs(skewMs) / 1000;
  const text = seconds >= 10 ? seconds.toFixed(0) : seconds.toFixed(1);
  return `${text} s ${skewMs > 0 ? 'ahead of' : 'behind'} ${ahead}`;
}

/**
 * What time it is for what is known of a maglevd, by its own clock: now, or when it was heard the last time. Ages are counted to
 * there, so that those of one that is lost stand still.
 */
export function presentOf(
  { link, clock }: { readonly link: Link; readonly clock: { readonly skewMs: number } | null },
  page: PageLink,
  nowOfReader: number,
  offset: number,
): number {
  const reader = page.state === 'lost' ? page.since : nowOfReader;
  const frontend = link.state === 'lost' ? Math.min(link.since, reader + offset) : reader + offset;
  return frontend + (clock?.skewMs ?? 0);
}
