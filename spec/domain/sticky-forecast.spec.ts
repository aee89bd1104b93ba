import { expect } from 'chai';
import { erlangB, offeredFor } from '../../domain/erlang-b.js';
import { forecastSticky } from '../../domain/sticky-forecast.js';
import { wholeOfIt } from '../support/slow-part.js';
import { randomMix, runMix } from '../support/traffic-mix.js';

const room = { bucketsPerThread: 65_536, threads: 1, flowTimeout: 40 };

const mixes = wholeOfIt ? 50 : 4;
const flows = wholeOfIt ? 40_000 : 8_000;

describe('domain/sticky-forecast', () => {
  it('knows how many find four places taken', () => {
    expect(erlangB(4, 0.5)).to.be.closeTo(0.0016, 0.00005);
    expect(erlangB(4, 1)).to.be.closeTo(0.0154, 0.00005);
    expect(erlangB(4, 2)).to.be.closeTo(0.0952, 0.00005);
    expect(erlangB(4, 0)).to.equal(0);
    for (const offered of [0, 0.1, 1, 3, 20])
      expect(offeredFor(4, offered * (1 - erlangB(4, offered)))).to.be.closeTo(offered, 1e-6);
    expect(offeredFor(4, 4)).to.equal(Number.POSITIVE_INFINITY);
  });

  it('says nothing where no flow began', () => {
    expect(forecastSticky({ seconds: 5, next: 10, first: 0, untracked: 0 }, room)).to.equal(null);
  });

  it('knows single packets exactly, and how many buckets would be enough', () => {
    // 1 entry a bucket on average: 65,536 flows in 39.5 s.
    const first = Math.round((65_536 * 400) / 39.5);
    const forecast = forecastSticky({ seconds: 400, next: 0, first, untracked: 0 }, room);
    expect(forecast).to.include({ range: 'untracked', untrackedPackets: 0 });
    const untracked = Math.round(first * 0.016);
    const seen = forecastSticky({ seconds: 400, next: 0, first, untracked }, room);
    expect(seen?.untracked.likely).to.be.closeTo(0.0157, 0.001);
    expect(seen?.untracked.low).to.be.below(seen?.untracked.likely ?? 0);
    expect(seen?.untrackedPackets).to.be.closeTo(0.0157, 0.001);
    expect(seen?.enough).to.equal(262_144);
  });

  it('names no number of buckets when none is enough', () => {
    const traffic = { seconds: 1, next: 0, first: 10_000_000, untracked: 9_000_000 };
    expect(forecastSticky(traffic, room)?.enough).to.equal(null);
  });

  it('is right to a quarter for flows shorter than a tenth of the timeout', () => {
    for (let seed = 1; seed <= mixes; seed++) {
      const mix = randomMix(seed, 'short', flows);
      const { traffic, truth } = runMix(mix, seed);
      const forecast = forecastSticky(traffic, mix);
      const ratio = (forecast?.untracked.likely ?? 0) / truth;
      expect(ratio, JSON.stringify({ seed, mix, truth, traffic, forecast })).to.be.within(0.75, 1.25);
    }
  }).timeout(600_000);

  it('has the truth about longer flows in its range, in nine of ten mixes', () => {
    const outside: string[] = [];
    for (let seed = 1; seed <= mixes; seed++) {
      const mix = randomMix(seed, 'long', flows);
      const { traffic, truth } = runMix(mix, seed);
      const { low = 1, high = 0 } = forecastSticky(traffic, mix)?.untracked ?? {};
      if (truth < low || truth > high) outside.push(`seed ${seed}: ${truth} is not in ${low}..${high}`);
    }
    expect(outside.length, outside.join('\n')).to.be.at.most(mixes / 10);
  }).timeout(600_000);
});
