import { expect } from 'chai';
import fc from 'fast-check';
import { gridFor, momentBefore, nextProbeAt } from '../../domain/probe-time.js';

const begunAt = fc.double({ min: 0, max: 1e9, noNaN: true });
/** By how much later than it was due a probe began. */
const lateness = fc.oneof(fc.double({ min: 0, max: 20, noNaN: true }), fc.constantFrom(0, 500));
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const long = fc.integer({ min: 200, max: 600_000 });
const short = fc.integer({ min: 1, max: 199 });
const grid = fc.constantFrom(10, 20, 40);
const backends = fc.integer({ min: 1, max: 100_000 });

describe('when the next probe begins', () => {
  it('is the interval later, and at most a tenth more or less, whatever it is', () => {
    fc.assert(
      fc.property(
        begunAt,
        lateness,
        fc.oneof(short, long),
        grid,
        random,
        (begun, late, interval, gridMs, dice) => {
          const rhythm = { begunAt: begun, dueAt: begun - late, interval, pace: interval, gridMs };
          const gap = nextProbeAt(rhythm, dice) - begun;
          expect(gap).to.be.within(interval * 0.9 - 1e-6, interval * 1.1 + 1e-6);
        },
      ),
    );
  });

  it('is anywhere between two intervals when it becomes longer', () => {
    fc.assert(
      fc.property(begunAt, lateness, long, long, grid, random, (begun, late, one, other, gridMs, dice) => {
        const [pace, interval] = one < other ? [one, other] : [other, one + 1];
        const rhythm = { begunAt: begun, dueAt: begun - late, interval, pace, gridMs };
        const gap = nextProbeAt(rhythm, dice) - begun;
        expect(gap).to.be.within(pace - 1e-6, interval + 1e-6);
      }),
    );
  });

  it('is on the grid of its interval, next to where the dice fell', () => {
    fc.assert(
      fc.property(begunAt, long, backends, random, (begun, interval, count, dice) => {
        const gridMs = gridFor(interval, count);
        const at = nextProbeAt({ begunAt: begun, dueAt: begun, interval, pace: interval, gridMs }, dice);
        expect(momentBefore(at, gridMs)).to.equal(at);
        expect(at).to.be.closeTo(begun + interval * (0.9 + 0.2 * dice), gridMs);
      }),
    );
  });

  it('has moments on a wide grid that are as far as can be from those of the finest', () => {
    fc.assert(
      fc.property(fc.double({ min: 100, max: 1e9, noNaN: true }), grid, (at, gridMs) => {
        const moment = momentBefore(at, gridMs);
        expect(at - moment).to.be.within(0, gridMs);
        expect(moment % 10).to.equal(gridMs === 10 ? 0 : 5);
        // What begins on one wide grid begins with what begins on another.
        if (gridMs === 40) expect(momentBefore(moment, 20)).to.equal(moment);
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
        const at = nextProbeAt({ begunAt: begun, dueAt: begun, interval, pace: interval, gridMs }, dice);
        expect(at).to.be.closeTo(begun + interval * (0.9 + 0.2 * dice), 1e-6);
      }),
    );
  });

  it('is when it would have been, although the last one began a little late', () => {
    const due = fc.integer({ min: 0, max: 100_000 }).map((moment) => moment * 40);
    const interval = fc.integer({ min: 200, max: 60_000 });
    // Not when the dice have it as early as can be: an interval is never less than a tenth shorter.
    const dice = fc.double({ min: 0.5, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(due, fc.integer({ min: 0, max: 10 }), interval, dice, (dueAt, late, ms, random) => {
        const rhythm = { dueAt, interval: ms, pace: ms, gridMs: 10 };
        const [onTime, made] = [0, late].map((lateMs) =>
          nextProbeAt({ ...rhythm, begunAt: dueAt + lateMs }, random),
        );
        expect(made).to.equal(onTime);
      }),
    );
  });

  it('does not let those hurry together who were held up together', () => {
    const gaps = [1, 100, 300, 500].map((late) => {
      const rhythm = { begunAt: 5000, dueAt: 5000 - late, interval: 1000, pace: 1000, gridMs: 10 };
      return nextProbeAt(rhythm, 0.5) - 5000;
    });
    expect(gaps).to.deep.equal([1000, 990, 990, 990]);
  });

  it('is neither earlier nor later for the grid, nor for beginning late, on average over many probes', () => {
    const rounds = 10_000;
    const first = 120;
    let [at, dueAt] = [first, first];
    for (let n = 0; n < rounds; n++) {
      // Dice that fall evenly. A probe begins a little late, as timers fire.
      const rhythm = { begunAt: at, dueAt, interval: 1000, pace: 1000, gridMs: 10 };
      dueAt = nextProbeAt(rhythm, (n * 0.618_033_988_7) % 1);
      at = dueAt + (n % 7);
    }
    expect((at - first) / rounds).to.be.closeTo(1000, 0.5);
  });

  it('spreads those that begin together over all moments of a second', () => {
    const ends = Array.from({ length: 1000 }, (_, n) => {
      let at = 0;
      for (let round = 0; round < 40; round++) {
        at = nextProbeAt(
          { begunAt: at, dueAt: at, interval: 1000, pace: 1000, gridMs: 10 },
          ((n + 1) * (round + 1) * 0.618_033_988_7) % 1,
        );
      }
      return at % 1000;
    });
    const moments = new Set(ends);
    expect(moments.size).to.be.within(60, 100);
  });
});
