import type { Block } from './roff.js';

/**
 * The blocks of a page of docs/, from its second heading on. It knows what these pages use: headings, paragraphs, lists of one level,
 * tables, and code between fences. A heading of the third level and deeper is one of the second.
 */
export function markdownBlocks(text: string): Block[] {
  const lines = text.split('\n');
  const blocks: Block[] = [];
  const begin = lines.findIndex((line) => line.startsWith('## '));
  for (let i = Math.max(begin, 0); i < lines.length; ) {
    const line = lines[i] ?? '';
    const [, marks = '', title = ''] = /^(#+) (.*)$/.exec(line) ?? [];
    const take = (belongs: (line: string) => boolean): string[] => {
      const taken: string[] = [];
      while (i < lines.length && belongs(lines[i] ?? '')) taken.push(lines[i++] ?? '');
      return taken;
    };
    if (line === '' || line.startsWith('<!--')) i++;
    else if (marks !== '') {
      blocks.push({ kind: 'heading', level: marks.length <= 2 ? 1 : 2, text: title });
      i++;
    } else if (line.startsWith('```')) {
      i++;
      blocks.push({ kind: 'code', lines: take((next) => !next.startsWith('```')) });
      i++;
    } else if (line.startsWith('|')) {
      const rows = take((next) => next.startsWith('|')).filter((row) => !/^\|[-|: ]+\|$/.test(row));
      blocks.push({ kind: 'table', rows: rows.map(cellsOf) });
    } else if (item.test(line)) {
      const items: string[] = [];
      for (const next of take((one) => one !== '')) {
        if (item.test(next)) items.push(next.replace(item, ''));
        else items.push(`${items.pop() ?? ''} ${next.trim()}`);
      }
      blocks.push({ kind: 'list', items });
    } else {
      const words = take((next) => next !== '' && !/^(?:#|```|\|)/.test(next) && !item.test(next));
      blocks.push({ kind: 'paragraph', text: words.map((word) => word.trim()).join(' ') });
    }
  }
  return blocks;
}

const item = /^(?:-|\d+\.) /;

/** A bar within a cell is written `\|`. */
function cellsOf(row: string): string[] {
  return row
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
}
