import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { buildTree } from '../../cli/command-tree.js';
import { commands } from '../../cli/commands.js';
import { helpText } from '../../cli/help.js';
import { failureText, resolve } from '../../cli/resolve.js';

const guide = readFileSync('docs/user-guide.md', 'utf8');

describe('the user guide of maglevc', () => {
  it('lists every command, and none that does not exist', () => {
    const table = guide.split('| command | what it does |')[1]?.split('Words can be shortened')[0] ?? '';
    const rows = table.split('\n').filter((line) => line.startsWith('| `'));
    const listed = rows.flatMap((row) =>
      [...(row.split(' | ')[0] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1]),
    );
    expect(listed.sort()).to.deep.equal(commands.map(({ usage }) => usage).sort());
  });

  it('lists every option', () => {
    const table = guide.split('| option | default | meaning |')[1]?.split('Options may stand')[0] ?? '';
    const listed = [...table.matchAll(/`(--[a-z-]+)(?: FILE)?`/g)].map((match) => match[1]);
    const known = helpText(commands)
      .map((line) => /^ *(--[a-z-]+)/.exec(line.map(({ text }) => text).join(''))?.[1])
      .filter((option) => option !== undefined);
    expect(known).to.have.length.above(5);
    expect([...new Set(listed)].sort()).to.deep.equal([...known].sort());
  });

  it('shows command lines that work', () => {
    const lines = [...guide.matchAll(/^\$ maglevc (.+)$/gm)].map((match) => match[1] ?? '');
    expect(lines).to.have.length.above(5);
    for (const line of lines) {
      const found = resolve(buildTree(commands), line.split(' '));
      expect(found.kind === 'command' ? '' : failureText(found), line).to.equal('');
    }
  });
});
