/**
 * Characters that would garble a terminal or a log line: control characters, line separators, and those that
 * reverse or hide text.
 */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** In characters: no name is cut. */
const LONGEST_SHOWN = 64;

/** Text from a file, fit for a one-line message: in single quotes, unprintable characters escaped, cut when long. */
export function quote(text: string): string {
  return `'${clip(text, LONGEST_SHOWN)}'`;
}

/** The same without the quotes, for text that somebody else's message already quotes. `longest` is in characters. */
export function clip(text: string, longest: number): string {
  if (text.length <= longest) return escapeUnprintable(text);
  // No text within the limit has more UTF-16 units than twice that.
  const characters = [...text.slice(0, 2 * longest + 2)];
  const cut = characters.length > longest ? `${characters.slice(0, longest).join('')}...` : text;
  return escapeUnprintable(cut);
}

export function escapeUnprintable(text: string): string {
  return text.replace(unprintable, (character) => {
    if (character === '\n') return '\\n';
    if (character === '\t') return '\\t';
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}

/** `1234567` as `1,234,567`. */
export function thousands(count: bigint | number): string {
  return count.toString().replace(/\B(?=(\d{3})+$)/g, ',');
}

/** For JSON.stringify: what JSON has no form for, as JSON. A bigint is a decimal number in quotes. */
export function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Map) return Object.fromEntries(value);
  if (value instanceof Set) return [...value];
  if (value instanceof Error) return value.message;
  return value;
}
