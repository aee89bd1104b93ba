import { expect } from 'chai';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { formatDuration, parseDuration } from '../../domain/duration.js';

describe('domain/duration', () => {
  const accepted: readonly [string, number][] = [
    ['0', 0],
    ['0s', 0],
    ['+5s', 5_000],
    ['1m30s', 90_000],
    ['1.5s', 1_500],
    ['200ms', 200],
    ['1h', 3_600_000],
    ['1h2m3s4ms5us6ns', 3_723_004.005006],
    ['100us', 0.1],
    ['100\u00b5s', 0.1],
    ['100\u03bcs', 0.1],
    ['7ns', 0.000007],
    ['.5s', 500],
    ['1.s', 1_000],
    ['1s1s', 2_000],
    ['0.0000000001s', 0],
    ['9223372036854775807ns', 9_223_372_036_854.775],
  ];
  for (const [text, milliseconds] of accepted) {
    it(`reads ${text} as ${milliseconds} ms`, () => {
      expect(parseDuration(text)).to.deep.equal(E.right(milliseconds));
    });
  }

  const refused: readonly [string, string][] = [
    ['', "'' is not a duration: write it like 30s, 200ms or 1m30s"],
    ['soon', "'soon' is not a duration: write it like 30s, 200ms or 1m30s"],
    ['5', "'5' has no unit: write 5s for seconds, 5ms for milliseconds"],
    ['1.5', "'1.5' has no unit: write 1.5s for seconds, 1.5ms for milliseconds"],
    ['1m30', "'1m30' ends in a number without a unit"],
    ['-5s', "'-5s' is negative"],
    ['+-5s', "'+-5s' is negative"],
    ['2d', "'2d' has the unknown unit 'd': the units are h, m, s, ms, us and ns; a day is 24h"],
    ['5S', "'5S' has the unknown unit 'S': the units are h, m, s, ms, us and ns"],
    ['1 s', "'1 s' has the unknown unit ' s': the units are h, m, s, ms, us and ns"],
    ['.s', "'.s' is not a duration: write it like 30s, 200ms or 1m30s"],
    ['1..5s', "'1..5s' ends in a number without a unit"],
    ['9223372036854775808ns', "'9223372036854775808ns' is longer than the 292 years a duration can hold"],
    ['3000000h', "'3000000h' is longer than the 292 years a duration can hold"],
  ];
  for (const [text, message] of refused) {
    it(`refuses '${text}'`, () => expect(parseDuration(text)).to.deep.equal(E.left(message)));
  }

  const printed: readonly [number, string][] = [
    [0, '0s'],
    [0.000001, '1ns'],
    [0.0015, '1.5\u00b5s'],
    [2.5, '2.5ms'],
    [1_000, '1s'],
    [90_000, '1m30s'],
    [3_600_000, '1h0m0s'],
    [3_661_500, '1h1m1.5s'],
  ];
  for (const [milliseconds, text] of printed) {
    it(`prints ${milliseconds} ms as ${text}`, () => expect(formatDuration(milliseconds)).to.equal(text));
  }

  it('reads back what it prints, for any number of microseconds up to 12 days', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 40 }), (microseconds) => {
        const milliseconds = microseconds / 1000;
        expect(parseDuration(formatDuration(milliseconds))).to.deep.equal(E.right(milliseconds));
      }),
    );
  });

  it('adds up its terms, whatever their order', () => {
    const term = fc.tuple(
      fc.nat({ max: 10_000 }),
      fc.constantFrom(['h', 3_600_000], ['m', 60_000], ['s', 1_000], ['ms', 1]),
    );
    fc.assert(
      fc.property(
        fc.array(term as fc.Arbitrary<[number, [string, number]]>, { minLength: 1, maxLength: 8 }),
        (terms) => {
          const text = terms.map(([count, [unit]]) => `${count}${unit}`).join('');
          const sum = terms.reduce((total, [count, [, milliseconds]]) => total + count * milliseconds, 0);
          expect(parseDuration(text)).to.deep.equal(E.right(sum));
        },
      ),
    );
  });

  it('answers any text, in time that does not grow with its length', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseDuration(text)));
    expect(E.isLeft(parseDuration(`${'9'.repeat(1_000_000)}s`))).to.equal(true);
  });
});
