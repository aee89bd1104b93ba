import { expect } from 'chai';
import fc from 'fast-check';
import { ServerPlaces } from '../../domain/server-places.js';
import { ip } from '../support/domain-samples.js';

const address = fc.nat({ max: 30 }).map((n) => ip(`10.0.0.${n}`));

describe('domain/server-places', () => {
  it('says where each server stands, in whatever order they are looked for', () => {
    const asked = fc.array(fc.record({ address, near: fc.integer({ min: -1, max: 40 }) }), {
      maxLength: 80,
    });
    fc.assert(
      fc.property(fc.uniqueArray(address, { maxLength: 30 }), asked, (servers, questions) => {
        const places = new ServerPlaces(servers.map((one) => ({ address: one })));
        for (const { address: one, near } of questions)
          expect(places.of(one, near)).to.equal(servers.indexOf(one));
      }),
    );
  });
});
