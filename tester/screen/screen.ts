import { type PaintedLine, paint } from './paint.js';

/** A screen of its own, that the one before comes back behind; no cursor. */
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[2J';
const LEAVE = '\u001b[?25h\u001b[?1049l';
/** Before the text: behind a whole line the cursor stands on its last character. */
const ERASE = '\u001b[K';
const CLEAR = '\u001b[2J';

/** Draws whole screens, and writes only the lines that have changed since the last one. */
export class Screen {
  readonly #write: (text: string) => void;
  readonly #color: boolean;
  #before: string[] = [];
  #entered = false;

  constructor(write: (text: string) => void, color: boolean) {
    this.#write = write;
    this.#color = color;
  }

  enter(): void {
    if (this.#entered) return;
    this.#entered = true;
    this.#before = [];
    this.#write(ENTER);
  }

  /** The terminal is as it was before. */
  leave(): void {
    if (!this.#entered) return;
    this.#entered = false;
    this.#write(LEAVE);
  }

  /** Whatever was there is gone: another size, or another program has written. */
  clear(): void {
    if (!this.#entered) return;
    this.#before = [];
    this.#write(CLEAR);
  }

  draw(lines: readonly PaintedLine[]): void {
    if (!this.#entered) return;
    const now = lines.map((line) => paint(line, this.#color));
    const changed = now
      .map((text, i) => (text === this.#before[i] ? '' : `\u001b[${i + 1};1H${ERASE}${text}`))
      .join('');
    this.#before = now;
    if (changed !== '') this.#write(changed);
  }
}
