import { expect } from 'chai';
import { compileResponseRegexp } from '../../domain/response-regexp.js';

describe('domain/response-regexp', () => {
  const cases: readonly [string, string, boolean][] = [
    ['ok', 'all ok', true],
    ['^ok$', 'all ok', false],
    ['(?i)OK', 'ok', true],
    ['OK', 'ok', false],
    ['(?m)^ok$', 'all\nok', true],
    ['(?s)a.b', 'a\nb', true],
    ['a.b', 'a\nb', false],
    ['(?ims)^A.B$', 'x\na\nb', true],
    ['(?ii)A', 'a', true],
    ['^.$', '\u{1f600}', true],
    ['', 'anything', true],
  ];
  for (const [source, body, matches] of cases) {
    it(`/${source}/ ${matches ? 'matches' : 'does not match'} ${JSON.stringify(body)}`, () => {
      expect(compileResponseRegexp(source).test(body)).to.equal(matches);
    });
  }

  it('refuses what other tools read differently, instead of guessing', () => {
    for (const source of ['(', 'a{2,1}', '\\z', '\\Aok', '(?P<name>x)', '(?U)x', '*']) {
      expect(() => compileResponseRegexp(source), source).to.throw(SyntaxError);
    }
  });
});
