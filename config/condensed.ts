import {
  type EntryForm,
  formOf,
  keyStands,
  LONGEST,
  type Repeat,
  repeatAt,
  startsWord,
} from './entry-form.js';

/** Where entries were left out, between two others of the same map. */
export interface Gap {
  /** Where the first of them begins, and where the line of the next key does. */
  readonly from: number;
  readonly to: number;
  readonly indent: number;
  readonly repeats: readonly Repeat[];
}

/** A text without most of what looks like something else in it. */
export interface Condensed {
  readonly text: string;
  /** In the order of the text. Offsets are those of the whole text. */
  readonly gaps: readonly Gap[];
  readonly forms: readonly EntryForm[];
  /** See Repeat. */
  readonly growth: readonly number[];
}

/** Of which nothing is left out. */
export function uncondensed(text: string): Condensed {
  return { text, gaps: [], forms: [], growth: [] };
}

/** Of one depth are tried at one place; and of the whole text. */
const FORMS_AT_ONCE = 12;
const FORMS = 256;

const BLANK = 32;
const LINE_BREAK = 10;
const COMMENT = 35;

/**
 * Leaves out entries that look like earlier ones, apart from their words, when they stand between others of as many
 * blanks: those may be expected to be of the same map, and whoever reads the rest has to see whether they are.
 */
export function condense(text: string): Condensed {
  const condenser = new Condenser(text);
  condenser.run();
  const { gaps, forms, growth } = condenser;
  if (gaps.length === 0) return uncondensed(text);
  const kept: string[] = [];
  let at = 0;
  for (const { from, to } of gaps) {
    kept.push(text.slice(at, from));
    at = to;
  }
  kept.push(text.slice(at));
  return { text: kept.join(''), gaps, forms, growth };
}

class Condenser {
  readonly gaps: Gap[] = [];
  readonly forms: EntryForm[] = [];
  readonly growth: number[] = [];
  readonly #text: string;
  /** By the number of blanks; what was found last comes first. */
  readonly #known = new Map<number, EntryForm[]>();
  /** Blanks in front of the keys whose maps go on, as far as lines tell. */
  readonly #open: number[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  run(): void {
    const text = this.#text;
    for (let at = 0; at < text.length; ) {
      let indent = 0;
      while (text.charCodeAt(at + indent) === BLANK) indent++;
      if (!this.#isEmptyLine(at + indent)) while ((this.#open.at(-1) ?? 0) > indent) this.#open.pop();
      if (indent > 0 && startsWord(text.charCodeAt(at + indent))) {
        const behind = this.#leaveOut(at, indent);
        if (behind > at) {
          at = behind;
          continue;
        }
      }
      const lineBreak = text.indexOf('\n', at);
      if (lineBreak < 0) return;
      at = lineBreak + 1;
    }
  }

  /** Nothing begins there but a comment, or the line ends. */
  #isEmptyLine(at: number): boolean {
    const code = this.#text.charCodeAt(at);
    return code === LINE_BREAK || code === COMMENT;
  }

  /** Behind what is left out. */
  #leaveOut(from: number, indent: number): number {
    const goesOn = this.#open.at(-1) === indent;
    if (!goesOn) this.#open.push(indent);
    const known = this.#known.get(indent) ?? [];
    const repeats: Repeat[] = [];
    let at = from;
    for (let repeat = this.#find(known, at); repeat !== null; repeat = this.#find(known, at)) {
      if (!goesOn) return from;
      repeats.push(repeat);
      at = repeat.to;
    }
    if (at === from) this.#learn(known, from, indent);
    else this.gaps.push({ from, to: at, indent, repeats });
    return at;
  }

  #find(known: EntryForm[], at: number): Repeat | null {
    for (let i = 0; i < known.length; i++) {
      const form = known[i];
      const repeat = form === undefined ? null : repeatAt(this.#text, at, form, this.growth);
      if (form === undefined || repeat === null) continue;
      if (i > 0) {
        known.splice(i, 1);
        known.unshift(form);
      }
      return repeat;
    }
    return null;
  }

  #learn(known: EntryForm[], from: number, indent: number): void {
    if (this.forms.length >= FORMS) return;
    const to = this.#endOfEntry(from, indent);
    const form = keyStands(this.#text, to, indent) ? formOf(this.#text, from, to, indent) : null;
    if (form === null) return;
    this.forms.push(form);
    known.unshift(form);
    if (known.length > FORMS_AT_ONCE) known.pop();
    this.#known.set(indent, known);
  }

  /** Behind the lines that are deeper, or some of them when they are too many for a form. */
  #endOfEntry(from: number, indent: number): number {
    const text = this.#text;
    for (let at = from; ; ) {
      const lineBreak = text.indexOf('\n', at);
      if (lineBreak < 0 || at - from > LONGEST) return text.length;
      at = lineBreak + 1;
      let blanks = 0;
      while (text.charCodeAt(at + blanks) === BLANK) blanks++;
      if (blanks <= indent && text.charCodeAt(at + blanks) !== LINE_BREAK) return at;
    }
  }
}
