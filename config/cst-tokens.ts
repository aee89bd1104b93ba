import type { CST } from 'yaml';

/** What stands between the parts of a node: blanks, line breaks, comments, and marks such as a colon. */
export interface Props {
  /** Behind the last of the tokens. */
  readonly end: number;
  /** The offset of the mark that was asked for; null when it is not among them. */
  readonly markAt: number | null;
  readonly comma: boolean;
  readonly comment: boolean;
  readonly newline: boolean;
  /** The name of the anchor; null when there is none. */
  readonly anchor: string | null;
  /** The line ends behind the anchor. */
  readonly anchorEndsLine: boolean;
}

export interface PropsRule {
  readonly mark: 'map-value-ind' | 'seq-item-ind' | 'doc-start' | null;
  /** In brackets: commas may stand there, and tabs, which indent nothing. */
  readonly flow: boolean;
  /** Begins at the start of a line, so that a comment needs no blank in front of it. */
  readonly atLineStart: boolean;
}

/**
 * Reads the tokens in front of a node, as the composer of the yaml library does; null for whatever it might find wrong,
 * and for what it alone shall judge: tags, explicit keys, tabs, anchors that stand oddly. `before` is the offset where they begin.
 */
export function readProps(tokens: readonly CST.SourceToken[], before: number, rule: PropsRule): Props | null {
  let end = before;
  let markAt: number | null = null;
  let comma = false;
  let comment = false;
  let newline = false;
  let anchor: string | null = null;
  let anchorEndsLine = false;
  let blank = rule.atLineStart;
  let needsBlank = false;
  for (const { type, source, offset } of tokens) {
    if (needsBlank && type !== 'space' && type !== 'newline') return null;
    needsBlank = false;
    switch (type) {
      case 'space':
        if (!rule.flow && source.includes('\t')) return null;
        blank = true;
        break;
      case 'newline':
        blank = true;
        newline = true;
        if (anchor !== null) anchorEndsLine = true;
        break;
      case 'comment':
        if (!blank) return null;
        comment = true;
        break;
      case 'anchor':
        if (anchor !== null || source.length < 2 || source.endsWith(':')) return null;
        anchor = source.slice(1);
        blank = false;
        needsBlank = true;
        break;
      case 'comma':
        if (!rule.flow || comma || markAt !== null || anchor !== null) return null;
        comma = true;
        blank = false;
        break;
      default:
        if (type !== rule.mark || markAt !== null || anchor !== null) return null;
        // A key ends in a colon on its own line.
        if (type === 'map-value-ind' && newline) return null;
        markAt = offset;
        blank = false;
    }
    end = offset + source.length;
  }
  return needsBlank ? null : { end, markAt, comma, comment, newline, anchor, anchorEndsLine };
}

/** The offset behind the blanks and comments that follow a node; null when something else is there, or out of order. */
export function readEnd(
  tokens: readonly CST.SourceToken[] | undefined,
  before: number,
  blankFirst = true,
): number | null {
  let end = before;
  let blank = !blankFirst;
  for (const { type, source } of tokens ?? []) {
    if (type === 'space' || type === 'newline') blank = true;
    else if (type !== 'comment' || !blank) return null;
    end += source.length;
  }
  return end;
}

/** Where a value stands of which nothing is written, between tokens that end at `end`: behind the blanks of its line. */
export function emptyAt(tokens: readonly CST.SourceToken[], end: number): number {
  let at = end;
  for (let i = tokens.length - 1; i >= 0; i--) {
    const token = tokens[i];
    if (token === undefined) break;
    const { type, source } = token;
    if (type === 'space' || type === 'comment' || type === 'newline') {
      at -= source.length;
      continue;
    }
    for (let next = tokens[++i]; next?.type === 'space'; next = tokens[++i]) at += next.source.length;
    break;
  }
  return at;
}
