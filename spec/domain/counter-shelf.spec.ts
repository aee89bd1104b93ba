import { expect } from 'chai';
import { Retrying } from '../../domain/backoff.js';
import { CounterShelf, KnownIndexes } from '../../domain/counter-shelf.js';
import { MaglevError } from '../../domain/errors.js';

const counters = { at: 0, vips: [] };
const busy = new MaglevError('MGL_STATS_BUSY', 'busy');

describe('domain/counter-shelf', () => {
  it('shows the last good reading for three intervals more, and then why there is none', () => {
    const shelf = new CounterShelf();
    expect(shelf.shown).to.equal(null);
    expect(shelf.failed(busy, 5000, 0)).to.equal(true);
    expect(shelf.shown).to.equal(busy);
    shelf.put(counters, 1000);
    expect(shelf.failed(busy, 5000, 16_000), 'news again, after it went well').to.equal(true);
    expect(shelf.shown).to.equal(counters);
    expect(shelf.failed(busy, 5000, 16_001)).to.equal(false);
    expect(shelf.shown).to.equal(busy);
  });

  it('believes what it knows of columns for a sync interval, in doubt for a second', () => {
    const known = new KnownIndexes();
    expect(known.mustRenew(30_000, 0)).to.equal(true);
    known.forget();
    known.learn(new Map(), 0);
    expect(known.mustRenew(30_000, 29_999)).to.equal(false);
    expect(known.mustRenew(30_000, 30_000)).to.equal(true);
    known.doubt();
    expect(known.mustRenew(30_000, 999)).to.equal(false);
    expect(known.mustRenew(30_000, 1000)).to.equal(true);
    // What changes while VPP is asked makes the answer doubtful.
    known.forget();
    known.doubt();
    known.learn(new Map(), 1000);
    expect(known.mustRenew(30_000, 2000)).to.equal(true);
  });
});

describe('domain/retrying', () => {
  it('waits longer each time, and tells the same failure once', () => {
    const retrying = new Retrying({ minMs: 100, maxMs: 1000, jitter: 0 });
    expect([retrying.isNews('a'), retrying.isNews('a'), retrying.isNews('b')]).to.deep.equal([
      true,
      false,
      true,
    ]);
    expect([1, 2, 3, 4, 5].map(() => retrying.nextDelay(0))).to.deep.equal([100, 200, 400, 800, 1000]);
    retrying.succeeded();
    expect([retrying.isNews('b'), retrying.nextDelay(0)]).to.deep.equal([true, 100]);
  });
});
