import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { checkConfigText } from '../../config/check.js';
import { checkReport } from '../../config/report.js';
import { configOf, warningsOf } from './config-lines.js';
import { schemaKeys } from './schema-keys.js';

const guide = readFileSync('docs/config-guide.md', 'utf8');

describe('docs/config-guide.md', () => {
  it('lists exactly the keys of the schema, with their types and defaults', () => {
    const row = /^\| `([^`]+)`(?: \([^)]*\))? \| (\w+) \| ([^|]+) \|/gm;
    const listed = [...guide.matchAll(row)].map(
      ([, key, type, absent = '']) => `${key} ${type} ${absent.replaceAll('`', '')}`,
    );
    const known = schemaKeys()
      .filter(({ absent }) => absent !== '')
      .map(({ key, type, absent }) => `${key} ${type} ${absent}`);
    expect([...listed].sort()).to.deep.equal([...known].sort());
    expect(new Set(listed).size).to.equal(listed.length);
  });

  it('has a heading for every section', () => {
    const sections = schemaKeys().filter(({ key }) => /^[a-z]+$/.test(key));
    for (const { key } of sections) expect(guide).to.contain(`\n### ${key}\n`);
    expect(sections).to.have.length(6);
  });

  const blocks = [...guide.matchAll(/```yaml\n([\s\S]*?)```(?:\n\n```text\n([\s\S]*?)```)?/g)];
  const examples = blocks.flatMap(([, text = '', report]) => (report === undefined ? [text] : []));
  const mistakes = blocks.flatMap(([, text = '', report]) =>
    report === undefined ? [] : [{ text, report }],
  );

  it('has examples that are valid and give no warning', () => {
    expect(examples).to.have.length(2);
    for (const text of examples) {
      configOf(text);
      expect(warningsOf(text)).to.deep.equal([]);
    }
  });

  it('has an example that uses every key', () => {
    const words = new Set(examples.join('\n').match(/[a-z0-9-]+(?=:)/g));
    const missing = schemaKeys()
      .map(({ key }) => key.replace(/^.*\./, ''))
      .filter(
        (word) =>
          !words.has(word) &&
          word !== 'insecure-skip-verify' &&
          word !== 'ca-file' &&
          !['access', 'anonymous', 'tokens', 'certificates', 'uids'].includes(word),
      );
    expect(missing).to.deep.equal([]);
  });

  it('shows what the check prints', () => {
    expect(mistakes).to.have.length(2);
    for (const { text, report } of mistakes) {
      const file = /^# (\S+)\n/.exec(text)?.[1] ?? '';
      expect(`${checkReport(checkConfigText(text, file)).lines.join('\n')}\n`).to.equal(report);
    }
  });

  it('has no link that leads nowhere', () => {
    const headings = [...guide.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
      title.toLowerCase().replaceAll(' ', '-'),
    );
    for (const [, target] of guide.matchAll(/\]\(#([^)]*)\)/g)) expect(headings).to.include(target);
  });
});
