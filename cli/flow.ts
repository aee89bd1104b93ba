import type { KeySource } from './keys.js';
import { cutTo } from './layout.js';
import type { Printer } from './printer.js';
import type { Output } from './surroundings.js';
import { type Line, plain } from './text.js';
import { wrapped } from './wrap.js';

/** What a command can use that goes on until somebody has seen enough. */
export interface Flow {
  /** Prints at once: lines for people, or one document on one line. */
  readonly emit: (text: readonly Line[], json: unknown) => void;
  /** On a terminal, in place of what was drawn before; elsewhere the same as `emit`. */
  readonly draw: (text: readonly Line[], json: unknown) => void;
  /** Aborted by any key, and by a reader that has gone. */
  readonly ended: AbortSignal;
}

/** Runs what goes on; keys and streams are as before when it has ended. */
export async function follow<T>(
  {
    printer,
    stdout,
    keys,
  }: { readonly printer: Printer; readonly stdout: Output; readonly keys: KeySource | null },
  run: (flow: Flow) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const end = () => controller.abort();
  const canvas = new Canvas(printer, stdout);
  const release = keys?.grab(end);
  stdout.on?.('error', end);
  stdout.on?.('resize', canvas.resized);
  const emit = (text: readonly Line[], json: unknown) => {
    if (controller.signal.aborted) return;
    if (printer.json) printer.printJson(json, true);
    else printer.print(text);
  };
  const draw = (text: readonly Line[], json: unknown) => {
    if (printer.json || stdout.isTTY !== true) emit(text, json);
    else if (!controller.signal.aborted) canvas.draw(text);
  };
  try {
    return await run({ emit, draw, ended: controller.signal });
  } finally {
    stdout.off?.('error', end);
    stdout.off?.('resize', canvas.resized);
    release?.();
  }
}

/** The part of a terminal in which something is drawn again and again. */
class Canvas {
  readonly #printer: Printer;
  readonly #stdout: Output;
  #drawn = 0;
  #last: readonly Line[] = [];

  constructor(printer: Printer, stdout: Output) {
    this.#printer = printer;
    this.#stdout = stdout;
  }

  draw(lines: readonly Line[]): void {
    const shown = this.#fitted(lines);
    const up = this.#drawn === 0 ? '' : `\u001b[${this.#drawn}A`;
    const body = this.#printer.rendered(shown).replaceAll('\n', '\u001b[K\n');
    this.#stdout.write(`${up}\r${body}\u001b[J`);
    this.#drawn = shown.length;
    this.#last = lines;
  }

  /** Lines that were cut or broken by the terminal are where nobody knows: everything is drawn anew. */
  readonly resized = (): void => {
    if (this.#last.length === 0) return;
    this.#drawn = 0;
    this.#stdout.write('\u001b[2J\u001b[H');
    this.draw(this.#last);
  };

  /** As many lines as the terminal has, none of them broken. */
  #fitted(lines: readonly Line[]): readonly Line[] {
    const { rows = 24, columns = 80 } = this.#stdout;
    const room = Math.max(2, rows - 1);
    const cut = wrapped(lines, columns || 80).map((line) => cutTo(line, columns || 80));
    if (cut.length <= room) return cut;
    return [...cut.slice(0, room - 1), [plain(`... ${cut.length - room + 1} more lines`)]];
  }
}
