import type { CST } from 'yaml';
import type { Condensed, Gap } from './condensed.js';
import type { EntryForm } from './entry-form.js';
import { Mould } from './mould.js';
import type { YamlEntry } from './yaml-tree.js';

/** A form, and what was read where it was shown, until it is certain that this is one entry and nothing else. */
interface Shown {
  readonly form: EntryForm;
  entry: YamlEntry | null;
  mould: Mould | null;
}

/**
 * Puts the entries that were left out of a text into the maps that were read without them. It relies on nothing that the
 * text alone seems to say: a form counts when the syntax tree has an entry of a block map exactly where it was shown,
 * and a gap is filled when the tree has a key of a map of the same depth right behind it, with entries before. Such an
 * entry depends on nothing but its depth (YAML 1.2.2, rules 187 and 188), so that it may stand there once more.
 */
export class GapFiller {
  readonly #text: string;
  readonly #growth: readonly number[];
  /** By the offset of the key that follows. */
  readonly #gaps: ReadonlyMap<number, Gap>;
  /** By the offset of the key. */
  readonly #shownAt: ReadonlyMap<number, Shown>;
  readonly #shown: ReadonlyMap<EntryForm, Shown>;
  /** The last form that was shown at each depth. */
  readonly #last = new Map<number, Shown>();
  #filled = 0;

  constructor(text: string, { gaps, forms, growth }: Omit<Condensed, 'text'>) {
    this.#text = text;
    this.#growth = growth;
    const shown = forms.map((form): Shown => ({ form, entry: null, mould: null }));
    this.#gaps = new Map(gaps.map((gap) => [gap.to + gap.indent, gap]));
    this.#shownAt = new Map(shown.map((one) => [one.form.from + one.form.indent, one]));
    this.#shown = new Map(shown.map((one) => [one.form, one]));
  }

  get isDone(): boolean {
    return this.#filled === this.#gaps.size;
  }

  /** To be called for each entry of a block map, before its value is made. False: what was left out does not belong there. */
  fill(
    entries: Map<string, YamlEntry>,
    start: readonly CST.SourceToken[],
    keyAt: number,
    indent: number,
  ): boolean {
    const gap = this.#gaps.get(keyAt);
    this.#confirm(gap?.from ?? keyAt - indent, indent);
    if (gap === undefined) return true;
    const [blanks] = start;
    const alone = start.length === 1 && blanks?.type === 'space' && blanks.source.length === indent;
    if (!alone || gap.indent !== indent || entries.size === 0) return false;
    for (const repeat of gap.repeats) {
      const entry = this.#shown.get(repeat.form)?.mould?.cast(repeat, this.#growth) ?? null;
      if (entry === null || entries.has(entry.key.text)) return false;
      entries.set(entry.key.text, entry);
    }
    this.#filled++;
    return true;
  }

  /** To be called for each entry of a block map that was read. */
  learn(entry: YamlEntry, indent: number): void {
    const shown = this.#shownAt.get(entry.key.at);
    if (shown === undefined || shown.form.indent !== indent) return;
    shown.entry = entry;
    this.#last.set(indent, shown);
  }

  /** The next entry of that depth begins at `at`: does the one before end there? */
  #confirm(at: number, indent: number): void {
    const last = this.#last.get(indent);
    if (last === undefined || last.entry === null) return;
    this.#last.delete(indent);
    if (last.form.to === at) last.mould = new Mould(this.#text, last.form, last.entry);
  }
}
