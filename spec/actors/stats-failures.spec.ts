import { expect } from 'chai';
import { MaglevError } from '../../domain/errors.js';
import { MockSegment } from '../support/mock-segment.js';
import { StatsStage } from './stats-stage.js';

describe('actors/vpp stats: what fails', () => {
  const stage = new StatsStage();
  const { begin, end, start, failure, nexts } = stage;

  beforeEach(begin);
  afterEach(end);

  const errors = () =>
    stage.tree.log.of('vpp-lb-stats-error').map(({ level, fields }) => [level, fields?.['code']]);

  describe('a VPP that does not hand out its segment', () => {
    const absent = new MaglevError('MGL_STATS_CONNECT', 'no such socket');

    it('is told, with the reason; it is asked again every 5 s, and nobody is told that anything was lost', async () => {
      stage.refusal = absent;
      await start();
      expect(await failure()).to.include({ code: 'MGL_STATS_CONNECT', message: 'no such socket' });
      await stage.tree.clock.advance(20_000);
      expect(stage.opens).to.deep.equal([0, 5000, 10_000, 15_000, 20_000]);
      stage.refusal = null;
      await stage.tree.clock.advance(5000);
      expect(await nexts()).to.have.all.keys('192.0.2.1/32');
      expect(stage.lost).to.deep.equal([]);
    });

    it('is asked no more often when readings are more frequent', async () => {
      stage.refusal = absent;
      stage.wanted.statsInterval = 100;
      await start();
      await stage.tree.clock.advance(20_000);
      expect(stage.opens).to.have.length(5);
    });

    it('is a warning the first time, and for those who look closely from then on', async () => {
      stage.refusal = absent;
      await start();
      await stage.tree.clock.advance(10_000);
      stage.refusal = new MaglevError('MGL_STATS_CONNECT', 'permission denied');
      await stage.tree.clock.advance(5000);
      expect(errors()).to.deep.equal([
        ['warn', 'MGL_STATS_CONNECT'],
        ['debug', 'MGL_STATS_CONNECT'],
        ['debug', 'MGL_STATS_CONNECT'],
        ['warn', 'MGL_STATS_CONNECT'],
      ]);
      stage.refusal = null;
      await stage.tree.clock.advance(5000);
      stage.refusal = absent;
      stage.segment.failure = new MaglevError('MGL_STATS_STALE', 'gone');
      await stage.tree.clock.advance(10_000);
      expect(errors().slice(4), 'after a good reading it is news again').to.deep.equal([
        ['warn', 'MGL_STATS_STALE'],
        ['warn', 'MGL_STATS_CONNECT'],
      ]);
    });
  });

  describe('a reading that fails', () => {
    const stale = new MaglevError('MGL_STATS_STALE', 'its heartbeat has stood still for 31 s');

    it('because VPP has gone is told to who is responsible, and its counters are not shown any more', async () => {
      await start();
      stage.segment.failure = stale;
      await stage.tree.clock.advance(5000);
      expect(stage.lost).to.deep.equal([stale]);
      expect(await failure()).to.include({ code: 'MGL_STATS_STALE', message: stale.message });
      expect(stage.segment.closed).to.equal(true);
    });

    it('because VPP has gone is followed by another segment, should this actor go on living', async () => {
      await start();
      stage.segment.failure = stale;
      await stage.tree.clock.advance(5000);
      stage.segment = new MockSegment();
      stage.segment.bootTime = 1_800_000_000;
      stage.segment.vip(1, 8n);
      await stage.tree.clock.advance(5000);
      expect(await nexts()).to.deep.equal({ '192.0.2.1/32': 8n });
      expect(stage.booted).to.deep.equal([1_700_000_000_000, 1_800_000_000_000]);
    });

    it('because VPP is busy leaves the last one standing, for 15 s', async () => {
      stage.segment.vip(1, 4n);
      await start();
      stage.segment.failure = new MaglevError('MGL_STATS_BUSY', 'busy');
      await stage.tree.clock.advance(15_000);
      expect(await nexts()).to.deep.equal({ '192.0.2.1/32': 4n });
      await stage.tree.clock.advance(5000);
      expect(await failure()).to.include({ code: 'MGL_STATS_BUSY' });
      expect(stage.opens).to.have.length(1);
      expect(stage.lost).to.deep.equal([]);
      stage.segment.failure = null;
      await stage.tree.clock.advance(5000);
      expect(await nexts()).to.deep.equal({ '192.0.2.1/32': 4n });
    });

    it('because the segment makes no sense is tried with a new one', async () => {
      await start();
      stage.segment.failure = new MaglevError('MGL_STATS_LAYOUT', 'a vector does not fit');
      await stage.tree.clock.advance(5000);
      expect(stage.segment.closed).to.equal(true);
      expect(stage.lost).to.deep.equal([]);
      stage.segment = new MockSegment();
      await stage.tree.clock.advance(5000);
      expect(stage.opens).to.have.length(2);
      expect(await nexts()).to.have.all.keys('192.0.2.1/32');
    });

    it('because of a bug of ours costs the counters, and nothing else', async () => {
      stage.segment.failure = new TypeError('undefined is not a function');
      await start();
      expect(await failure()).to.include({ code: 'MGL_INTERNAL' });
      await stage.tree.clock.advance(60_000);
      expect(stage.tree.log.of('actor-crash')).to.deep.equal([]);
      stage.segment.failure = null;
      await stage.tree.clock.advance(5000);
      expect(await nexts()).to.have.all.keys('192.0.2.1/32');
    });

    it('because the connection ended is no news of the counters', async () => {
      await start();
      stage.linkError = new MaglevError('MGL_VPP_DISCONNECTED', 'VPP closed the connection');
      stage.stats.tell({ type: 'vips-changed' });
      await stage.tree.clock.advance(5000);
      expect(errors()).to.deep.equal([]);
    });
  });
});
