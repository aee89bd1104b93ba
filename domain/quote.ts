/**
 * Characters that would garble a terminal or a log line: control characters, line separators, and those that
 * reverse or hide text.
 */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Text from a file, fit for a one-line message: in single quotes, unprintable characters escaped, cut when long. */
export function quote(text: string): string {
  return `'${clip(text, 60)}'`;
}

/** The same without the quotes, for text that somebody else's message already quotes. */
export function clip(text: string, longest: number): string {
  return escapeUnprintable(text.length > longest ? `${text.slice(0, longest)}...` : text);
}

export function escapeUnprintable(text: string): string {
  return text.replace(unprintable, (character) => {
    if (character === '\n') return '\\n';
    if (character === '\t') return '\\t';
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}
