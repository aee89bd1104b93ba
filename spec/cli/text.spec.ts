import { expect } from 'chai';
import fc from 'fast-check';
import { duration, momentWithAge } from '../../cli/age.js';
import { fields, table } from '../../cli/layout.js';
import { printable, render } from '../../cli/text.js';
import { runCli } from '../support/cli-run.js';

const blue = '\u001b[34m';
const red = '\u001b[31m';
const reset = '\u001b[0m';
const bare = (text: string) => text.replaceAll(blue, '').replaceAll(red, '').replaceAll(reset, '');

describe('cli output', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', 'é', '😀', ' ', 'z'), maxLength: 12 });

  it('looks the same with and without colour', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell)),
        fc.array(fc.array(cell, { maxLength: 4 })),
        (pairs, rows) => {
          const lines = [...fields(pairs), ...table(['one', 'two', 'three', 'four'], rows)];
          expect(bare(render(lines, true))).to.equal(render(lines, false));
        },
      ),
    );
  });

  it('starts the cells of a column below each other, and ends no line in blanks', () => {
    const word = fc.stringMatching(/^[a-z😀]{1,12}$/u);
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word, word), { minLength: 1 }), (rows) => {
        const lines = render(table(['x', 'y', 'z'], rows), false)
          .trimEnd()
          .split('\n');
        const starts = lines.map((line) =>
          [...line].flatMap((character, i, all) =>
            character !== ' ' && (i === 0 || all[i - 1] === ' ') ? [i] : [],
          ),
        );
        for (const start of starts) expect(start).to.deep.equal(starts[0]);
        for (const line of lines) expect(line).to.equal(line.trimEnd());
      }),
    );
  });

  it('paints labels blue and errors red where there is a terminal', async () => {
    const help = await runCli(['help'], { terminal: true });
    expect(help.stdout).to.contain(`${blue}options${reset}`);
    const wrong = await runCli(['x'], { terminal: true });
    const [first] = wrong.stderr.split('\n');
    expect(first?.startsWith(`${red}maglevc: unknown command word 'x'`) && first.endsWith(reset)).to.equal(
      true,
    );
  });

  const colored: readonly [string, string[], Record<string, string>, boolean, boolean][] = [
    ['a terminal', [], {}, true, true],
    ['no terminal', [], {}, false, false],
    ['NO_COLOR', [], { NO_COLOR: '1' }, true, false],
    ['an empty NO_COLOR', [], { NO_COLOR: '' }, true, true],
    ['--color=false', ['--color=false'], {}, true, false],
    ['--color without a terminal', ['--color'], {}, false, true],
    ['--color and NO_COLOR', ['--color'], { NO_COLOR: '1' }, true, true],
  ];
  for (const [what, argv, env, terminal, expected] of colored) {
    it(`${expected ? 'paints' : 'does not paint'} with ${what}`, async () => {
      const { stdout } = await runCli([...argv, 'help'], { env, terminal });
      expect(stdout.includes(blue)).to.equal(expected);
    });
  }

  it('prints nothing that a terminal obeys', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(printable(text))).to.equal(false);
      }),
    );
    expect(printable('Grüße, 世界 😀')).to.equal('Grüße, 世界 😀');
  });

  it('gives durations in their two largest units', () => {
    const spans = [0, 999, 12_000, 303_000, 7_500_000, 90_000_000, -5];
    expect(spans.map(duration)).to.deep.equal(['0s', '0s', '12s', '5m3s', '2h5m', '1d1h', '0s']);
    expect(momentWithAge(1_795_343_400_250_000_000n, 1_795_343_402_000)).to.equal(
      '2026-11-22T10:30:00Z (1s ago)',
    );
    expect(momentWithAge(2n ** 63n - 1n, 0)).to.match(/^2262-/);
  });
});
