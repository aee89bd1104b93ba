import { expect } from 'chai';
import fc from 'fast-check';
import { Rounds } from '../../domain/rounds.js';

describe('domain/rounds', () => {
  it('begins one that nobody asked for, and makes who asks meanwhile wait for the next', () => {
    const rounds = new Rounds<string>();
    expect([rounds.begin(), rounds.begin(), rounds.join('a')]).to.deep.equal([true, false, false]);
    expect(rounds.end()).to.deep.equal({ askers: [], another: true });
    expect(rounds.begin()).to.equal(false);
    expect(rounds.end()).to.deep.equal({ askers: ['a'], another: false });
  });

  it('has one round under way at most, and answers everybody once by one that began after he asked', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 60 }), (steps) => {
        const rounds = new Rounds<number>();
        const answered: number[] = [];
        let asked = 0;
        /** How many had asked when the round that is under way began; null = none is. */
        let askedBefore: number | null = null;
        const end = () => {
          const { askers, another } = rounds.end();
          for (const asker of askers) expect(asker).below(askedBefore ?? 0);
          answered.push(...askers);
          askedBefore = another ? asked : null;
        };
        for (const asks of steps) {
          if (asks) {
            const idle: boolean = askedBefore === null;
            expect(rounds.join(asked++)).to.equal(idle);
            if (idle) askedBefore = asked;
          } else if (askedBefore !== null) end();
        }
        while (askedBefore !== null) end();
        expect(answered).to.deep.equal(Array.from({ length: asked }, (_, i) => i));
      }),
    );
  });
});
