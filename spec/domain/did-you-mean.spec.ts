import { expect } from 'chai';
import fc from 'fast-check';
import { didYouMean, editDistance, nearest, suggester } from '../../domain/did-you-mean.js';

const keys = ['interval', 'fast-interval', 'timeout', 'rise', 'fall', 'port'];

describe('domain/did-you-mean', () => {
  const cases: readonly [string, string | null][] = [
    ['intervall', 'interval'],
    ['intreval', 'interval'],
    ['Interval', 'interval'],
    ['TIMEOUT', 'timeout'],
    ['fastinterval', 'fast-interval'],
    ['prot', 'port'],
    ['ris', 'rise'],
    ['weight', null],
    ['x', null],
    ['pt', null],
    ['', null],
    ['p'.repeat(65), null],
  ];
  for (const [word, expected] of cases) {
    it(`takes '${word.slice(0, 20)}' for ${expected}`, () => expect(nearest(word, keys)).to.equal(expected));
  }

  it('finds a word with one letter wrong among any others', () => {
    const word = fc.stringMatching(/^[a-z]{4,20}$/);
    fc.assert(
      fc.property(word, fc.nat(), fc.array(fc.stringMatching(/^[0-9]{4,20}$/)), (original, at, others) => {
        const index = at % original.length;
        const wrong = `${original.slice(0, index)}_${original.slice(index + 1)}`;
        expect(nearest(wrong, [...others, original])).to.equal(original);
      }),
    );
  });

  it('stops suggesting when its budget is spent', () => {
    const suggest = suggester(['backend-1', 'backend-2'], 300);
    const answers = Array.from({ length: 10 }, () => suggest('backend-3'));
    expect(answers[0]).to.equal('backend-1');
    expect(answers[9]).to.equal(null);
  });

  it('counts typing errors the same way in both directions, none only between equal words', () => {
    const word = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        const errors = editDistance(a, b);
        expect(errors).to.equal(editDistance(b, a));
        expect(errors === 0).to.equal(a === b);
        expect(errors).to.be.within(Math.abs(a.length - b.length), Math.max(a.length, b.length));
      }),
    );
    expect(editDistance('shwo', 'show')).to.equal(1);
    expect(editDistance('frontens', 'frontends')).to.equal(1);
  });

  it('words the question, or says nothing', () => {
    expect(didYouMean('port')).to.equal(", did you mean 'port'?");
    expect(didYouMean(null)).to.equal('');
  });
});
