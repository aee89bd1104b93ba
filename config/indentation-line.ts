import type { TextLine } from './excerpt.js';

/** What a line of block style is, as far as indentation goes. */
export interface Line {
  /**
   * entry: a key, an item of a list, or both. more: goes on with a text. blank: nothing, a comment, or a marker. unknown:
   * something else, after which columns say nothing.
   */
  readonly kind: 'entry' | 'more' | 'blank' | 'tab' | 'unknown';
  readonly number: number;
  readonly offset: number;
  /** Behind its last character. */
  readonly end: number;
  /** Blanks in front of it; of a tab, where it is. */
  readonly column: number;
  /** Its dashes and its key, from left to right. */
  readonly parts: readonly { readonly column: number; readonly dash: boolean }[];
  /** '' when there is none. */
  readonly key: string;
  /** What it says stands on the lines below it. */
  readonly opens: boolean;
  /** What stands behind its key or dash. */
  readonly value: string;
}

const keyPattern = /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#"'[\]{},&*!|>%@`](?:[^#]|\S#)*?)\s*:(?=\s|$)/;

export function readLine(lines: readonly TextLine[], index: number): Line {
  const { number, offset, text } = lines[index] ?? { number: index + 1, offset: 0, text: '' };
  const lead = /^[ \t]*/.exec(text)?.[0] ?? '';
  const base = {
    number,
    offset,
    end: offset + text.length,
    column: lead.length,
    parts: [],
    key: '',
    opens: false,
    value: '',
  };
  const rest = text.slice(lead.length);
  if (rest === '' || rest.startsWith('#') || /^(---|\.\.\.|%)/.test(text)) return { ...base, kind: 'blank' };
  if (lead.includes('\t')) return { ...base, kind: 'tab', column: lead.indexOf('\t') };
  const parts: { column: number; dash: boolean }[] = [];
  let column = lead.length;
  let content = rest;
  for (let dash = /^-(?:[ ]+|$)/.exec(content); dash !== null; dash = /^-(?:[ ]+|$)/.exec(content)) {
    parts.push({ column, dash: true });
    column += dash[0].length;
    content = content.slice(dash[0].length);
  }
  const [whole = '', key = ''] = keyPattern.exec(content) ?? [];
  if (whole !== '') parts.push({ column, dash: false });
  if (parts.length === 0) return { ...base, kind: /^[[{"'|>&*!]/.test(content) ? 'unknown' : 'more' };
  const value = content
    .slice(whole.length)
    .replace(/(^|\s)#.*$/, '')
    .trim();
  return { ...base, kind: 'entry', parts, key, value, opens: /^(&\S+)?$/.test(value) };
}

/**
 * The index of the last line that belongs to the value of the line at `index`: more than that one for text in block style
 * and for brackets that end later. -1 when no end is found.
 */
export function skipBlock(lines: readonly TextLine[], index: number, { value, parts }: Line): number {
  if (/^[|>]/.test(value)) {
    const owner = parts.at(-1)?.column ?? 0;
    let last = index;
    while (last + 1 < lines.length && isInside(lines[last + 1]?.text ?? '', owner)) last++;
    return last;
  }
  if (/^["']/.test(value)) return /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*')$/.test(value) ? index : -1;
  if (!/^[[{]/.test(value)) return index;
  let depth = 0;
  for (let i = index; i < lines.length; i++) {
    const text = i === index ? value : (lines[i]?.text ?? '').replace(/(^|\s)#.*$/, '');
    for (const [mark] of text.replace(/"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'/g, '').matchAll(/[[\]{}]/g)) {
      depth += mark === '[' || mark === '{' ? 1 : -1;
    }
    if (depth <= 0) return depth === 0 ? i : -1;
  }
  return -1;
}

function isInside(text: string, owner: number): boolean {
  return text.trim() === '' || (/^ */.exec(text)?.[0].length ?? 0) > owner;
}
