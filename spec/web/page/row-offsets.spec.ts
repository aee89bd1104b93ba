import { expect } from 'chai';
import fc from 'fast-check';
import { RowOffsets } from '../../../web/ui/model/row-offsets.js';

const lists = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 200 });

describe('the page: rows of a long list', () => {
  it('are all drawn that are seen, and few others', () => {
    fc.assert(
      fc.property(
        lists,
        fc.nat(20_000),
        fc.integer({ min: 1, max: 900 }),
        fc.nat(5),
        (heights, scroll, height, spare) => {
          const offsets = new RowOffsets(heights.length, (i) => heights[i] ?? 0);
          const top = Math.min(scroll, Math.max(0, offsets.total - height));
          const { first, end } = offsets.visible(top, height, spare);
          for (let i = 0; i < heights.length; i++) {
            const seen = offsets.top(i) < top + height && offsets.top(i + 1) > top;
            if (seen) expect(i >= first && i < end).to.equal(true);
          }
          const inside = heights.filter((_, i) => offsets.top(i) <= top + height && offsets.top(i + 1) > top);
          expect(end - first).to.be.at.most(inside.length + 2 * spare);
        },
      ),
    );
  });

  it('are revealed as a whole, and without a jump where they are seen already', () => {
    fc.assert(
      fc.property(lists, fc.nat(), fc.nat(20_000), (heights, at, scroll) => {
        const offsets = new RowOffsets(heights.length, (i) => heights[i] ?? 0);
        const index = at % heights.length;
        const top = offsets.reveal(index, scroll, 100);
        expect(offsets.top(index)).to.be.at.least(top);
        expect(offsets.top(index + 1)).to.be.at.most(top + 100);
        expect(offsets.reveal(index, top, 100)).to.equal(top);
      }),
    );
  });

  it('may be none', () => {
    const none = new RowOffsets(0, () => 10);
    expect(none.total).to.equal(0);
    expect(none.visible(0, 100, 5)).to.deep.equal({ first: 0, end: 0 });
  });
});
