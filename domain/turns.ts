/** When whoever else waits for the event loop has had its turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * For long work that is done in many small pieces: lets whoever else waits for the event loop have it in between.
 * `piecesATurn`: as many as take a few milliseconds.
 */
export class Turns {
  readonly #piecesATurn: number;
  #pieces = 0;

  constructor(piecesATurn: number) {
    this.#piecesATurn = piecesATurn;
  }

  /** Call it behind some pieces of work; null: go on at once. */
  after(pieces: number): Promise<void> | null {
    this.#pieces += pieces;
    if (this.#pieces < this.#piecesATurn) return null;
    this.#pieces = 0;
    return nextTurn();
  }
}
