import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import fc from 'fast-check';
import { EventRing, weightOf } from '../../domain/event-ring.js';
import { logTold } from '../support/told-events.js';

describe('the ring of events', () => {
  it('keeps the last ones within its bounds, and knows what it has not', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(3100),
        (count, size, seq) => {
          const ring = new EventRing({ events: size, bytes: 1e9 });
          const all = Array.from({ length: count }, (_, i) => logTold(i + 1));
          for (const told of all) ring.push(told);
          const kept = all.slice(-size);
          expect(ring.latest(1e6)).to.deep.equal(kept);
          expect(ring.latest(3)).to.deep.equal(kept.slice(-3));
          const complete = seq >= count - kept.length;
          expect(ring.since(seq)).to.deep.equal(complete ? all.slice(seq) : null);
        },
      ),
    );
  });

  it('holds nothing of what it has dropped', () => {
    setFlagsFromString('--expose-gc');
    const ring = new EventRing({ events: 5, bytes: 1e9 });
    const watched = Array.from({ length: 20 }, (_, i) => {
      const told = logTold(i + 1);
      ring.push(told);
      return new WeakRef(told);
    });
    // What a WeakRef has been made of is held until the end of the turn.
    return new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      runInNewContext('gc')();
      expect(watched.map((one) => one.deref()?.seq).filter((seq) => seq !== undefined)).to.deep.equal(
        ring.latest(100).map(({ seq }) => seq),
      );
    });
  });

  it('is bounded by what its events take, too', () => {
    const one = weightOf(logTold(1));
    const ring = new EventRing({ events: 1000, bytes: 10.5 * one });
    for (let i = 1; i < 10; i++) ring.push(logTold(i));
    expect(ring.latest(100).length).to.equal(9);
    for (let i = 10; i < 100; i++) ring.push(logTold(i));
    expect(ring.latest(100).length).to.be.within(9, 10);
    expect(ring.latest(1)).to.deep.equal([logTold(99)]);
  });
});
