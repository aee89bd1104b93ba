import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { commands } from '../../cli/commands.js';
import { grammarOf } from '../../cli/grammar.js';
import { helpText } from '../../cli/help.js';
import { commandTable, jsonPage } from '../../cli/manual.js';
import { failureText, resolve } from '../../cli/resolve.js';
import { completions } from '../../packaging/completions.js';

const guide = readFileSync('docs/user-guide.md', 'utf8');

describe('the user guide of maglevc', () => {
  it('has the table of commands, the page of their JSON and the scripts for shells as `npm run docs` writes them', () => {
    expect(guide).to.contain(`from cli/commands.ts -->\n${commandTable(commands)}\n<!-- end -->`);
    const proto = readFileSync('rpc/maglev.proto', 'utf8');
    expect(
      readFileSync('docs/cli-json.md', 'utf8') === jsonPage(commands, proto),
      'docs/cli-json.md',
    ).to.equal(true);
    for (const { file, script } of completions()) {
      expect(readFileSync(`docs/completion/${file}`, 'utf8'), file).to.equal(script);
    }
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
      const found = resolve(grammarOf(commands), line.split(' '));
      expect(found.kind === 'command' ? '' : failureText(found), line).to.equal('');
    }
  });
});
