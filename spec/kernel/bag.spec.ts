import { expect } from 'chai';
import fc from 'fast-check';
import { Bag, type Place } from '../../actors/kernel/bag.js';

describe('kernel/bag', () => {
  it('has what was put in and not taken out, in whatever order that happens', () => {
    const action = fc.oneof(fc.constant('add' as const), fc.nat(50));
    fc.assert(
      fc.property(fc.array(action, { maxLength: 100 }), (actions) => {
        const bag = new Bag<number>();
        const model = new Set<number>();
        const places: Place<number>[] = [];
        for (const what of actions) {
          if (what === 'add') {
            model.add(places.length);
            places.push(bag.add(places.length));
          } else {
            const place = places[what];
            if (place === undefined) continue;
            // Also what has been taken out before.
            bag.takeOut(place);
            model.delete(place.content);
          }
          expect(bag.size).to.equal(model.size);
        }
        expect(new Set(bag.empty())).to.deep.equal(model);
        for (const place of places) bag.takeOut(place);
        expect(bag.size).to.equal(0);
      }),
    );
  });
});
