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

/** Work that can stop after each of its pieces; it says how much it has done since the last time. */
export type Piecemeal<R> = Generator<number, R>;

/** All of it in one go. */
export function atOnce<R>(work: Piecemeal<R>): R {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/** So much of it in each turn of the event loop. */
export async function inTurns<R>(work: Piecemeal<R>, aTurn: number): Promise<R> {
  const turns = new Turns(aTurn);
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    const others = turns.after(step.value);
    if (others !== null) await others;
  }
}

/**
 * For many that wait for one thing, and would all go on at the same moment: lets them pass in the order in which they come,
 * so many in each turn of the event loop.
 */
export class Doorway {
  readonly #aTurn: number;
  #came = 0;
  #open: Promise<void> = Promise.resolve();

  constructor(aTurn: number) {
    this.#aTurn = aTurn;
  }

  /** Resolves when it is the turn of whoever asks. */
  pass(): Promise<void> {
    if (++this.#came % this.#aTurn === 0) this.#open = this.#open.then(nextTurn);
    return this.#open;
  }
}
