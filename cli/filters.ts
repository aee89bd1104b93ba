import { MaglevError } from '../domain/errors.js';
import type { Line } from './text.js';

/** Something that the lines of an output go through. */
export type Filter =
  | { readonly kind: 'lines'; readonly apply: (lines: readonly string[]) => readonly number[] }
  | { readonly kind: 'count' }
  | { readonly kind: 'json' };

export const filterHelp: readonly (readonly [string, string])[] = [
  ['| include <re>', 'only lines in which the regular expression is found'],
  ['| exclude <re>', 'only lines in which it is not'],
  ['| begin <re>', 'everything from the first line on in which it is'],
  ['| count', 'the number of lines, without the heads of tables'],
  ['| json', 'the JSON document, as by --json'],
];

const filterWords = ['include', 'exclude', 'begin', 'count', 'json'] as const;

/** What can stand behind a bar. */
export const filterCandidates = filterHelp.map(([usage, help]) => ({
  text: usage.split(' ')[1] ?? '',
  help,
}));

/** A command and the filters behind it. Throws MGL_USAGE. */
export function splitFilters(words: readonly string[]): {
  readonly command: readonly string[];
  readonly filters: readonly Filter[];
} {
  const parts: string[][] = [[]];
  for (const word of words) {
    if (word === '|') parts.push([]);
    else parts.at(-1)?.push(word);
  }
  const [command = [], ...filters] = parts;
  return { command, filters: filters.map(filterOf) };
}

function filterOf(words: readonly string[]): Filter {
  const [word = '', ...rest] = words;
  const [name, ...others] = filterWords.filter((one) => word !== '' && one.startsWith(word));
  if (name === undefined || others.length > 0) {
    throw usage(`behind '|' stands one of ${filterWords.join(', ')}, not '${word}'`);
  }
  if (name === 'count' || name === 'json') {
    if (rest.length > 0) throw usage(`'| ${name}' takes no '${rest.join(' ')}'`);
    return { kind: name };
  }
  if (rest.length === 0) throw usage(`'| ${name}' needs a regular expression`);
  const pattern = expression(rest.join(' '));
  return {
    kind: 'lines',
    apply: (lines) => {
      const hits = [...lines.keys()].filter((i) => pattern.test(lines[i] ?? ''));
      if (name === 'include') return hits;
      const first = hits[0] ?? lines.length;
      const hit = new Set(hits);
      return [...lines.keys()].filter((i) => (name === 'begin' ? i >= first : !hit.has(i)));
    },
  };
}

function expression(text: string): RegExp {
  try {
    return new RegExp(text, 'u');
  } catch (thrown) {
    throw usage(
      `'${text}' is no regular expression: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    );
  }
}

/** What is left of some lines; they keep their colours. */
export function filtered(lines: readonly Line[], filters: readonly Filter[]): readonly Line[] {
  let left = lines;
  for (const filter of filters) {
    if (filter.kind === 'json') continue;
    if (filter.kind === 'count') {
      left = [[{ text: String(left.filter((line) => !isHead(line)).length), style: 'plain' }]];
      continue;
    }
    const before = left;
    const texts = before.map((line) => line.map(({ text }) => text).join(''));
    left = filter.apply(texts).flatMap((i) => {
      const line = before[i];
      return line === undefined ? [] : [line];
    });
  }
  return left;
}

function isHead(line: Line): boolean {
  return line.some(({ head }) => head === true);
}

function usage(message: string): MaglevError {
  return new MaglevError('MGL_USAGE', message);
}
