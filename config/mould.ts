import type { EntryForm, Repeat } from './entry-form.js';
import type { YamlEntry, YamlList, YamlMap, YamlNode, YamlScalar } from './yaml-tree.js';

/** An offset in the entry that has shown a form, and how many of its words end before it, or there. */
interface Spot {
  readonly at: number;
  readonly words: number;
}

interface Part<N extends YamlNode> {
  readonly node: N;
  readonly at: Spot;
  readonly end: Spot;
}

interface ScalarPart extends Part<YamlScalar> {
  readonly kind: 'scalar';
  /** How many characters of the value are not of its text at both ends: quotes. null: nothing is written. */
  readonly inset: number | null;
}

interface MapPart extends Part<YamlMap> {
  readonly kind: 'map';
  readonly entries: readonly EntryPart[];
}

interface ListPart extends Part<YamlList> {
  readonly kind: 'list';
  readonly items: readonly NodePart[];
}

type NodePart = ScalarPart | MapPart | ListPart;

interface EntryPart {
  readonly key: ScalarPart;
  readonly value: NodePart;
}

/** A colon may stand no further from where its key begins than 1024 characters: the other half is for blanks between them. */
const LONGEST_KEY = 512;

/** What a form stands for: makes the entries that have it from the one that was read. */
export class Mould {
  readonly #text: string;
  readonly #form: EntryForm;
  readonly #entry: EntryPart | null;

  /** `text` is the whole one, of which offsets are. */
  constructor(text: string, form: EntryForm, entry: YamlEntry) {
    this.#text = text;
    this.#form = form;
    this.#entry = this.#entryPart(entry);
  }

  /** null: not all that was read stands in the text as it is. */
  cast(repeat: Repeat, growth: readonly number[]): YamlEntry | null {
    const entry = this.#entry;
    if (entry === null) return null;
    const cast = new Cast(this.#text, repeat, growth);
    const made = cast.entry(entry);
    return cast.failed ? null : made;
  }

  #entryPart({ key, value }: YamlEntry): EntryPart | null {
    const keyPart = this.#scalarPart(key);
    const valuePart = this.#part(value);
    return keyPart === null || valuePart === null ? null : { key: keyPart, value: valuePart };
  }

  #part(node: YamlNode): NodePart | null {
    if (node.kind === 'scalar') return this.#scalarPart(node);
    const at = this.#spot(node.at);
    const end = this.#spot(node.end);
    if (at === null || end === null) return null;
    if (node.kind === 'list') {
      const items = allOf(node.items, (item) => this.#part(item));
      return items === null ? null : { kind: 'list', node, at, end, items };
    }
    const entries = allOf([...node.entries.values()], (entry) => this.#entryPart(entry));
    return entries === null ? null : { kind: 'map', node, at, end, entries };
  }

  #scalarPart(node: YamlScalar): ScalarPart | null {
    const at = this.#spot(node.at);
    const end = this.#spot(node.end);
    if (at === null || end === null) return null;
    if (node.plain && node.text === '') return { kind: 'scalar', node, at, end, inset: null };
    const inset = node.plain ? 0 : 1;
    const asItIs = this.#text.slice(node.at + inset, node.end - inset) === node.text;
    return asItIs ? { kind: 'scalar', node, at, end, inset } : null;
  }

  /** null: in the middle of a word, or outside. */
  #spot(at: number): Spot | null {
    const { from, to, words } = this.#form;
    if (at < from || at > to) return null;
    let before = 0;
    while (before < words.length && (words[before] ?? 0) < at) before++;
    // An odd number of boundaries lies before the inside of a word, and its end.
    if (before % 2 === 1 && words[before] !== at) return null;
    return { at: at - from, words: (before + 1) >> 1 };
  }
}

/** One entry that is made. */
class Cast {
  failed = false;
  readonly #text: string;
  readonly #from: number;
  readonly #growth: readonly number[];
  readonly #growthAt: number;

  constructor(text: string, { from, growthAt }: Repeat, growth: readonly number[]) {
    this.#text = text;
    this.#from = from;
    this.#growth = growth;
    this.#growthAt = growthAt;
  }

  entry({ key, value }: EntryPart): YamlEntry {
    const made = this.#scalar(key);
    if (made.end - made.at > LONGEST_KEY) this.failed = true;
    return { key: made, value: this.#node(value) };
  }

  #node(part: NodePart): YamlNode {
    switch (part.kind) {
      case 'scalar':
        return this.#scalar(part);
      case 'map': {
        const entries = new Map<string, YamlEntry>();
        for (const one of part.entries) {
          const entry = this.entry(one);
          if (entries.has(entry.key.text)) this.failed = true;
          entries.set(entry.key.text, entry);
        }
        return { kind: 'map', entries, at: this.#offset(part.at), end: this.#offset(part.end) };
      }
      case 'list': {
        const items = part.items.map((item) => this.#node(item));
        return { kind: 'list', items, at: this.#offset(part.at), end: this.#offset(part.end) };
      }
    }
  }

  #scalar({ node: { plain }, at: from, end: to, inset }: ScalarPart): YamlScalar {
    const at = this.#offset(from);
    const end = this.#offset(to);
    const text = inset === null ? '' : this.#text.slice(at + inset, end - inset);
    return { kind: 'scalar', text, plain, at, end };
  }

  #offset({ at, words }: Spot): number {
    return this.#from + at + (this.#growth[this.#growthAt + words] ?? 0);
  }
}

function allOf<A, B>(list: readonly A[], change: (one: A) => B | null): B[] | null {
  const changed: B[] = [];
  for (const one of list) {
    const other = change(one);
    if (other === null) return null;
    changed.push(other);
  }
  return changed;
}
