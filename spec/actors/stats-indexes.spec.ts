import { expect } from 'chai';
import { MaglevError } from '../../domain/errors.js';
import { vipId } from '../../domain/lb.js';
import { dns, indexesOf, places, StatsStage, web } from './stats-stage.js';

describe('actors/vpp stats: which counters belong to whom', () => {
  const stage = new StatsStage();
  const { begin, end, start, shown, failure, nexts, indexReads } = stage;

  beforeEach(begin);
  afterEach(end);

  it('is asked of VPP once every sync interval, not at every reading', async () => {
    await start();
    await stage.tree.clock.advance(29_000);
    expect(indexReads()).to.equal(1);
    await stage.tree.clock.advance(61_000);
    expect(indexReads()).to.equal(4);
  });

  it('is asked again at the next reading when VIPs came or went', async () => {
    await start();
    stage.segment.vip(2, 20n);
    stage.indexes = indexesOf(places(web, 1), places(dns, 2));
    stage.stats.tell({ type: 'vips-changed' });
    await stage.tree.clock.advance(5000);
    expect(await nexts()).to.deep.equal({ '192.0.2.1/32': 0n, '192.0.2.2/32': 20n });
    stage.indexes = indexesOf(places(dns, 2));
    stage.stats.tell({ type: 'vips-changed' });
    await stage.tree.clock.advance(5000);
    expect(await nexts()).to.deep.equal({ '192.0.2.2/32': 20n });
    expect(indexReads()).to.equal(3);
  });

  it('is asked again at once when a read shows that a VIP has another place: somebody made it anew by hand', async () => {
    stage.wanted.syncInterval = 3_600_000;
    stage.segment.vip(1, 10n);
    stage.segment.vip(2, 20n);
    stage.indexes = indexesOf(places(web, 1), places(dns, 2));
    await start();
    await stage.tree.clock.advance(2000);
    const at = (first: number, second: number) => ({
      type: 'places' as const,
      places: new Map([
        [vipId(web), first],
        [vipId(dns), second],
      ]),
    });
    stage.stats.tell(at(1, 2));
    await stage.tree.clock.settle();
    expect(indexReads(), 'nothing new').to.equal(1);
    stage.indexes = indexesOf(places(web, 2), places(dns, 1));
    stage.stats.tell(at(2, 1));
    await stage.tree.clock.settle();
    expect(await nexts()).to.deep.equal({ '192.0.2.1/32': 20n, '192.0.2.2/32': 10n });
    expect(indexReads()).to.equal(2);
  });

  it('is asked once more when something changed while VPP was answering', async () => {
    await start();
    stage.stats.tell({ type: 'vips-changed' });
    stage.segment.beforeSnapshot = () => {
      stage.segment.beforeSnapshot = () => {};
      stage.indexes = indexesOf(places(dns, 2));
      stage.stats.tell({ type: 'vips-changed' });
    };
    await stage.tree.clock.advance(5000);
    expect(await nexts()).to.have.all.keys('192.0.2.1/32');
    await stage.tree.clock.advance(5000);
    expect(await nexts()).to.have.all.keys('192.0.2.2/32');
  });

  it('is asked at most once a second, however often things change and readings are made', async () => {
    stage.wanted.statsInterval = 100;
    await start();
    for (let i = 0; i < 100; i++) {
      stage.stats.tell({ type: 'vips-changed' });
      await stage.tree.clock.advance(100);
    }
    expect(indexReads()).to.be.within(10, 11);
  });

  it("is asked at once when a counter goes back: its index has a new owner, whose numbers are nobody else's", async () => {
    stage.segment.vip(1, 1000n);
    await start();
    expect(await nexts()).to.deep.equal({ '192.0.2.1/32': 1000n });
    // Somebody removed the VIP by hand; VPP has collected it, and gave its place to another one.
    stage.indexes = indexesOf(places(dns, 1), places(web, 2));
    stage.segment.vip(1, 7n);
    stage.segment.vip(2, 3n);
    await stage.tree.clock.advance(5000);
    expect(await nexts()).to.deep.equal({ '192.0.2.2/32': 7n, '192.0.2.1/32': 3n });
    expect(indexReads()).to.equal(2);
  });

  it('is asked at once when the traffic of a server or of a route goes back', async () => {
    stage.segment.route('via', 11, 50n, 5000n);
    stage.segment.route('to', 501, 50n, 5000n);
    await start();
    stage.indexes = indexesOf(places(web, 1, { '10.0.0.1': 13 }));
    stage.segment.route('via', 11, 60n, 4000n);
    stage.segment.route('via', 13, 70n, 7000n);
    await stage.tree.clock.advance(5000);
    expect((await shown()).vips[0]?.servers).to.deep.equal([
      { address: '10.0.0.1', traffic: { packets: 70n, bytes: 7000n } },
    ]);
    stage.segment.route('to', 501, 49n, 5000n);
    await stage.tree.clock.advance(5000);
    expect(indexReads()).to.equal(3);
  });

  it('believes a VIP that was made anew in its old place', async () => {
    stage.segment.vip(1, 1000n);
    await start();
    stage.segment.vip(1, 1n);
    await stage.tree.clock.advance(5000);
    expect(await nexts()).to.deep.equal({ '192.0.2.1/32': 1n });
    await stage.tree.clock.advance(5000);
    expect(indexReads(), 'and does not ask again and again').to.equal(2);
  });

  for (const code of ['MGL_VPP_TEXT', 'MGL_VPP_TIMEOUT'] as const) {
    it(`is missed with ${code} when VPP does not give its text, not as if it were of another release`, async () => {
      stage.linkError = new MaglevError(code, 'no text');
      await start();
      expect(await failure()).to.include({ code, message: 'no text' });
      expect(stage.segment.closed).to.equal(false);
      await stage.tree.clock.advance(25_000);
      expect(indexReads(), 'and not asked again at every reading').to.equal(1);
    });
  }

  it('is missed, with its own error, while VPP does not tell; when it started is known all the same', async () => {
    stage.indexes = null;
    await start();
    expect(await failure()).to.include({ code: 'MGL_STATS_INDEXES' });
    expect(stage.booted).to.have.length(1);
    expect(stage.segment.closed, 'there is nothing wrong with the segment').to.equal(false);
    stage.indexes = indexesOf(places(web, 1));
    await stage.tree.clock.advance(30_000);
    expect(await nexts()).to.have.all.keys('192.0.2.1/32');
    expect(indexReads()).to.equal(2);
  });
});
