import { expect } from 'chai';
import fc from 'fast-check';
import { linkTo, type Place, placeOf, sorts, spans, start, views } from '../../../web/ui/model/place.js';

/** Anything that may stand in a config as a name, and what would hurt in a URL. */
const name = fc.option(
  fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('a&b=c', 'ä ö', '#/x?y', '100%')),
  {
    nil: null,
  },
);

const places: fc.Arbitrary<Place> = fc.record({
  view: fc.constantFrom(...views),
  maglevd: name,
  frontend: name,
  backend: name,
  at: fc.option(
    fc.integer({ min: 0, max: 4e9 }).map((seconds) => seconds * 1000),
    { nil: null },
  ),
  minutes: fc.constantFrom(...spans),
  search: fc.string(),
  state: fc.option(fc.constantFrom('up', 'down', 'doubt'), { nil: null }),
  sort: fc.constantFrom(...sorts),
});

describe('the page: links', () => {
  it('mean the same to whoever gets them', () => {
    fc.assert(
      fc.property(places, (place) => {
        expect(placeOf(linkTo(place))).to.deep.equal(place);
      }),
    );
  });

  it('are read as far as they can be', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(views).to.include(placeOf(text).view);
      }),
    );
    expect(placeOf('')).to.deep.equal(start);
    expect(placeOf('#/nowhere?minutes=7&sort=up&at=yesterday')).to.deep.equal(start);
  });

  it('say frontend and minute so that a person can read them', () => {
    const at = Date.UTC(2026, 10, 28, 11, 27);
    expect(linkTo({ ...start, view: 'timeline', maglevd: 'lb1', frontend: 'shop', at })).to.equal(
      '#/timeline?maglevd=lb1&frontend=shop&at=2026-11-28T11:27:00Z',
    );
    expect(linkTo(start)).to.equal('#/overview');
  });
});
