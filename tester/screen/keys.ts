const ESCAPE = '\u001b';

/** The keys that a terminal has sent at once: characters, and sequences such as those of arrows. */
export function keysIn(text: string): string[] {
  const keys: string[] = [];
  let rest = text;
  while (rest !== '') {
    const sequence = rest.startsWith(ESCAPE) ? (/^\[[0-9;]*[A-Za-z~]/.exec(rest.slice(1))?.[0] ?? '') : '';
    const key = sequence === '' ? rest.slice(0, 1) : `${ESCAPE}${sequence}`;
    keys.push(key);
    rest = rest.slice(key.length);
  }
  return keys;
}
