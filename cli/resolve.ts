import { nearest } from '../domain/did-you-mean.js';
import type { Command, Given, SlotValues } from './command.js';
import { atomText, type Grammar, type Item, mayEnd, type Step, steps } from './grammar.js';
import { kindOf, type SlotKind } from './slot-kinds.js';

/** What a line of words means. Words are in their full form everywhere but in `word`. */
export type Resolution =
  | {
      readonly kind: 'command';
      readonly command: Command;
      readonly slots: SlotValues;
      readonly given: Given;
    }
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

export type Failed = Exclude<Resolution, { kind: 'command' }>;

/** A way in which the words so far can be read. */
export interface Reading {
  readonly command: Command;
  readonly inner: Command | null;
  /** What may follow. */
  readonly items: readonly Item[];
  /** The words so far, in full. */
  readonly path: readonly string[];
  readonly slots: SlotValues;
  readonly lists: Given['lists'];
  /** What the last word stands in; null: it is a fixed one. */
  readonly slot: SlotKind | null;
}

/** No word has been read yet. */
export function beginning(grammar: Grammar): Reading[] {
  return grammar.map(({ command, items }) => ({
    command,
    inner: null,
    items,
    path: [],
    slots: {},
    lists: {},
    slot: null,
  }));
}

/**
 * Finds the command that `words` stand for. A word may be shortened to any beginning that only one word has. Where
 * the words that begin so are forms of one another (`backend`, `backends`), what follows decides between them.
 */
export function resolve(grammar: Grammar, words: readonly string[]): Resolution {
  const start = beginning(grammar);
  const { matches, failure } = walk(start, words);
  const [first, second] = matches;
  if (first === undefined) return failure ?? { kind: 'incomplete', after: [], expected: expectedAt(start) };
  if (second === undefined) {
    const { command, slots, lists, inner } = first;
    return { kind: 'command', command, slots, given: { lists, inner } };
  }
  return {
    kind: 'ambiguous',
    after: [],
    word: words.join(' '),
    candidates: matches.map(({ path }) => path.join(' ')),
  };
}

interface Walked {
  readonly matches: readonly Reading[];
  /** The failure that came furthest; of several that came as far, the first. */
  readonly failure: Failed | null;
}

function walk(readings: readonly Reading[], words: readonly string[]): Walked {
  const [word, ...rest] = words;
  if (word === undefined) {
    const matches = readings.filter(({ items }) => mayEnd(items));
    return matches.length > 0 ? { matches, failure: null } : failed(incomplete(readings));
  }
  const next = after(readings, word);
  if ('kind' in next) return failed(next);
  const found = next.ways.map((way) => walk(way, rest)).reduce(merge);
  // A name can look like a word that ends a list of names; the word counts where the line makes sense with it.
  if (found.matches.length > 0 || next.asName.length === 0) return found;
  const named = walk(next.asName, rest);
  return named.matches.length > 0 ? named : found;
}

/** More is needed; or a word that was taken for one more name of a list is a mistake for one that ends it. */
function incomplete(readings: readonly Reading[]): Failed {
  const path = pathOf(readings);
  const expected = expectedAt(readings);
  const word = path.at(-1) ?? '';
  const isMore = readings.some(({ lists }) => Object.values(lists).some((list) => list.length > 1));
  if (isMore && nearest(word, fixedWords(readings)) !== null) {
    return { kind: 'unknown', after: path.slice(0, -1), word, expected };
  }
  return { kind: 'incomplete', after: path, expected };
}

interface Next {
  /** By each fixed word that was meant, or one with all values. */
  readonly ways: readonly (readonly Reading[])[];
  /** What the word also can be: one more of a list of names. */
  readonly asName: readonly Reading[];
}

/** How the readings go on with one more word, or why none does. */
export function after(readings: readonly Reading[], word: string): Next | Failed {
  const path = pathOf(readings);
  const names = wordsFor(readings, word);
  if (names.length > 1 && !areForms(names))
    return { kind: 'ambiguous', after: path, word, candidates: names };
  if (names.length > 0) {
    const ways = names.map((name) => advance(readings, name, ({ atom }) => isWord(atom, name)));
    return { ways, asName: advance(readings, word, ({ atom }) => atom.kind === 'slot' && atom.many) };
  }
  const values = advance(readings, word, ({ atom }) => atom.kind === 'slot').filter(isPossible);
  if (values.length > 0) return { ways: [values], asName: [] };
  const expected = expectedAt(readings);
  if (expected.length === 0) return { kind: 'surplus', after: path, word };
  return { kind: 'unknown', after: path, word, expected };
}

function isWord(atom: Step['atom'], name: string): boolean {
  return atom.kind === 'word' && atom.word === name;
}

function advance(readings: readonly Reading[], word: string, takes: (step: Step) => boolean): Reading[] {
  return readings.flatMap((reading) =>
    steps(reading.items)
      .filter(takes)
      .map((step) => taken(reading, step, word)),
  );
}

function taken(reading: Reading, { atom, rest, optional, inner }: Step, word: string): Reading {
  const { slots, lists, path, command } = reading;
  const within = inner ?? reading.inner;
  const kind = atom.kind === 'slot' ? kindOf(within ?? command, atom.name) : null;
  const full = kind === null ? word : (meantValue(kind, word) ?? word);
  const next = { ...reading, items: rest, path: [...path, full], inner: within, slot: kind };
  if (atom.kind === 'word') return optional ? { ...next, slots: { ...slots, [word]: word } } : next;
  const { name, many } = atom;
  if (!many) return { ...next, slots: { ...slots, [name]: full } };
  const list = [...(lists[name] ?? []), full];
  return { ...next, slots: { ...slots, [name]: slots[name] ?? full }, lists: { ...lists, [name]: list } };
}

/** Of a slot that takes only some values, was it one of them? */
function isPossible({ slot, path }: Reading): boolean {
  return slot === null || meantValue(slot, path.at(-1) ?? '') !== null;
}

/** The value that is meant, which may be shortened where there are only some; null: none of them. */
function meantValue({ values }: SlotKind, word: string): string | null {
  if (values === undefined || values.includes(word)) return word;
  const [only, ...others] = word === '' ? [] : values.filter((value) => value.startsWith(word));
  return only !== undefined && others.length === 0 ? only : null;
}

/** The fixed words that `word` may mean: itself, or all that begin with it. */
export function wordsFor(readings: readonly Reading[], word: string): string[] {
  const known = fixedWords(readings);
  if (known.includes(word)) return [word];
  return word === '' ? [] : known.filter((name) => name.startsWith(word));
}

export function fixedWords(readings: readonly Reading[]): string[] {
  const all = readings.flatMap(({ items }) =>
    steps(items).flatMap(({ atom }) => (atom.kind === 'word' ? [atom.word] : [])),
  );
  return [...new Set(all)];
}

/** What may come at a point, as the usage writes it; of a slot that takes only some values, these. */
function expectedAt(readings: readonly Reading[]): string[] {
  const slots = readings.flatMap(({ items, inner, command }) =>
    steps(items).flatMap(({ atom, inner: own }) =>
      atom.kind === 'slot' ? (kindOf(own ?? inner ?? command, atom.name).values ?? [atomText(atom)]) : [],
    ),
  );
  return [...new Set([...fixedWords(readings), ...slots])];
}

function pathOf(readings: readonly Reading[]): readonly string[] {
  return readings[0]?.path ?? [];
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
