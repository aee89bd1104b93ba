import { expect } from 'chai';
import { bodyMatcher, MATCH_LIMIT_MS } from '../../probes/body-matcher.js';
import { matchDegree } from '../../probes/regexp-cost.js';

describe('matching a body', () => {
  it('gives up an expression that would take for ever, as a doubt, and says what to do', () => {
    const match = bodyMatcher('(a+)+b');
    const started = performance.now();
    const finding = match('a'.repeat(60_000));
    expect(performance.now() - started).to.be.below(20 * MATCH_LIMIT_MS);
    expect(finding).to.deep.equal({
      verdict: 'doubt',
      code: 'REGEXP',
      detail: 'matching /(a+)+b/ took longer than 50ms: use a simpler expression',
    });
  });

  it('then leaves the thread to others for a while before it tries again', () => {
    const match = bodyMatcher('(a+)+b');
    match('a'.repeat(60_000));
    const started = performance.now();
    const findings = Array.from({ length: 20 }, () => match('b'));
    expect(performance.now() - started).to.be.below(MATCH_LIMIT_MS);
    expect(new Set(findings.map((finding) => finding?.code))).to.deep.equal(new Set(['REGEXP']));
    expect(match('aab')).to.equal(null);
  });

  it('matches large bodies under the limit, with expressions of every kind', () => {
    const filler = 'x'.repeat(60_000);
    for (const [source, hit] of [
      ['up', 'up'],
      ['"n":\\s*\\d+', '"n":  17'],
      ['(?:ab|cd){3}!', 'abcdab!'],
      ['(\\w)\\1z', 'qqz'],
    ] as const) {
      expect(bodyMatcher(source)(filler + hit), source).to.equal(null);
      expect(bodyMatcher(source)(filler), source).to.include({ verdict: 'fail', code: 'L7RSP' });
    }
  });
});

describe('the cost of a match', () => {
  for (const [source, degree] of [
    ['ok', 1],
    ['^ok$', 1],
    ['[+*?{|(]ok', 1],
    ['\\*\\+ok\\?', 1],
    ['(?<name>ok)', 1],
    ['a+b', 2],
    ['a+?b', 2],
    ['a{2,5}b', 2],
    ['one|two', 2],
    ['(a)\\1', 2],
    ['a?a?a?aaa', 4],
    ['(ab)?c', 2],
    ['(a+)+b', null],
    ['(a|aa)*b', null],
    ['(ab){2}', null],
    ['\\)+', 2],
    ['(\\\\)+', null],
  ] as const) {
    it(`${source} has ${degree === null ? 'no bound' : `degree ${degree}`}`, () => {
      expect(matchDegree(source)).to.equal(degree);
    });
  }
});
