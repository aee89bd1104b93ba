import { expect } from 'chai';
import fc from 'fast-check';
import { gridFor, nextProbeAt } from '../../domain/probe-time.js';

const begunAt = fc.double({ min: 0, max: 1e9, noNaN: true });
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const long = fc.integer({ min: 200, max: 600_000 });
const short = fc.integer({ min: 1, max: 199 });
const grid = fc.constantFrom(10, 20, 40);
const backends = fc.integer({ min: 1, max: 100_000 });

describe('when the next probe begins', () => {
  it('is the interval later, and at most a tenth more or less, whatever it is', () => {
    fc.assert(
      fc.property(begunAt, fc.oneof(short, long), grid, random, (begun, interval, gridMs, dice) => {
        const gap = nextProbeAt({ begunAt: begun, interval, pace: interval, gridMs }, dice) - begun;
        expect(gap).to.be.within(interval * 0.9 - 1e-6, interval * 1.1 + 1e-6);
      }),
    );
  });

  it('is anywhere between two intervals when it becomes longer', () => {
    fc.assert(
      fc.property(begunAt, long, long, grid, random, (begun, one, other, gridMs, dice) => {
        const [pace, interval] = one < other ? [one, other] : [other, one + 1];
        const gap = nextProbeAt({ begunAt: begun, interval, pace, gridMs }, dice) - begun;
        expect(gap).to.be.within(pace - 1e-6, interval + 1e-6);
      }),
    );
  });

  it('is on the grid of its interval, next to where the dice fell', () => {
    fc.assert(
      fc.property(begunAt, long, backends, random, (begun, interval, count, dice) => {
        const gridMs = gridFor(interval, count);
        const at = nextProbeAt({ begunAt: begun, interval, pace: interval, gridMs }, dice);
        expect(at % gridMs).to.equal(0);
        expect(at).to.be.closeTo(begun + interval * (0.9 + 0.2 * dice), gridMs);
      }),
    );
  });

  it('has a wide grid only where that is little of the interval, and not too many begin together', () => {
    fc.assert(
      fc.property(long, backends, (interval, count) => {
        const gridMs = gridFor(interval, count);
        expect([10, 20, 40]).to.include(gridMs);
        if (gridMs === 10) return;
        expect(gridMs).to.be.at.most(interval / 25);
        expect((count / interval) * gridMs).to.be.at.most(50);
      }),
    );
    expect([gridFor(200, 10), gridFor(500, 10), gridFor(1000, 1000), gridFor(1000, 10_000)]).to.deep.equal([
      10, 20, 40, 10,
    ]);
  });

  it('is where the dice fell for short intervals', () => {
    fc.assert(
      fc.property(begunAt, short, grid, random, (begun, interval, gridMs, dice) => {
        const at = nextProbeAt({ begunAt: begun, interval, pace: interval, gridMs }, dice);
        expect(at).to.be.closeTo(begun + interval * (0.9 + 0.2 * dice), 1e-6);
      }),
    );
  });

  it('is neither earlier nor later for the grid, on average over many probes', () => {
    const rounds = 10_000;
    let at = 123.4;
    for (let n = 0; n < rounds; n++) {
      // Dice that fall evenly. A probe begins a little late, as timers fire.
      at =
        nextProbeAt({ begunAt: at, interval: 1000, pace: 1000, gridMs: 10 }, (n * 0.618_033_988_7) % 1) + 0.3;
    }
    expect((at - 123.4) / rounds).to.be.closeTo(1000.3, 0.5);
  });

  it('spreads those that begin together over all moments of a second', () => {
    const ends = Array.from({ length: 1000 }, (_, n) => {
      let at = 0;
      for (let round = 0; round < 40; round++) {
        at = nextProbeAt(
          { begunAt: at, interval: 1000, pace: 1000, gridMs: 10 },
          ((n + 1) * (round + 1) * 0.618_033_988_7) % 1,
        );
      }
      return at % 1000;
    });
    const moments = new Set(ends);
    expect(moments.size).to.be.within(60, 100);
  });
});
