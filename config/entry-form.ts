/**
 * What an entry of a block map looks like apart from its words: the text between them, which begins with the blanks in
 * front of the key and ends with a line break. A word is a run of letters, digits and what may stand inside plain
 * text; single blanks may divide it. Of what YAML has, nothing in a form gives a word a meaning of its own: neither tags,
 * anchors, aliases, comments nor escapes. So whatever has the form of an entry, with other words, is an entry.
 */
export interface EntryForm {
  readonly indent: number;
  readonly between: readonly string[];
  /** Of the entry that has shown the form: where its words begin and end, one after the other, and where it stands. */
  readonly words: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** In characters. Longer entries are not looked at as a whole, only what is in them. */
export const LONGEST = 8192;

/** Which characters a word has: 1 = anywhere, 2 = not at its start. */
const inWords = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const character = String.fromCharCode(code);
  inWords[code] = /\w/.test(character) ? 1 : /[./-]/.test(character) ? 2 : 0;
}

const BLANK = 32;

/** NaN: behind the end of the text. */
export function startsWord(code: number): boolean {
  return code < 128 && inWords[code] === 1;
}

/** Where the word ends that begins at `from`; the same offset when none does. */
export function endOfWord(text: string, from: number): number {
  let at = from;
  if (!startsWord(text.charCodeAt(at))) return at;
  for (;;) {
    const code = text.charCodeAt(++at);
    if (code < 128 && inWords[code] !== 0) continue;
    if (code === BLANK && startsWord(text.charCodeAt(at + 1))) continue;
    return at;
  }
}

/** Characters that give no word a meaning. */
const harmless = /^[\w ./:,{}[\]"'()+=\n-]*$/;

/** A line without a key: it goes on with the value of another one. */
const keyless = /^(?:[^:\n]|:(?![ \n]))*\n/m;

/** So many blanks may stand between a key and its colon, which must be near; half of what is allowed is left to the key. */
const farColon = ' '.repeat(512);

/** A quote that stands for itself. */
const quotedQuote = /\w''|''\w/;

/** The form of the entry of `indent` blanks that is `text` from `from` to `to`; null when it has none that is easy. */
export function formOf(text: string, from: number, to: number, indent: number): EntryForm | null {
  if (to - from > LONGEST) return null;
  const entry = text.slice(from, to);
  if (!harmless.test(entry) || keyless.test(entry) || quotedQuote.test(entry)) return null;
  if (entry.includes(farColon)) return null;
  const between: string[] = [];
  const words: number[] = [];
  let behind = 0;
  for (let at = 0; at < entry.length; ) {
    const end = endOfWord(entry, at);
    if (end === at) {
      at++;
      continue;
    }
    between.push(entry.slice(behind, at));
    words.push(from + at, from + end);
    at = end;
    behind = end;
  }
  between.push(entry.slice(behind));
  return { indent, between, words, from, to };
}

/** Another entry of the form. */
export interface Repeat {
  readonly form: EntryForm;
  readonly from: number;
  readonly to: number;
  /** By how much it is longer up to the end of each of its words: in `growth` of the whole, from here on, 0 first. */
  readonly growthAt: number;
}

/** What stands at `from`, if it has the form and an entry of the same map, of as many blanks, follows. Adds to `growth`. */
export function repeatAt(text: string, from: number, form: EntryForm, growth: number[]): Repeat | null {
  const growthAt = growth.length;
  const to = endOfRepeat(text, from, form, growth);
  if (to >= 0 && keyStands(text, to, form.indent)) return { form, from, to, growthAt };
  growth.length = growthAt;
  return null;
}

/** -1: it has another form. */
function endOfRepeat(text: string, from: number, { between, words }: EntryForm, growth: number[]): number {
  const first = between[0] ?? '';
  if (!text.startsWith(first, from)) return -1;
  let at = from + first.length;
  let grown = 0;
  growth.push(grown);
  for (let i = 1; i < between.length; i++) {
    const part = between[i] ?? '';
    const end = endOfWord(text, at);
    if (end === at || !text.startsWith(part, end)) return -1;
    grown += end - at - ((words[2 * i - 1] ?? 0) - (words[2 * i - 2] ?? 0));
    growth.push(grown);
    at = end + part.length;
  }
  return at;
}

/** A key of exactly so many blanks begins the line at `at`. */
export function keyStands(text: string, at: number, indent: number): boolean {
  for (let i = 0; i < indent; i++) if (text.charCodeAt(at + i) !== BLANK) return false;
  return startsWord(text.charCodeAt(at + indent));
}
