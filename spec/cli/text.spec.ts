import { expect } from 'chai';
import fc from 'fast-check';
import { backendsTable } from '../../cli/commands-backend.js';
import { filtered, splitFilters } from '../../cli/filters.js';
import { columns, fields, table } from '../../cli/layout.js';
import { stateSpan } from '../../cli/state-text.js';
import { plain, printable, render } from '../../cli/text.js';
import { duration, exactSpan, momentWithAge, roughSpan } from '../../cli/time-text.js';
import { thousands } from '../../domain/text.js';
import { backendMessage } from '../../rpc/backend-message.js';
import { runCli } from '../support/cli-run.js';
import { ip } from '../support/domain-samples.js';

const blue = '\u001b[34m';
const red = '\u001b[31m';
const reset = '\u001b[0m';
const bare = (text: string) => text.replaceAll(blue, '').replaceAll(red, '').replaceAll(reset, '');

describe('cli output', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', 'é', '😀', ' ', 'z'), maxLength: 12 });

  it('counts what a table has, and not its head', () => {
    const { filters } = splitFilters(['show', 'backends', '|', 'count']);
    const lines = table(
      ['name', 'state'],
      [
        ['web1', 'up'],
        ['web2', 'down'],
      ],
    );
    expect(render(filtered(lines, filters), false)).to.equal('2\n');
    expect(
      render(
        filtered(
          fields([
            ['name', 'web1'],
            ['state', ''],
          ]),
          filters,
        ),
        false,
      ),
    ).to.equal('2\n');
  });

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
    const word = fc.stringMatching(/^[a-zé字]{1,12}$/u);
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word, word), { minLength: 1 }), (rows) => {
        const lines = render(table(['x', 'y', 'z'], rows), false)
          .trimEnd()
          .split('\n');
        const starts = lines.map((line) =>
          // What takes two columns is followed by one that is not there.
          [...line.replaceAll('字', '字_')].flatMap((character, i, all) =>
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

  it('ends the cells of a column below each other from the column on that is given', () => {
    const word = fc.stringMatching(/^[a-z]{1,12}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word, word), { minLength: 1 }), (rows) => {
        const lines = render(
          columns(
            rows.map((row) => row.map(plain)),
            '',
            1,
          ),
          false,
        )
          .trimEnd()
          .split('\n');
        const ends = lines.map((line) =>
          [...line.matchAll(/\S+/g)].map(({ 0: text, index }) => index + text.length),
        );
        for (const [, ...end] of ends) expect(end).to.deep.equal(ends[0]?.slice(1));
        expect(lines.map((line) => line.trim().split(/ +/))).to.deep.equal(rows);
      }),
    );
  });

  it('parts large numbers into thousands, and changes no digit', () => {
    expect([0n, 999n, 1000n, 123_456n, 1_234_567n].map(thousands)).to.deep.equal([
      '0',
      '999',
      '1,000',
      '123,456',
      '1,234,567',
    ]);
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (count) => {
        expect(thousands(count)).to.match(/^\d{1,3}(,\d{3})*$/);
        expect(BigInt(thousands(count).replaceAll(',', ''))).to.equal(count);
      }),
    );
  });

  it('gives measured times to three digits, and times of a config as they are', () => {
    const spans = [0n, 999n, 12_345_678n, 1_532_100_000n, 90_000_000_000n];
    expect(spans.map(roughSpan)).to.deep.equal(['0s', '999ns', '12.3ms', '1.53s', '1m30s']);
    expect(spans.map(exactSpan)).to.deep.equal(['0s', '999ns', '12.345678ms', '1.5321s', '1m30s']);
  });

  it('is never wider than the terminal: first what matters less is left out, then the last column cut off; a pipe gets all', () => {
    const frontends = Array.from({ length: 12 }, (_, i) => `frontend-${i}`);
    const address = ip('10.0.0.1');
    const view = {
      name: 'a1',
      address,
      healthcheck: 'https',
      enabled: true,
      state: 'down',
      frontends,
    } as const;
    const why = { from: 'up', to: 'down', timeNs: 0n, code: '', detail: '' };
    const transitions = [{ ...why, reason: `L7STS HTTP 503 ${'x'.repeat(60)}` }];
    const row = { ...backendMessage(view), transitions, stateSinceNs: 0n };
    const lines = (width: number | null) =>
      render(backendsTable([row], 0, width), false)
        .trimEnd()
        .split('\n');
    expect(lines(null)[1])
      .to.contain(frontends.join(' '))
      .and.to.match(/x{60}$/);
    const narrow = lines(80);
    expect(narrow).to.have.length(2);
    for (const line of narrow) expect([...line]).to.have.length.at.most(80);
    expect(narrow[1]).to.match(/^a1 +down +0s +L7STS HTTP 503 x+\u2026$/);
    // A table looks the same wherever in it what is too wide stands.
    const short = { ...row, transitions: [], frontends: [] };
    const many = Array.from({ length: 200 }, () => short);
    const table = (rows: readonly (typeof row)[]) =>
      render(backendsTable(rows, 0, 80), false)
        .trimEnd()
        .split('\n');
    expect(table([...many, row]).at(-1)).to.equal(table([row, ...many])[1]);
    expect(table([...many, row])[1]).to.equal(table([row, ...many]).at(-1));
  });

  it('paints states so that they can be told apart, and says them', () => {
    const painted = ['up', 'pending', 'down'].map((word) => render([[stateSpan(word)]], true));
    expect(painted).to.deep.equal(
      ['\u001b[36mup', '\u001b[33mpending', '\u001b[1;31mdown'].map((text) => `${text}${reset}\n`),
    );
  });
});
