/** A piece of a line. Labels are coloured, so that values stand out. */
export interface Span {
  readonly text: string;
  readonly style: 'label' | 'plain' | 'error' | 'good' | 'warn' | 'bad';
  /** It was not so a moment ago. */
  readonly changed?: boolean;
  /** It stands above the column of a table. */
  readonly head?: true;
}

export type Line = readonly Span[];

/** Those of states can be told apart by everybody: cyan, yellow, and bold red. */
const ansi = {
  label: '\u001b[34m',
  plain: '',
  error: '\u001b[31m',
  good: '\u001b[36m',
  warn: '\u001b[33m',
  bad: '\u001b[1;31m',
} as const;
/** Turns the colours around: what has changed is seen whatever colour it has. */
const reverse = '\u001b[7m';
const reset = '\u001b[0m';

export function label(text: string): Span {
  return { text: printable(text), style: 'label' };
}

/** The label above a column. */
export function head(text: string): Span {
  return { ...label(text), head: true };
}

export function plain(text: string | number | boolean): Span {
  return { text: printable(String(text)), style: 'plain' };
}

export function errorText(text: string): Span {
  return { text: printable(text), style: 'error' };
}

export function styled(text: string, style: Span['style']): Span {
  return { text: printable(text), style };
}

/** Every line with its line break; colour only wraps text, so that it never moves anything. */
export function render(lines: readonly Line[], color: boolean): string {
  return lines.map((line) => `${line.map((span) => renderSpan(span, color)).join('')}\n`).join('');
}

function renderSpan({ text, style, changed }: Span, color: boolean): string {
  const paint = `${changed === true ? reverse : ''}${ansi[style]}`;
  return color && paint !== '' && text !== '' ? `${paint}${text}${reset}` : text;
}

/** What most texts are, which needs no closer look. */
const harmless = /^[ -~]*$/;

/**
 * Text of the server with what a terminal would obey (escape sequences, line breaks, direction marks) written as
 * `\\xNN` or `\\u{NNNN}`: a description in a config file cannot repaint an operator's screen.
 */
export function printable(text: string): string {
  if (harmless.test(text)) return text;
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    const hex = (character.codePointAt(0) ?? 0).toString(16);
    return hex.length <= 2 ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`;
  });
}
