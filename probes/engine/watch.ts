import type { Board } from './board.js';

export interface WatchLimits {
  readonly hangMs: number;
  readonly startMs: number;
}

/**
 * Tells a worker that hangs from one that works. It counts only time in which the main thread was awake: after a stall
 * of ours, or of the whole process, the worker gets its time anew. So no look counts for more than `lookMs`.
 */
export class Watch {
  readonly #board: Board;
  readonly #limits: WatchLimits;
  readonly #lookMs: number;
  #beats = 0;
  #silentMs = 0;

  constructor(board: Board, limits: WatchLimits, lookMs: number) {
    this.#board = board;
    this.#limits = limits;
    this.#lookMs = lookMs;
  }

  /** Has it come up? */
  get started(): boolean {
    return this.#board.beats > 0;
  }

  /** For how long it has not been seen to do anything. */
  get silentMs(): number {
    return this.#silentMs;
  }

  /** One look, made every `lookMs`. Why the worker must be replaced, or null. */
  look(): string | null {
    const { beats } = this.#board;
    this.#silentMs = beats === this.#beats ? this.#silentMs + this.#lookMs : 0;
    this.#beats = beats;
    if (beats === 0) {
      return this.#silentMs > this.#limits.startMs ? `it did not start within ${this.#silentMs} ms` : null;
    }
    return this.#silentMs > this.#limits.hangMs ? `it has hung for ${this.#silentMs} ms` : null;
  }
}
