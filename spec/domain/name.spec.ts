import { expect } from 'chai';
import fc from 'fast-check';
import { actorName } from '../../actors/kernel/actor-name.js';
import { nameRule, nameText } from '../../domain/name.js';
import { anyName, oddNames } from '../support/any-name.js';

describe('domain/name', () => {
  it('allows printable characters of any script, 1 to 64', () => {
    for (const name of oddNames) expect(nameRule(name), name).to.equal(null);
    fc.assert(
      fc.property(anyName(), (name) => {
        expect(nameRule(name)).to.equal(null);
      }),
    );
  });

  const refused: readonly [string, RegExp][] = [
    ['', /must not be empty/],
    ['x'.repeat(65), /'x{64}\.\.\.' has 65 characters: at most 64$/],
    ['\u{1f600}'.repeat(65), /has 65 characters/],
    ['x'.repeat(1_000_000), /has 1000000 characters/],
    [' a', /begins or ends with a blank/],
    ['a ', /begins or ends with a blank/],
    ["it's", /a quote \(U\+0027\)/],
    ['"a"', /a quote \(U\+0022\)/],
    ['a\\b', /a backslash \(U\+005C\)/],
    ['a\nb', /an unprintable one \(U\+000A\)/],
    ['a\tb', /an unprintable one \(U\+0009\)/],
    ['a\u007fb', /U\+007F/],
    ['a\u0085b', /U\+0085/],
    ['a\u2028b', /U\+2028/],
    ['a\u202eb', /U\+202E/],
    ['a\u200bb', /U\+200B/],
    ['\ud83d', /U\+D83D/],
    ['a\u00a0b', /a blank other than the space \(U\+00A0\)/],
    ['a\u3000', /a blank other than the space \(U\+3000\)/],
  ];
  for (const [name, why] of refused) {
    const title = name.length > 70 ? `${name.length} units` : JSON.stringify(name);
    it(`refuses ${title}`, () => expect(nameRule(name)).to.match(why));
  }

  it('never repeats in a message what a terminal would obey', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 0x10ffff }), { maxLength: 80 }), (codes) => {
        const name = String.fromCodePoint(...codes);
        expect(nameRule(name) ?? '').not.to.match(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      }),
    );
  });

  it('is printed so that names can be told apart among words, and as a shell takes it', () => {
    expect(['vip/http', 'a.b', '\u{1f600}'].map(nameText)).to.deep.equal(['vip/http', 'a.b', '\u{1f600}']);
    expect(['two words', '-', 'a,b', '$HOME'].map(nameText)).to.deep.equal([
      "'two words'",
      "'-'",
      "'a,b'",
      "'$HOME'",
    ]);
    const words = /'([^']*)'|([^ ]+)/g;
    fc.assert(
      fc.property(fc.array(anyName(), { minLength: 1, maxLength: 5 }), (names) => {
        const read = [...names.map(nameText).join(' ').matchAll(words)].map(([, a, b]) => a ?? b);
        expect(read).to.deep.equal(names);
      }),
    );
  });

  it('names an actor, no two of them the same one', () => {
    fc.assert(
      fc.property(anyName(), anyName(), (a, b) => {
        expect(actorName(a)).to.match(/^[^/]+$/);
        expect(actorName(a) === actorName(b)).to.equal(a === b);
        expect(decodeURIComponent(actorName(a))).to.equal(a);
      }),
    );
  });
});
