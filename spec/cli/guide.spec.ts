import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { buildTree } from '../../cli/command-tree.js';
import { commands } from '../../cli/commands.js';
import { failureText, resolve } from '../../cli/resolve.js';

const guide = readFileSync('docs/user-guide.md', 'utf8');

describe('the user guide of maglevc', () => {
  it('lists every command, and none that does not exist', () => {
    const table = guide.split('## maglevc')[1]?.split('Words can be shortened')[0] ?? '';
    const rows = table.split('\n').filter((line) => line.startsWith('| `'));
    const listed = rows.flatMap((row) =>
      [...(row.split(' | ')[0] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1]),
    );
    expect(listed.sort()).to.deep.equal(commands.map(({ usage }) => usage).sort());
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
