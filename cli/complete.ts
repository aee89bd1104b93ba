import { nameText } from '../domain/name.js';
import type { MaglevClient } from '../rpc/client.js';
import { type Grammar, mayEnd, steps } from './grammar.js';
import { after, beginning, type Failed, fixedWords, type Reading } from './resolve.js';
import { kindOf, type SlotKind } from './slot-kinds.js';

/** Something that can stand at a place of a line. */
export interface Candidate {
  /** As it is typed; a name that is not one word is in quotes. */
  readonly text: string;
  readonly help: string;
}

/** What can stand at a place, and what it can be. */
export interface Place {
  /** Fixed words, and values of which there are only some. */
  readonly words: readonly Candidate[];
  /** Values of the operator's. */
  readonly slots: readonly {
    readonly text: string;
    readonly kind: SlotKind;
    readonly before: Reading['slots'];
  }[];
  /** The helps of the commands that are complete here. */
  readonly complete: readonly string[];
}

/** What can follow these words, all of which are complete, or shortened as far as they stay clear. */
export function placeAfter(grammar: Grammar, words: readonly string[]): Place | Failed {
  let readings: readonly Reading[] = beginning(grammar);
  for (const word of words) {
    const next = after(readings, word);
    if ('kind' in next) return next;
    // That a name may be the same as a word that ends a list of names only confuses whoever asks what comes behind it.
    const asName = fixedWords(readings).includes(word) ? [] : next.asName;
    readings = [...next.ways.flat(), ...asName];
  }
  return placeOf(readings);
}

function placeOf(readings: readonly Reading[]): Place {
  const words = new Map<string, string[]>();
  const slots = new Map<string, Place['slots'][number]>();
  for (const reading of readings) {
    for (const { atom, inner, optional } of steps(reading.items)) {
      const command = inner ?? reading.inner ?? reading.command;
      if (atom.kind === 'word') {
        const helps = words.get(atom.word) ?? [];
        words.set(atom.word, [...helps, optional ? (options[atom.word] ?? '') : command.help]);
        continue;
      }
      const kind = kindOf(command, atom.name);
      for (const value of kind.values ?? []) words.set(value, [kind.help]);
      if (kind.values === undefined) {
        const text = `<${atom.name}>`;
        slots.set(text, { text, kind, before: reading.slots });
      }
    }
  }
  return {
    words: [...words].map(([text, helps]) => ({ text, help: helpOf(text, helps) })),
    slots: [...slots.values()],
    complete: readings.filter(({ items }) => mayEnd(items)).map(({ command }) => command.help),
  };
}

/** Of a word that begins several commands, what they have in common. */
const groups: Readonly<Record<string, string>> = {
  show: 'look at something; nothing is changed',
  set: 'change what counts for a backend or a pool',
  sync: 'make VPP equal to the decision now',
  config: 'check or load the config file',
  watch: 'follow what happens, until a key is pressed',
  plan: 'what a change would do, without doing it',
  explain: 'why something is as it is',
  wait: 'return when something is so, for scripts',
  vpp: 'what VPP has and counts',
  lb: "VPP's load balancer",
  backend: 'one backend, or several',
};

/** What words that may be left out add to a command. */
const options: Readonly<Record<string, string>> = {
  every: 'how often; 2s unless another time is given',
  for: 'how long at most',
  num: 'end after so many',
  log: 'whatever maglevd tells, at info and above',
  level: 'down to this level',
  backend: 'changes of the state of backends',
  frontend: 'changes of the state, or of the active pool, of frontends',
  vpp: 'connects and disconnects of VPP',
  sync: 'ends of syncs',
  config: 'ends of reloads',
  names: 'of backends and frontends only these',
  flush: 'cut the flows that they have',
};

function helpOf(word: string, helps: readonly string[]): string {
  const [only = '', ...others] = [...new Set(helps)];
  return others.length === 0 ? only : (groups[word] ?? `${helps.length} commands`);
}

/**
 * What the last word of a line, of which `begun` is typed, can become. Live names are asked for where the line has a place
 * for one; without a client, or when it fails, there are none.
 */
export async function complete(
  grammar: Grammar,
  words: readonly string[],
  begun: string,
  client: () => Promise<MaglevClient>,
): Promise<Candidate[]> {
  const place = placeAfter(grammar, words);
  if ('kind' in place) return [];
  const fixed = place.words.filter(({ text }) => text.startsWith(begun));
  const values = await Promise.all(
    place.slots.map(async ({ kind, before }) => {
      const all = await namesOf(kind, client, before);
      return all
        .filter((name) => name.startsWith(begun))
        .map((name) => ({ text: nameText(name), help: kind.help }));
    }),
  );
  return [...fixed, ...values.flat()];
}

/** What there is now, or examples. What cannot be asked for is not offered: Tab is no place for an error. */
export async function namesOf(
  kind: SlotKind,
  client: () => Promise<MaglevClient>,
  before: Reading['slots'],
): Promise<readonly string[]> {
  if (kind.live === undefined) return kind.examples ?? [];
  try {
    return (await kind.live?.(await client(), before)) ?? [];
  } catch {
    return [];
  }
}

/** How far all of them agree. */
export function commonBeginning(texts: readonly string[]): string {
  const [first = '', ...others] = texts;
  let length = first.length;
  for (const text of others) {
    while (length > 0 && !text.startsWith(first.slice(0, length))) length -= 1;
  }
  return first.slice(0, length);
}
