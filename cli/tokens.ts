import { type Either, left, right } from 'fp-ts/lib/Either.js';

/** A line taken apart as far as it goes. */
export interface Tokens {
  /** Complete words, without quotes. */
  readonly words: readonly string[];
  /** What the last word begins with; empty behind a blank. */
  readonly begun: string;
  /** The quote that is not closed yet, or an empty text. */
  readonly open: '' | "'" | '"';
}

/**
 * Words are parted by blanks; in single or double quotes blanks belong to a word, and behind `#` at the beginning of a
 * word comes a comment. A bar is a word by itself, unless it is in quotes.
 */
export function tokensOf(line: string): Tokens {
  const words: string[] = [];
  let word: string | null = null;
  let open: Tokens['open'] = '';
  const end = () => {
    if (word !== null) words.push(word);
    word = null;
  };
  for (const character of line) {
    if (open !== '') {
      if (character === open) open = '';
      else word += character;
    } else if (character === "'" || character === '"') {
      open = character;
      word ??= '';
    } else if (/\s/.test(character)) end();
    else if (character === '|') {
      end();
      words.push('|');
    } else if (character === '#' && word === null) break;
    else word = (word ?? '') + character;
  }
  return { words, begun: word ?? '', open };
}

/** The words of a whole line. Left: one sentence of what is wrong. */
export function wordsOfLine(line: string): Either<string, readonly string[]> {
  const { words, open } = tokensOf(`${line} `);
  return open === '' ? right(words) : left(`the quote ${open} is not closed`);
}
