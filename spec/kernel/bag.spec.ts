import { expect } from 'chai';
import fc from 'fast-check';
import { Bag, type Place } from '../../actors/kernel/bag.js';

describe('kernel/bag', () => {
  it('has what was put in and not taken out, in whatever order that happens', () => {
    const action = fc.oneof(fc.constantFrom('red' as const, 'blue' as const), fc.nat(50));
    fc.assert(
      fc.property(fc.array(action, { maxLength: 100 }), (actions) => {
        const bag = new Bag<'red' | 'blue', number>();
        const model = new Map<number, 'red' | 'blue'>();
        const places: Place[] = [];
        for (const what of actions) {
          if (typeof what === 'string') {
            model.set(places.length, what);
            places.push(bag.add(what, places.length));
          } else {
            const place = places[what];
            if (place === undefined) continue;
            // Also what has been taken out before.
            bag.takeOut(place);
            model.delete(what);
          }
          expect(bag.size).to.equal(model.size);
        }
        for (const kind of ['red', 'blue'] as const) {
          const wanted = [...model.keys()].filter((content) => model.get(content) === kind);
          expect(bag.empty(kind)).to.have.members(wanted);
        }
        for (const place of places) bag.takeOut(place);
        expect(bag.size).to.equal(0);
      }),
    );
  });
});
