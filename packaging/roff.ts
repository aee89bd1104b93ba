/** A piece of a manual page. Texts may have `code`, **bold** and [links](where), as Markdown has them. */
export type Block =
  | { readonly kind: 'heading'; readonly level: 1 | 2; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'terms'; readonly entries: readonly (readonly [term: string, text: string])[] }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'code'; readonly lines: readonly string[] }
  | { readonly kind: 'table'; readonly rows: readonly (readonly string[])[] };

export interface ManPage {
  readonly name: string;
  readonly section: 1 | 5 | 8;
  /** What it is, in a few words: what apropos(1) finds. */
  readonly says: string;
  readonly blocks: readonly Block[];
}

export interface Edition {
  readonly version: string;
  /** `2026-11-28`; '' = not known. */
  readonly date: string;
}

/** The page in the language of man(7). */
export function manPage({ name, section, says, blocks }: ManPage, { version, date }: Edition): string {
  const head = [
    '.TH',
    quoted(name.toUpperCase()),
    quoted(`${section}`),
    quoted(date),
    quoted(`vpp-maglev ${version}`),
  ];
  const lines = [
    head.join(' '),
    // Left-aligned, and without hyphens: names are long, and are copied.
    '.ad l',
    '.nh',
    '.SH NAME',
    `${plain(name)} \\- ${plain(says)}`,
    ...blocks.flatMap(blockLines),
  ];
  return `${lines.join('\n')}\n`;
}

function blockLines(block: Block): string[] {
  switch (block.kind) {
    case 'heading':
      return [
        `${block.level === 1 ? '.SH' : '.SS'} ${quoted(block.level === 1 ? block.text.toUpperCase() : block.text)}`,
      ];
    case 'paragraph':
      return ['.PP', textLine(block.text)];
    case 'terms':
      return block.entries.flatMap(([term, text]) => [
        '.TP',
        `\\fB${plain(term)}\\fR`,
        text.split('\n').map(textLine).join('\n.br\n'),
      ]);
    case 'list':
      return block.items.flatMap((item) => ['.IP \\(bu 2', textLine(item)]);
    case 'code':
      return ['.PP', '.RS 4', '.nf', ...block.lines.map((line) => guarded(plain(line))), '.fi', '.RE'];
    case 'table':
      return tableLines(block.rows);
  }
}

/** A list by the first column; a table of man(7) would not fit a terminal. With more than two columns each is named. */
function tableLines([titles = [], ...rows]: readonly (readonly string[])[]): string[] {
  return rows.flatMap(([term = '', ...cells]) => {
    const texts = cells.flatMap((cell, i) => {
      if (cell === '') return [];
      return [cells.length === 1 ? cell : `${titles[i + 1] ?? ''}: ${cell}`];
    });
    return ['.TP', guarded(inline(term)), textLine(texts.join('; '))];
  });
}

/** One line of running text. */
function textLine(text: string): string {
  return guarded(inline(text));
}

/** A line that begins with a dot or a quote would be a request. */
function guarded(line: string): string {
  return /^[.']/.test(line) ? `\\&${line}` : line;
}

function inline(text: string): string {
  return text
    .split(/(`[^`]+`|\*\*[^*]+\*\*|\[[^\]]*\]\([^)]*\))/)
    .map((part, i) => (i % 2 === 0 ? plain(part) : marked(part)))
    .join('');
}

function marked(part: string): string {
  if (part.startsWith('[')) {
    const [, words = '', where = ''] = /^\[([^\]]*)\]\(([^)]*)\)$/.exec(part) ?? [];
    return inline(where.startsWith('http') ? `${words} (${where})` : words);
  }
  return `\\fB${plain(part.replace(/^(?:`|\*\*)|(?:`|\*\*)$/g, ''))}\\fR`;
}

/** Every character stays what it is: `--flag` must be found by a search, and copied to a shell. */
function plain(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti');
}

function quoted(text: string): string {
  return `"${plain(text).replaceAll('"', '\\(dq')}"`;
}
