import { expect } from 'chai';
import fc from 'fast-check';
import { NumberTable } from '../../domain/number-table.js';

// Some of these share a place in any table of a usual size.
const key = fc.constantFrom(0, 1, 2, 255, 256, 257, 512, 1024, 65_536, 2 ** 40, 2 ** 40 + 256);
const action = fc.oneof(
  fc.record({ what: fc.constantFrom('set' as const, 'delete' as const), key, value: fc.nat(9) }),
  fc.record({ what: fc.constant('clear' as const), key, value: fc.nat(9) }),
);

describe('a table by numbers', () => {
  it('has what a Map would have, whatever is done to it', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const table = new NumberTable<number>();
        const map = new Map<number, number>();
        for (const { what, key, value } of actions) {
          if (what === 'set') {
            table.set(key, value);
            map.set(key, value);
          } else if (what === 'delete') expect(table.delete(key)).to.equal(map.delete(key));
          else {
            table.clear();
            map.clear();
          }
          expect(table.get(key)).to.equal(map.get(key));
          expect(table.has(key)).to.equal(map.has(key));
          expect(table.size).to.equal(map.size);
        }
        expect(new Map(table.entries())).to.deep.equal(map);
      }),
    );
  });

  it('refuses what is no key', () => {
    for (const key of [-1, 0.5, Number.NaN]) expect(() => new NumberTable().get(key)).to.throw(RangeError);
  });
});
