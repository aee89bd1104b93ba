import type { Block } from './roff.js';

/** Two spaces, what is explained, and behind two more its explanation, which may have a line of its own below. */
const entry = /^ {2}(\S.*?)(?: {2,}(\S.*))?$/;

/**
 * The blocks of what a program prints for --help, behind its first line: `usage:`, lists with two columns under headings, and
 * paragraphs. So a page of the manual can say nothing that the program does not.
 */
export function helpBlocks(help: string): Block[] {
  const blocks: Block[] = [];
  let entries: [string, string][] | null = null;
  let usage: string[] | null = null;
  const end = () => {
    if (entries !== null) blocks.push({ kind: 'terms', entries });
    if (usage !== null)
      blocks.push({ kind: 'heading', level: 1, text: 'Synopsis' }, { kind: 'code', lines: usage });
    entries = null;
    usage = null;
  };
  const lines = help.trimEnd().split('\n').slice(1);
  for (const [i, line] of lines.entries()) {
    const [, term, text = ''] = entry.exec(line) ?? [];
    if (line === '') end();
    else if (line.startsWith('usage: ')) {
      end();
      usage = [line.slice('usage: '.length)];
    } else if (usage !== null && line.startsWith('       ')) usage.push(line.trim());
    else if (term !== undefined) {
      if (entries === null) {
        end();
        if (!headed(blocks)) blocks.push({ kind: 'heading', level: 1, text: 'Options' });
        entries = [];
      }
      (entries as [string, string][]).push([term, text]);
    } else if (entries !== null && line.startsWith('   ')) {
      const last = (entries as [string, string][]).at(-1);
      if (last !== undefined) last[1] = last[1] === '' ? line.trim() : `${last[1]}\n${line.trim()}`;
    } else if (/^ {2}\S/.test(lines[i + 1] ?? '')) {
      end();
      const [title = '', ...rest] = line.split(', ');
      blocks.push({ kind: 'heading', level: 1, text: title });
      if (rest.length > 0)
        blocks.push({
          kind: 'paragraph',
          text: `${title.replace(/^./, (c) => c.toUpperCase())}, ${rest.join(', ')}:`,
        });
    } else {
      end();
      if (blocks.at(-1)?.kind === 'terms') blocks.push({ kind: 'heading', level: 1, text: 'Notes' });
      blocks.push({ kind: 'paragraph', text: line });
    }
  }
  end();
  return blocks;
}

/** Has the list that follows a heading of its own? */
function headed(blocks: readonly Block[]): boolean {
  const last = blocks.findLast(({ kind }) => kind === 'heading');
  return last?.kind === 'heading' && last.text !== 'Synopsis' && blocks.at(-1)?.kind !== 'terms';
}
