import { PAGE_ROWS, ProbeNumbers, type ProbeReading } from '../../domain/probe-numbers.js';
import type { ProbeReadings } from '../../protocol/health.js';

/** Numbers that were given back are used again after so many others, when no thread can know their last life any more. */
const REST_ROWS = 64;

/**
 * The numbers of all backends, in pages of shared memory. Each backend has a row, whose number stands for it in all
 * threads, as long as it is in the config.
 */
export class ProbeBook implements ProbeReadings {
  readonly #rows = new Map<string, number>();
  readonly #free: number[] = [];
  readonly #pages: ProbeNumbers[] = [];
  #next = 0;
  #rounds = 0;
  #workers = 0;

  /** The number of this backend, which it keeps until it is released. */
  rowOf(backend: string): number {
    const known = this.#rows.get(backend);
    if (known !== undefined) return known;
    const row = (this.#free.length > REST_ROWS ? this.#free.shift() : undefined) ?? this.#next++;
    this.#rows.set(backend, row);
    this.page(Math.floor(row / PAGE_ROWS)).clear(row % PAGE_ROWS);
    return row;
  }

  /**
   * A round that nobody has had: of whatever backend news are, and whoever has its row now, those of another round are old.
   * Counted over all, so that the numbers stay small: above 2^31 each of them would be an object, wherever it is kept.
   */
  nextRound(): number {
    return ++this.#rounds;
  }

  /** The tickets of one worker begin behind it: no two workers give the same. */
  firstTicket(): number {
    return ++this.#workers * 2 ** 32;
  }

  /** It has left the config. */
  release(backend: string): void {
    const row = this.#rows.get(backend);
    if (row === undefined) return;
    this.#rows.delete(backend);
    this.#free.push(row);
  }

  /** Pages are made as they are needed. */
  page(index: number): ProbeNumbers {
    while (this.#pages.length <= index) this.#pages.push(new ProbeNumbers());
    const page = this.#pages[index];
    if (page === undefined) throw new RangeError(`${index} is no page`);
    return page;
  }

  readonly reading = (backend: string): ProbeReading | null => {
    const row = this.#rows.get(backend);
    return row === undefined ? null : this.page(Math.floor(row / PAGE_ROWS)).read(row % PAGE_ROWS);
  };
}
