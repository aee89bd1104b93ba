import { expect } from 'chai';
import fc from 'fast-check';
import { Score } from '../../tester/score.js';
import { boardLines, scrollOf } from '../../tester/screen/board.js';
import { countText, msText, percentText, timeText } from '../../tester/screen/figures.js';
import { type PaintedLine, paint, piece, widthOf } from '../../tester/screen/paint.js';
import { Screen } from '../../tester/screen/screen.js';
import { ordered, orders, type View } from '../../tester/screen/view.js';
import { keysIn } from '../../tester/terminal.js';
import { parsedVip } from './parsed-vip.js';

function scoreOf(count: number, failed: number, ms: number, who: readonly string[] = []): Score {
  const score = new Score();
  for (let i = 0; i < count - failed; i++) {
    score.record({ ok: true, ms: ms + i / 1000, answerer: who[i % who.length] ?? null }, i);
  }
  for (let i = 0; i < failed; i++) {
    score.record({ ok: false, ms, answerer: null, kind: 'timeout', detail: 'no answer' }, count);
  }
  return score;
}

function viewOf(scores: readonly Score[], more: Partial<View> = {}): View {
  return {
    host: 'lab.example',
    vips: scores.map((_, i) => ({ ...parsedVip(`http/192.0.2.${(i % 250) + 1}:80`), name: `front${i}` })),
    scores,
    problems: [],
    intervalMs: 100,
    elapsedMs: 65_000,
    paused: false,
    order: 'as given',
    scroll: 0,
    now: 200,
    ...more,
  };
}

const text = (lines: readonly PaintedLine[]) => lines.map((line) => paint(line, false).trimEnd());

describe('tester: the screen', () => {
  const web = scoreOf(120, 1, 1.5, ['lb1', 'lb2']);
  const dns = scoreOf(110, 0, 20);
  const problems = [
    { at: 0, vip: 'front0', kind: 'timeout', detail: 'no answer within 2s', times: 12 },
  ] as const;

  it('has all figures in 80 columns, and who answers below them', () => {
    const lines = text(boardLines(viewOf([web, dns], { problems }), { rows: 14, columns: 80 }));
    expect(lines.map((line) => line.replace(/\d\d:\d\d:\d\d/, 'HH:MM:SS'))).to.deep.equal([
      'maglevt 1m05s  2 VIPs every 100ms  from lab.example',
      'VIP         N   FAIL   OK %   LAST    p50    p95    p99    max',
      'front0    120      1  99.16  tmout   1.56   1.61   1.62   1.62',
      '  http lb1:60 lb2:59',
      'front1    110      0    100   20.1   20.1   20.1   20.1   20.1',
      '  http',
      'problems',
      'HH:MM:SS timeout   front0: no answer within 2s (12 times)',
      ...['', '', '', '', ''],
      'q quit  p pause  s sort (as given)',
    ]);
  });

  it('leaves out what matters less in 40 columns', () => {
    const lines = text(boardLines(viewOf([web, dns]), { rows: 12, columns: 40 }));
    expect(lines.slice(1, 3)).to.deep.equal([
      'VIP      FAIL   OK %   LAST    p50',
      'front0      1  99.16  tmout   1.56',
    ]);
  });

  it('has who answers in the row when there is no room below', () => {
    const many = Array.from({ length: 40 }, () => web);
    const lines = text(boardLines(viewOf(many), { rows: 24, columns: 100 }));
    expect(lines[1]).to.contain('who answers');
    expect(lines[2]).to.match(/^front0 .* 99\.16 .* lb1:60 lb2:59$/);
    expect(lines.at(-1)).to.contain('arrows: 17 of 40');
  });

  it('fills every terminal exactly, whatever there is to show', () => {
    const sizes = fc.record({
      rows: fc.integer({ min: 1, max: 60 }),
      columns: fc.integer({ min: 1, max: 200 }),
    });
    const scores = fc.array(fc.constantFrom(web, dns, new Score()), { minLength: 1, maxLength: 70 });
    const options = fc.record({
      paused: fc.boolean(),
      order: fc.constantFrom(...orders),
      scroll: fc.nat({ max: 100 }),
      problems: fc.constantFrom([], [...problems], new Array(100).fill(problems[0])),
    });
    fc.assert(
      fc.property(sizes, scores, options, (size, all, more) => {
        const view = viewOf(all, more);
        const lines = boardLines(view, size);
        expect(lines.length).to.equal(size.rows);
        for (const line of lines) {
          expect(widthOf(line)).to.be.at.most(size.columns);
          for (const { text: shown } of line) expect(shown).to.match(/^[ -~]*$/);
        }
        expect(scrollOf(view, size)).to.be.within(0, all.length - 1);
      }),
      { numRuns: 60 },
    );
  });

  it('takes no more than a fiftieth of a CPU when 40 VIPs are drawn ten times a second', () => {
    let bytes = 0;
    const screen = new Screen((output) => {
      bytes += output.length;
    }, true);
    const scores = Array.from({ length: 40 }, () => scoreOf(200, 1, 1.5, ['lb1', 'lb2', 'lb3']));
    screen.enter();
    const draw = (i: number) => {
      for (const score of scores) score.record({ ok: true, ms: 1 + i / 100, answerer: 'lb1' }, i * 100);
      screen.draw(boardLines(viewOf(scores, { now: i * 100 }), { rows: 60, columns: 140 }));
    };
    // Until what is compiled at run time is compiled.
    for (let i = 0; i < 100; i++) draw(i);
    bytes = 0;
    const frames = 100;
    const before = process.cpuUsage();
    for (let i = 0; i < frames; i++) draw(100 + i);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000 / frames).to.be.below(2);
    // Every line has changed, but for the head and the foot.
    expect(bytes / frames).to.be.within(3000, 12_000);
  });

  it('is sorted by what was asked for', () => {
    const view = viewOf([dns, web, new Score()]);
    const by = (order: View['order']) => ordered({ ...view, order });
    expect([by('as given'), by('name'), by('failures'), by('p99')]).to.deep.equal([
      [0, 1, 2],
      [0, 1, 2],
      [1, 0, 2],
      [0, 1, 2],
    ]);
  });

  it('shows nothing that a terminal would obey', () => {
    const vips = [{ ...parsedVip('http/192.0.2.1'), name: 'a\u001b[2Jb\u202e' }];
    const lines = boardLines({ ...viewOf([web]), vips }, { rows: 10, columns: 80 });
    expect(text(lines)[2]).to.match(/^a\?\[2Jb\? /);
  });

  it('has figures of six characters', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 9e11, noNaN: true }), (number) => {
        expect(msText(number).length).to.be.at.most(6);
        expect(countText(Math.floor(number)).length).to.be.at.most(6);
        expect(percentText((number / 9e11) * 100).length).to.be.at.most(6);
      }),
    );
    expect([percentText(99.9999), percentText(100), percentText(null)]).to.deep.equal(['99.99', '100', '-']);
    expect([timeText(5900), timeText(3_725_000)]).to.deep.equal(['5s', '1h02m']);
  });
});

/** As much of a terminal as the screen uses: it goes to places, erases and writes. */
class SmallTerminal {
  rows: string[] = [];
  alternate = false;
  cursor = true;
  bytes = 0;
  #row = 0;

  readonly write = (output: string): void => {
    this.bytes += output.length;
    let rest = output;
    while (rest !== '') {
      const next = rest.indexOf('\u001b');
      const plain = next < 0 ? rest : rest.slice(0, next);
      const code = plain === '' ? (/^\[([?0-9;]*[A-Za-z])/.exec(rest.slice(1))?.[1] ?? '') : '';
      rest = rest.slice(plain === '' ? code.length + 2 : plain.length);
      if (plain !== '') this.rows[this.#row] = (this.rows[this.#row] ?? '') + plain;
      else if (code === '2J') this.rows = [];
      else if (code === 'K') this.rows[this.#row] = '';
      else if (code.endsWith('H')) this.#row = Number(code.split(';')[0]) - 1;
      else if (code === '?1049h' || code === '?1049l') this.alternate = code.endsWith('h');
      else if (code === '?25h' || code === '?25l') this.cursor = code.endsWith('h');
      else throw new Error(`a terminal is told ${JSON.stringify(code)}`);
    }
  };
}

describe('tester: what is written to a terminal', () => {
  const lineText = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '7'), maxLength: 12 });
  const frames = fc.array(fc.array(lineText, { minLength: 3, maxLength: 3 }), {
    minLength: 1,
    maxLength: 10,
  });

  it('makes it show the last frame, and a line that has not changed is not written again', () => {
    fc.assert(
      fc.property(frames, (all) => {
        const terminal = new SmallTerminal();
        const screen = new Screen(terminal.write, false);
        screen.enter();
        for (const frame of all) screen.draw(frame.map((line) => [piece(line)]));
        const last = all.at(-1) ?? [];
        expect(Array.from(last, (_, i) => terminal.rows[i] ?? '')).to.deep.equal(last);
        const before = terminal.bytes;
        screen.draw(last.map((line) => [piece(line)]));
        expect(terminal.bytes).to.equal(before);
      }),
    );
  });

  it('is taken back when it is left, once, and nothing is drawn then', () => {
    const terminal = new SmallTerminal();
    const screen = new Screen(terminal.write, false);
    screen.enter();
    expect([terminal.alternate, terminal.cursor]).to.deep.equal([true, false]);
    screen.leave();
    const before = terminal.bytes;
    screen.leave();
    screen.clear();
    screen.draw([[piece('late')]]);
    expect([terminal.alternate, terminal.cursor, terminal.bytes]).to.deep.equal([false, true, before]);
  });

  it('answers keys that come together one by one', () => {
    expect(keysIn('ps\u001b[A\u001b[5~q\u001b')).to.deep.equal([
      'p',
      's',
      '\u001b[A',
      '\u001b[5~',
      'q',
      '\u001b',
    ]);
  });
});
