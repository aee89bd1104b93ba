import { expect } from 'chai';
import fc from 'fast-check';
import { nextProbeAt } from '../../domain/probe-time.js';

const begunAt = fc.double({ min: 0, max: 1e9, noNaN: true });
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const long = fc.integer({ min: 200, max: 600_000 });
const short = fc.integer({ min: 1, max: 199 });

describe('when the next probe begins', () => {
  it('is the interval later, and at most a tenth more or less, whatever it is', () => {
    fc.assert(
      fc.property(begunAt, fc.oneof(short, long), random, (begun, interval, dice) => {
        const gap = nextProbeAt({ begunAt: begun, interval, pace: interval }, dice) - begun;
        expect(gap).to.be.within(interval * 0.9 - 1e-6, interval * 1.1 + 1e-6);
      }),
    );
  });

  it('is anywhere between two intervals when it becomes longer', () => {
    fc.assert(
      fc.property(begunAt, long, long, random, (begun, one, other, dice) => {
        const [pace, interval] = one < other ? [one, other] : [other, one + 1];
        const gap = nextProbeAt({ begunAt: begun, interval, pace }, dice) - begun;
        expect(gap).to.be.within(pace - 1e-6, interval + 1e-6);
      }),
    );
  });

  it('is on a grid of 10 ms, next to where the dice fell', () => {
    fc.assert(
      fc.property(begunAt, long, random, (begun, interval, dice) => {
        const at = nextProbeAt({ begunAt: begun, interval, pace: interval }, dice);
        expect(at % 10).to.equal(0);
        expect(at).to.be.closeTo(begun + interval * (0.9 + 0.2 * dice), 10);
      }),
    );
  });

  it('is where the dice fell for short intervals', () => {
    fc.assert(
      fc.property(begunAt, short, random, (begun, interval, dice) => {
        const at = nextProbeAt({ begunAt: begun, interval, pace: interval }, dice);
        expect(at).to.be.closeTo(begun + interval * (0.9 + 0.2 * dice), 1e-6);
      }),
    );
  });

  it('is neither earlier nor later for the grid, on average over many probes', () => {
    const rounds = 10_000;
    let at = 123.4;
    for (let n = 0; n < rounds; n++) {
      // Dice that fall evenly. A probe begins a little late, as timers fire.
      at = nextProbeAt({ begunAt: at, interval: 1000, pace: 1000 }, (n * 0.618_033_988_7) % 1) + 0.3;
    }
    expect((at - 123.4) / rounds).to.be.closeTo(1000.3, 0.5);
  });

  it('spreads those that begin together over all moments of a second', () => {
    const ends = Array.from({ length: 1000 }, (_, n) => {
      let at = 0;
      for (let round = 0; round < 40; round++) {
        at = nextProbeAt(
          { begunAt: at, interval: 1000, pace: 1000 },
          ((n + 1) * (round + 1) * 0.618_033_988_7) % 1,
        );
      }
      return at % 1000;
    });
    const moments = new Set(ends);
    expect(moments.size).to.be.within(60, 100);
  });
});
