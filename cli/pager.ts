import { stripVTControlCharacters } from 'node:util';
import { displayWidth } from './display-width.js';
import type { KeySource } from './keys.js';

const more = '\u001b[7m--more-- space: next page, Enter: next line, q: no more\u001b[0m';

/** q, Ctrl-C, Ctrl-D and Escape. */
const enough: ReadonlySet<string> = new Set(['q', 'Q', '\u0003', '\u0004', '\u001b']);

/** Prints a text; where it is longer than the terminal, a page at a time. */
export async function page(text: string, screen: NodeJS.WriteStream, keys: KeySource): Promise<void> {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  let next = 0;
  let room = pageRows(screen);
  while (next < lines.length) {
    const last = next;
    while (next < lines.length) {
      const rows = rowsOf(lines[next] ?? '', screen.columns);
      // The last one may take the place of the prompt for more.
      if (rows > room && next > last) break;
      room -= rows;
      next += 1;
      if (room <= 0) break;
    }
    const shown = lines.slice(last, next);
    if (shown.length > 0) screen.write(`${shown.join('\n')}\n`);
    if (next >= lines.length) return;
    const key = await askKey(screen, keys);
    if (enough.has(key)) return;
    room = key === '\r' || key === '\n' ? 1 : pageRows(screen);
  }
}

function pageRows({ rows }: NodeJS.WriteStream): number {
  return Math.max(1, (rows || 24) - 1);
}

function rowsOf(line: string, columns: number): number {
  return Math.max(1, Math.ceil(displayWidth(stripVTControlCharacters(line)) / Math.max(1, columns || 80)));
}

function askKey(screen: NodeJS.WriteStream, keys: KeySource): Promise<string> {
  screen.write(more);
  return new Promise((resolve) => {
    const release = keys.grab((key) => {
      release();
      screen.write('\r\u001b[K');
      resolve(key);
    });
  });
}
