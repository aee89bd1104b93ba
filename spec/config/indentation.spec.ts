import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { checkConfigText } from '../../config/check.js';
import { indentationProblem } from '../../config/indentation.js';
import { checkReport } from '../../config/report.js';
import { anyConfig } from './config-samples.js';
import { renderConfig } from './render-config.js';

const block = `maglev:
  vpp:
    lb: { ipv4-src-address: 192.0.2.1, ipv6-src-address: "2001:db8::1" }
  # servers
  backends:
    w1:
      address: 10.0.0.1
      enabled: true
    w2:
      address: 10.0.0.2
  frontends:
    shop:
      address: 203.0.113.10
      protocol: tcp
      port: 80
      pools:
        - name: main
          backends:
            w1:
              weight: 1
        - name: spare
          backends: { w2: {} }
`;

function reportOf(from: string, to: string): string[] {
  expect(block).to.include(from);
  return [...checkReport(checkConfigText(block.replace(from, to), 'f')).lines];
}

describe('config: indentation', () => {
  it('is said once, with the lines and a mark: one blank too few before a first key', () => {
    expect(reportOf('      address: 203', '     address: 203')).to.deep.equal([
      "f:13:6: indentation: 5 blanks in front of 'address', and 6 in front of 'protocol' on line 14: keys that belong together begin in one column",
      '    12 |     shop:',
      '    13 |      address: 203.0.113.10',
      '       |      ^',
      '    14 |       protocol: tcp',
      '1 error',
    ]);
  });

  it('is said once: a blank too many, or too few, further below', () => {
    expect(reportOf('      protocol', '       protocol')).to.deep.equal([
      "f:14:8: indentation: 7 blanks in front of this line fit nothing above it: that would be 6 as 'address' on line 13",
      '    13 |       address: 203.0.113.10',
      '    14 |        protocol: tcp',
      '       |        ^',
      '    15 |       port: 80',
      '1 error',
    ]);
    expect(reportOf('      port', '     port')[0]).to.equal(
      "f:15:6: indentation: 5 blanks in front of this line fit nothing above it: that would be 6 as 'address' on line 13, or 4 as 'shop' on line 12",
    );
  });

  it('is said once: a tab', () => {
    for (const [tab, column] of [
      ['\t', 1],
      ['    \t', 5],
      ['\t\t\t', 1],
    ] as const) {
      const lines = reportOf('      protocol', `${tab}protocol`);
      expect(lines[0]).to.equal(
        `f:14:${column}: indentation: a tab stands in front of this line: use spaces`,
      );
      expect(lines[2]).to.equal(`    14 | ${tab.replaceAll('\t', '\u2192')}protocol: tcp`);
      expect(lines.at(-1)).to.equal('1 error');
    }
  });

  it('is said once: a dash that is missing', () => {
    const first = reportOf('        - name: main', '          name: main');
    expect(first[0]).to.equal(
      "f:17:9: indentation: line 21 begins an item of a list with '- ', and this line, which comes before it, does not",
    );
    expect(first.at(-1)).to.equal('1 error');
    expect(reportOf('        - name: spare', '          name: spare')).to.deep.equal([
      "f:21:11 maglev.frontends.shop.pools[0].name: duplicate key, it is already on line 17; another item of the list begins with '- '",
      '1 error',
    ]);
    expect(reportOf('        - name: main', '        -name: main')[0]).to.equal(
      "f:17:9: indentation: a blank is missing after the dash of an item: write '- name'",
    );
  });

  it('is said in a file with CRLF as in one without', () => {
    const crlf = block.replace('      port', '     port').replaceAll('\n', '\r\n');
    expect(checkReport(checkConfigText(crlf, 'f')).lines).to.deep.equal(reportOf('      port', '     port'));
  });

  it('hides no other mistake of YAML in front of it', () => {
    const text = block
      .replace('w1:\n      address: 10', 'w1:\n      address: x: 10')
      .replace('      port', '     port');
    const { lines } = checkReport(checkConfigText(text, 'f'));
    expect(lines[0]).to.match(/^f:7:16: YAML: a second key/);
    expect(lines[1]).to.match(/^f:15:6: indentation/);
    expect(lines.at(-1)).to.equal('2 errors');
  });

  const example = readFileSync(path.resolve(import.meta.dirname, '../../../maglev.yaml'), 'utf8');
  for (const [title, text] of Object.entries({ block, example })) {
    it(`one line of the ${title} that is moved is one error, at that line or at one beside it`, () => {
      const lines = text.split('\n');
      let found = 0;
      for (const [index, line] of lines.entries()) {
        if (line.trim() === '' || line.trim().startsWith('#')) continue;
        for (const moved of [` ${line}`, `   ${line}`, line.replace(/^ /, ''), `\t${line.trimStart()}`]) {
          const changed = lines.with(index, moved).join('\n');
          const verdict = checkConfigText(changed, 'f');
          if (verdict.ok || indentationProblem(changed) === null) continue;
          if (!verdict.issues.some(({ message }) => message.startsWith('indentation'))) continue;
          found++;
          const title = `line ${index + 1} as ${JSON.stringify(moved)}`;
          expect(
            verdict.issues.map(({ message }) => message),
            title,
          ).to.have.length(1);
          const [issue] = verdict.issues;
          const shown = issue?.excerpt?.join('\n') ?? '';
          const near = shown.includes(`${index + 1} | `) || shown.includes(moved.trim());
          expect(
            near || /on line|which comes before/.test(issue?.message ?? ''),
            `${title}: ${shown}`,
          ).to.equal(true);
        }
      }
      expect(found).to.be.above(lines.length);
    });
  }

  it('is found wrong in no file that is right', () => {
    const style = fc.record({
      flow: fc.constant(false),
      terse: fc.boolean(),
      options: fc.record({
        indent: fc.integer({ min: 1, max: 6 }),
        indentSeq: fc.boolean(),
        singleQuote: fc.constantFrom(true, false, null),
        lineWidth: fc.constantFrom(0, 40),
        collectionStyle: fc.constantFrom('any' as const, 'block' as const, 'flow' as const),
      }),
    });
    fc.assert(
      fc.property(anyConfig(), style, (config, how) => {
        const text = renderConfig(config, how);
        expect(indentationProblem(text), text).to.equal(null);
      }),
      { numRuns: 60 },
    );
  });

  it('has an answer to any text', () => {
    const piece = fc.constantFrom(
      '- ',
      '-',
      ' ',
      '  ',
      '\t',
      'a:',
      'b: x',
      '"',
      "'",
      '[',
      '}',
      '|',
      '\n',
      '\n',
      '#',
      '---\n',
      '\r',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (list) => {
        const text = list.join('');
        const problem = indentationProblem(text);
        expect(problem === null || problem.offset <= text.length).to.equal(true);
      }),
      { numRuns: 500 },
    );
  });
});
