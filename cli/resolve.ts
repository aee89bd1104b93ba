import { nearest } from '../domain/did-you-mean.js';
import type { Command, SlotValues } from './command.js';
import { optionalWord, type TreeNode } from './command-tree.js';

/** What a line of words means. Words are in their full form everywhere but in `word`. */
export type Resolution =
  | { readonly kind: 'command'; readonly command: Command; readonly slots: SlotValues }
  | {
      readonly kind: 'ambiguous';
      readonly after: readonly string[];
      readonly word: string;
      readonly candidates: readonly string[];
    }
  | {
      readonly kind: 'unknown';
      readonly after: readonly string[];
      readonly word: string;
      readonly expected: readonly string[];
    }
  | { readonly kind: 'incomplete'; readonly after: readonly string[]; readonly expected: readonly string[] }
  | { readonly kind: 'surplus'; readonly after: readonly string[]; readonly word: string };

type Failed = Exclude<Resolution, { kind: 'command' }>;

interface Match {
  readonly command: Command;
  readonly slots: SlotValues;
  readonly path: readonly string[];
}

/**
 * Finds the command that `words` stand for. A word may be shortened to any beginning that only one word has. Where
 * the words that begin so are forms of one another (`backend`, `backends`), what follows decides between them.
 */
export function resolve(root: TreeNode, words: readonly string[]): Resolution {
  const { matches, failure } = walk(root, words, [], {});
  const [first, second] = matches;
  if (first === undefined) return failure ?? { kind: 'incomplete', after: [], expected: expectedAt(root) };
  if (second === undefined) return { kind: 'command', command: first.command, slots: first.slots };
  return {
    kind: 'ambiguous',
    after: [],
    word: words.join(' '),
    candidates: matches.map(({ path }) => path.join(' ')),
  };
}

interface Walked {
  readonly matches: readonly Match[];
  /** The failure that came furthest; of several that came as far, the first. */
  readonly failure: Failed | null;
}

function walk(node: TreeNode, words: readonly string[], path: readonly string[], slots: SlotValues): Walked {
  const [word, ...rest] = words;
  if (word === undefined) {
    const { command } = node;
    return command === null
      ? failed({ kind: 'incomplete', after: path, expected: expectedAt(node) })
      : { matches: [{ command, slots: withOption(command, path, slots), path }], failure: null };
  }
  const names = wordsFor(node, word);
  if (names.length > 1 && !areForms(names)) {
    return failed({ kind: 'ambiguous', after: path, word, candidates: names });
  }
  if (names.length === 0 && node.slot !== null) {
    const { name, next } = node.slot;
    return walk(next, rest, [...path, word], { ...slots, [name]: word });
  }
  if (names.length === 0) {
    return node.words.size === 0
      ? failed({ kind: 'surplus', after: path, word })
      : failed({ kind: 'unknown', after: path, word, expected: expectedAt(node) });
  }
  return names
    .flatMap((name) => {
      const next = node.words.get(name);
      return next === undefined ? [] : [walk(next, rest, [...path, name], slots)];
    })
    .reduce(merge);
}

/** Adds the word that may be left out at the end, when it is there. */
function withOption({ usage }: Command, path: readonly string[], slots: SlotValues): SlotValues {
  const word = optionalWord(usage);
  const given = word !== null && path.length === usage.split(' ').length;
  return given ? { ...slots, [word]: word } : slots;
}

/** The fixed words that `word` may mean: itself, or all that begin with it. */
export function wordsFor(node: TreeNode, word: string): string[] {
  if (node.words.has(word)) return [word];
  return word === '' ? [] : [...node.words.keys()].filter((name) => name.startsWith(word));
}

/** What may come at a point, as the usage writes it. */
function expectedAt(node: TreeNode): string[] {
  return [...node.words.keys(), ...(node.slot === null ? [] : [`<${node.slot.name}>`])];
}

function areForms(names: readonly string[]): boolean {
  const shortest = names.reduce((a, b) => (a.length <= b.length ? a : b));
  return names.every((name) => name.startsWith(shortest));
}

function merge(a: Walked, b: Walked): Walked {
  const further = (b.failure?.after.length ?? -1) > (a.failure?.after.length ?? -1);
  return { matches: [...a.matches, ...b.matches], failure: further ? b.failure : a.failure };
}

function failed(failure: Failed): Walked {
  return { matches: [], failure };
}

/** Why a line is no command, in one sentence. */
export function failureText(failure: Failed): string {
  const after = failure.after.length === 0 ? '' : ` after '${failure.after.join(' ')}'`;
  switch (failure.kind) {
    case 'ambiguous':
      return `'${failure.word}'${after} can mean ${failure.candidates.map((name) => `'${name}'`).join(' or ')}`;
    case 'unknown': {
      // A line in quotes is one word for a shell.
      if (failure.word.includes(' ')) {
        const line = [...failure.after, failure.word].join(' ');
        return `'${failure.word}'${after} is one word: write it without quotes, as in maglevc ${line}`;
      }
      const meant = nearest(failure.word, failure.expected);
      const hint = meant === null ? `expected ${oneOf(failure.expected)}` : `did you mean '${meant}'?`;
      const what = failure.word.startsWith('-') ? 'option or command word' : 'command word';
      return `unknown ${what} '${failure.word}'${after}: ${hint}`;
    }
    case 'incomplete':
      return `'${failure.after.join(' ')}' is not complete: expected ${oneOf(failure.expected)}`;
    case 'surplus':
      return `'${failure.after.join(' ')}' is complete, and takes no '${failure.word}'`;
  }
}

function oneOf(words: readonly string[]): string {
  return words.length === 1 ? `${words[0]}` : `one of ${words.join(', ')}`;
}
