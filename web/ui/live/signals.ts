import { type Accessor, batch, createSignal, getOwner, onCleanup } from 'solid-js';
import { atNextFrame } from '../clock.js';

interface Watched {
  readonly read: Accessor<number>;
  readonly bump: () => void;
  readers: number;
}

/**
 * Signals by key, which exist only while somebody who is drawn reads them: ten thousand rows that nobody sees cost nothing
 * when they change. Changes are told once a frame.
 */
export class KeyedSignals {
  readonly #watched = new Map<string, Watched>();
  readonly #dirty = new Set<string>();
  readonly #flush = atNextFrame(() => {
    const dirty = [...this.#dirty];
    this.#dirty.clear();
    batch(() => {
      for (const key of dirty) this.#watched.get(key)?.bump();
    });
  });

  /** Whoever is computing this is computed again when the key is touched. */
  track(key: string): void {
    if (getOwner() === null) return;
    let watched = this.#watched.get(key);
    if (watched === undefined) {
      const [read, set] = createSignal(0);
      watched = { read, bump: () => set((n) => n + 1), readers: 0 };
      this.#watched.set(key, watched);
    }
    const mine = watched;
    mine.readers++;
    mine.read();
    onCleanup(() => {
      mine.readers--;
      if (mine.readers === 0) this.#watched.delete(key);
    });
  }

  touch(key: string): void {
    if (!this.#watched.has(key)) return;
    this.#dirty.add(key);
    this.#flush();
  }

  touchAll(): void {
    for (const key of this.#watched.keys()) this.#dirty.add(key);
    this.#flush();
  }

  /** Keys that somebody reads now. */
  get size(): number {
    return this.#watched.size;
  }
}
