import { expect } from 'chai';
import fc from 'fast-check';
import { Heartbeat } from '../../../binapi/stats/heartbeat.js';
import { openStats, type StatsSegment } from '../../../binapi/stats/stats-segment.js';
import { VirtualClock } from '../../../clock/virtual-clock.js';
import { lettingTimePass } from '../../support/letting-time-pass.js';
import { passedDescriptors } from '../../support/passed-descriptors.js';
import { rejection } from '../../support/rejection.js';
import { ServedImage } from '../../support/served-image.js';
import { StatsImage } from '../../support/stats-image.js';

describe('binapi/stats: staleness', () => {
  let served: ServedImage;
  let clock: VirtualClock;
  let stats: StatsSegment;

  beforeEach(async () => {
    served = new ServedImage();
    clock = new VirtualClock();
    stats = await lettingTimePass(clock, served.open({ clock }));
  });

  afterEach(() => served.close());

  const beat = (count: bigint) => {
    served.image.setEntry(0, '/sys/heartbeat', 1, count);
    served.image.publish();
  };
  const look = () => lettingTimePass(clock, stats.snapshot([]));
  const refusal = () => lettingTimePass(clock, rejection(stats.snapshot([])));

  it('believes a VPP whose heart beats', async () => {
    for (let count = 6n; count < 20n; count++) {
      await clock.advance(10_000);
      beat(count);
      expect((await look()).heartbeat).to.equal(count);
    }
  });

  it('reports a VPP that has gone once three beats are missing', async () => {
    await look();
    served.server.close();
    await clock.advance(29_000);
    expect((await look()).heartbeat).to.equal(5n);
    await clock.advance(2_000);
    const thrown = await refusal();
    expect(thrown).to.include({ code: 'MGL_STATS_STALE' });
    expect(String(thrown)).to.contain('stood still for 31 s').and.contain('ENOENT');
    expect(await lettingTimePass(clock, rejection(stats.names()))).to.include({ code: 'MGL_STATS_STALE' });
  });

  it('reports a VPP that hangs, and believes it again when it goes on', async () => {
    served.server.suspend();
    await clock.advance(31_000);
    expect(String(await refusal())).to.contain('ETIMEDOUT');
    served.server.resume();
    beat(6n);
    expect((await look()).heartbeat).to.equal(6n);
  });

  it('reports memory of which VPP has made another', async () => {
    const other = new StatsImage().publish();
    served.replaceBy(other.fd);
    await clock.advance(31_000);
    const thrown = await refusal();
    expect(thrown).to.include({ code: 'MGL_STATS_STALE' });
    expect(String(thrown)).to.contain('another');
    // Whatever happens to the old memory, it is over.
    beat(6n);
    expect(await refusal()).to.equal(thrown);
    const again = await lettingTimePass(clock, openStats({ socketPath: served.socketPath, clock }));
    expect(await again.scalar('/sys/heartbeat')).to.equal(5n);
    again.close();
    other.close();
  });

  it('believes a VPP that beats slowly as long as it hands out the same memory', async () => {
    for (let count = 6n; count < 10n; count++) {
      for (const _ of Array(12)) {
        await clock.advance(5_000);
        await look();
      }
      beat(count);
      await look();
    }
  });

  it('leaves no descriptor behind, however often it asks', async () => {
    const before = passedDescriptors();
    for (const _ of Array(20)) {
      await clock.advance(31_000);
      await look();
    }
    served.server.suspend();
    await clock.advance(31_000);
    await refusal();
    stats.close();
    expect(await rejection(stats.snapshot([]))).to.include({ code: 'MGL_STATS_STALE' });
    served.server.resume();
    expect(passedDescriptors().length).to.equal(before.length - 1);
  });
});

describe('binapi/stats: heartbeat', () => {
  /** Looks at a heart that beats every `beatMs` from `phase` on and stops at `stopsAt`. */
  function looks(beatMs: number, phase: number, stopsAt: number, gaps: readonly number[]) {
    const heartbeat = new Heartbeat();
    let now = 0;
    return gaps.map((gap) => {
      now += gap;
      heartbeat.observe(BigInt(Math.floor((Math.min(now, stopsAt) + phase) / beatMs)), now);
      return { now, overdue: heartbeat.isOverdue(now), beatMs: heartbeat.beatMs };
    });
  }
  const gaps = fc.array(fc.double({ min: 0, max: 15_000, noNaN: true }), { minLength: 1, maxLength: 100 });
  const phase = fc.nat(60_000);

  it('is never overdue while it beats at least every 10 s', () => {
    fc.assert(
      fc.property(fc.integer({ min: 500, max: 10_000 }), phase, gaps, (beatMs, from, between) => {
        const seen = looks(beatMs, from, Number.POSITIVE_INFINITY, between);
        for (const { overdue } of seen) expect(overdue).to.equal(false);
      }),
    );
  });

  it('is overdue soon after it stopped', () => {
    fc.assert(
      fc.property(fc.integer({ min: 500, max: 60_000 }), phase, gaps, (beatMs, from, between) => {
        const stopsAt = between.reduce((sum, gap) => sum + gap, 0);
        const seen = looks(beatMs, from, stopsAt, [...between, 200_000, 1]);
        expect(seen.at(-1)?.overdue).to.equal(true);
      }),
    );
  });

  it('learns how long a beat takes', () => {
    const every = (ms: number) => Array<number>(40).fill(ms);
    expect(looks(1000, 0, Number.POSITIVE_INFINITY, every(5000)).at(-1)?.beatMs).to.be.closeTo(1000, 50);
    expect(looks(10_000, 3000, Number.POSITIVE_INFINITY, every(5000)).at(-1)?.beatMs).to.be.closeTo(
      10_000,
      500,
    );
    expect(looks(60_000, 0, Number.POSITIVE_INFINITY, every(5000)).at(-1)?.beatMs).to.be.closeTo(
      60_000,
      5000,
    );
  });
});
