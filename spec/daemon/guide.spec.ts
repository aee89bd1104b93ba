import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parseDaemonCommand } from '../../daemon/flags.js';

const guide = readFileSync('docs/user-guide.md', 'utf8');

describe('the user guide of maglevd', () => {
  it('lists every flag with its variable and its default, and none that does not exist', () => {
    const table = guide.split('## maglevd')[1]?.split('A flag beats')[0] ?? '';
    const listed = [...table.matchAll(/^\| `--([\w-]+)` \| `(\w+)` \| `([^`]*)` \|/gm)].map((match) =>
      match.slice(1),
    );
    const help = parseDaemonCommand(['--help'], {});
    const text = help.kind === 'help' ? help.text : '';
    const known = [...text.matchAll(/^ +--([\w-]+).*\((MAGLEV_\w+); default (.*)\)$/gm)].map((match) =>
      match.slice(1),
    );
    expect(known).to.have.length.above(5);
    expect(listed).to.deep.equal(known);
  });
});
