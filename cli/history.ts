import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Lines that are kept. */
export const KEPT_LINES = 1_000;

/**
 * Where the lines that were typed are kept: MAGLEV_HISTORY, whose empty text means nowhere, or the place for such files in
 * the home (XDG base directories). null = nowhere.
 */
export function historyFile(env: Readonly<Record<string, string | undefined>>): string | null {
  const own = env['MAGLEV_HISTORY'];
  if (own !== undefined) return own === '' ? null : own;
  const state = env['XDG_STATE_HOME'] ?? '';
  const home = env['HOME'] ?? '';
  if (state === '' && home === '') return null;
  return path.join(state === '' ? path.join(home, '.local', 'state') : state, 'maglevc', 'history');
}

/** The newest first, as Node's line editor wants them. A file that cannot be read has none. */
export function readHistory(file: string | null): string[] {
  if (file === null) return [];
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    const kept = lines.filter((line) => line !== '');
    // Every shell appends, and the next one that starts cuts what is too old.
    if (kept.length > 2 * KEPT_LINES) {
      writeFileSync(file, `${kept.slice(-KEPT_LINES).join('\n')}\n`, { mode: 0o600 });
    }
    return kept.slice(-KEPT_LINES).reverse();
  } catch {
    return [];
  }
}

/** For the owner's eyes only. What cannot be written is not worth a word at every line. */
export function appendHistory(file: string | null, line: string): void {
  if (file === null || line.trim() === '') return;
  try {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    appendFileSync(file, `${line}\n`, { mode: 0o600 });
  } catch {
    return;
  }
}
