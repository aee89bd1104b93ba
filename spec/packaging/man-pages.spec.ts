import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { commands } from '../../cli/commands.js';
import { helpBlocks } from '../../packaging/help-text.js';
import { manPages } from '../../packaging/man-pages.js';
import { markdownBlocks } from '../../packaging/markdown.js';
import { programs } from '../../packaging/programs.js';
import { type ManPage, manPage } from '../../packaging/roff.js';
import { schemaKeys } from '../config/schema-keys.js';
import { testWherePermitted } from '../support/where-permitted.js';

const edition = { version: '1.2.3', date: '2026-11-28' };
const pages = manPages();
const page = (name: string): ManPage => {
  const found = pages.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no page ${name}`);
  return found;
};

/** What man makes of it: text of that many columns, and what it complains of. null: there is no man here. */
function shown(one: ManPage, width = 300): { text: string; warnings: string } | null {
  const { error, stdout, stderr } = spawnSync('man', ['--warnings', '-E', 'UTF-8', '-P', 'cat', '-l', '-'], {
    input: manPage(one, edition),
    encoding: 'utf8',
    env: { ...process.env, MANWIDTH: `${width}`, LC_ALL: 'C.UTF-8', MAN_KEEP_FORMATTING: '' },
  });
  return error === undefined ? { text: stdout, warnings: stderr } : null;
}

const refused = shown(page('maglevc')) === null ? 'man is not on this machine' : null;

describe('packaging: man pages', function () {
  this.timeout(20_000);

  it('exist for every program, in its section, and for the config file', () => {
    const named = pages.map(({ name, section }) => `${name}.${section}`).sort();
    const wanted = [...programs.map(({ name, section }) => `${name}.${section}`), 'maglev.yaml.5'].sort();
    expect(named).to.deep.equal(wanted);
  });

  for (const one of pages) {
    testWherePermitted(refused, `${one.name}.${one.section}: man shows it without a warning`, () => {
      const { text = '', warnings = '' } = shown(one) ?? {};
      expect(warnings).to.equal('');
      expect(shown(one, 80)?.warnings).to.equal('');
      expect(text).to.contain(`${one.name} - ${one.says}`);
      // As somebody would search for it, or copy it.
      for (const block of one.blocks) {
        if (block.kind !== 'terms') continue;
        for (const [term] of block.entries) expect(text).to.contain(term);
      }
    });
  }

  it('have every command of maglevc, and every key of the config', () => {
    const terms = page('maglevc').blocks.flatMap((block) =>
      block.kind === 'terms' ? block.entries.map(([term]) => term) : [],
    );
    expect(terms).to.include.members(commands.map(({ usage }) => usage));
    expect(terms).to.include.members(['--server ADDRESS', '--json', '5']);
    const text = manPage(page('maglev.yaml'), edition).replaceAll('\\-', '-');
    for (const { key, absent } of schemaKeys()) if (absent !== '') expect(text).to.contain(key);
  });

  it('are made of what a program prints', () => {
    const help =
      'x, a program\n\nusage: x [flags]\n       x --cli\n\nthings, of which\n  -a FILE  take\n           it\n  --very-long-one\n           too\n\nThe end.';
    expect(helpBlocks(help)).to.deep.equal([
      { kind: 'heading', level: 1, text: 'Synopsis' },
      { kind: 'code', lines: ['x [flags]', 'x --cli'] },
      { kind: 'heading', level: 1, text: 'things' },
      { kind: 'paragraph', text: 'Things, of which:' },
      {
        kind: 'terms',
        entries: [
          ['-a FILE', 'take\nit'],
          ['--very-long-one', 'too'],
        ],
      },
      { kind: 'heading', level: 1, text: 'Notes' },
      { kind: 'paragraph', text: 'The end.' },
    ]);
  });

  it('and of the pages of docs', () => {
    const text =
      '# x\n\nintro\n\n## A\n\ntwo\nlines\n\n- one\n  more\n- two\n\n| a | b |\n|---|---|\n| `x\\|y` | z |\n\n```yaml\n.a: 1\n```\n';
    expect(markdownBlocks(text)).to.deep.equal([
      { kind: 'heading', level: 1, text: 'A' },
      { kind: 'paragraph', text: 'two lines' },
      { kind: 'list', items: ['one more', 'two'] },
      {
        kind: 'table',
        rows: [
          ['a', 'b'],
          ['`x|y`', 'z'],
        ],
      },
      { kind: 'code', lines: ['.a: 1'] },
    ]);
    const roff = manPage({ name: 'x', section: 5, says: 'y', blocks: markdownBlocks(text) }, edition);
    expect(roff).to.match(/^\.TH "X" "5"/);
    expect(roff).to.contain('\n\\&.a: 1\n');
    expect(roff).to.contain('\\fBx|y\\fR');
  });
});
