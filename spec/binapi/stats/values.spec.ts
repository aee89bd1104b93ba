import { expect } from 'chai';
import type { StatsSegment } from '../../../binapi/stats/stats-segment.js';
import { rejection } from '../../support/rejection.js';
import { ServedImage } from '../../support/served-image.js';
import { StatsImage, TYPE } from '../../support/stats-image.js';

/** All elements of counters. */
function all<Value>(counters: { length: number; at: (index: number) => Value } | null): Value[] {
  if (counters === null) throw new Error('there are no counters');
  return Array.from({ length: counters.length }, (_, i) => counters.at(i));
}

describe('binapi/stats: values', () => {
  let served: ServedImage;
  let stats: StatsSegment;
  const image = () => served.image;

  beforeEach(async () => {
    served = new ServedImage();
    stats = await served.open();
  });

  afterEach(() => served.close());

  it('reads a segment that is laid out by hand, byte by byte', async () => {
    const bytes = image().bytes;
    bytes.fill(0);
    const u64 = (at: number, value: bigint) => bytes.writeBigUInt64LE(value, at);
    // Header: version, base, epoch, in progress, directory.
    u64(0, 2n);
    u64(8, 0x10_0000n);
    u64(16, 77n);
    u64(24, 0n);
    u64(32, 0x10_0108n);
    // The directory: 2 entries from 0x108 on.
    bytes.writeUInt32LE(2, 0x100);
    bytes.writeUInt32LE(3, 0x108);
    u64(0x110, 0x10_0408n);
    bytes.write('/net/route/via\0', 0x118);
    bytes.writeUInt32LE(1, 0x198);
    u64(0x1a0, 1234n);
    bytes.write('/sys/boottime\0', 0x1a8);
    // Two threads; the first counts index 0, the second indexes 0 and 1.
    bytes.writeUInt32LE(2, 0x400);
    u64(0x408, 0x10_0508n);
    u64(0x410, 0x10_0608n);
    bytes.writeUInt32LE(1, 0x500);
    u64(0x508, 10n);
    u64(0x510, 1000n);
    bytes.writeUInt32LE(2, 0x600);
    u64(0x608, 1n);
    u64(0x610, 100n);
    u64(0x618, 7n);
    u64(0x620, 700n);
    image().publish();

    const snapshot = await stats.snapshot([{ name: '/net/route/via' }]);
    expect(snapshot.epoch).to.equal(77n);
    expect(snapshot.bootTime).to.equal(1234);
    expect(all(snapshot.combined('/net/route/via'))).to.deep.equal([
      { packets: 11n, bytes: 1100n },
      { packets: 7n, bytes: 700n },
    ]);
  });

  it('lists the names in use, without what VPP left behind them', async () => {
    image().simple('no server configured', [[1n]]);
    image().entry('freed', TYPE.empty, 4n);
    image().entry('never', TYPE.illegal, 0n);
    image().entry('of the future', 4711, 0n);
    image().entry('n'.repeat(127), TYPE.scalar, 1n);
    image().publish();
    expect(await stats.names()).to.deep.equal([
      '/sys/heartbeat',
      '/sys/last_stats_clear',
      '/sys/boottime',
      'no server configured',
      'of the future',
      'n'.repeat(127),
    ]);
    expect(await stats.scalar('n'.repeat(127))).to.equal(1n);
  });

  it('takes scalars and gauges alike, whole', async () => {
    image().entry('gauge', TYPE.gauge, 0xffff_ffff_ffff_fff0n);
    image().entry('scalar', TYPE.scalar, 2n ** 53n + 1n);
    image().publish();
    expect(await stats.scalar('gauge')).to.equal(0xffff_ffff_ffff_fff0n);
    expect(await stats.scalar('scalar')).to.equal(2n ** 53n + 1n);
    expect(await stats.scalar('/sys/boottime')).to.equal(1_767_225_600n);
  });

  it('sums over threads, whose vectors may differ or be absent', async () => {
    image().simple('s', [[1n, 2n], null, [10n, 20n, 30n], []]);
    image().combined('c', [
      [1n, 100n],
      [2n, 200n, 3n, 300n],
    ]);
    image().simple('nobody', []);
    image().publish();
    expect(all(await stats.simple('s'))).to.deep.equal([11n, 22n, 30n]);
    expect(all(await stats.combined('c'))).to.deep.equal([
      { packets: 3n, bytes: 300n },
      { packets: 3n, bytes: 300n },
    ]);
    expect(all(await stats.simple('nobody'))).to.deep.equal([]);
    expect((await stats.threads('s'))?.map((row) => [...row])).to.deep.equal([
      [1n, 2n],
      [],
      [10n, 20n, 30n],
      [],
    ]);
  });

  it('does not lose a packet beyond 2^53, and wraps where VPP wraps', async () => {
    image().simple('large', [
      [0xffff_ffffn, 2n ** 53n, 2n ** 64n - 1n],
      [1n, 1n, 3n],
    ]);
    image().publish();
    expect(all(await stats.simple('large'))).to.deep.equal([2n ** 32n, 2n ** 53n + 1n, 2n]);
  });

  it('answers 0 for an index that VPP has never counted at, and refuses one that was not read', async () => {
    image().simple('s', [Array.from({ length: 2000 }, (_, i) => BigInt(i))]);
    image().publish();
    const some = await stats.simple('s', [3, 1999, 5000]);
    expect(some?.length).to.equal(2000);
    expect([3, 1999, 5000, 2000].map((index) => some?.at(index))).to.deep.equal([3n, 1999n, 0n, 0n]);
    expect(() => some?.at(1000)).to.throw(RangeError);
  });

  it('reads names by index, gaps included', async () => {
    const names = image().vector([image().text('local0'), 0n, image().text('x'.repeat(200))]);
    image().entry('/if/names', TYPE.names, names);
    image().publish();
    const snapshot = await stats.snapshot([{ name: '/if/names' }]);
    expect(snapshot.names('/if/names')).to.deep.equal(['local0', null, 'x'.repeat(200)]);
  });

  it('shows through a symlink one column of its target, over all threads', async () => {
    const s = image().simple('s', [
      [1n, 2n, 3n],
      [10n, 20n],
    ]);
    const c = image().combined('c', [[5n, 50n, 6n, 60n]]);
    image().symlink('s[1]', s, 1);
    image().symlink('s[2]', s, 2);
    image().symlink('s[9]', s, 9);
    image().symlink('c[1]', c, 1);
    image().publish();
    expect(all(await stats.simple('s[1]'))).to.deep.equal([22n]);
    expect(all(await stats.simple('s[2]'))).to.deep.equal([3n]);
    expect(all(await stats.simple('s[9]'))).to.deep.equal([]);
    expect((await stats.simple('s[9]'))?.at(0)).to.equal(0n);
    expect((await stats.simple('s[1]'))?.at(1)).to.equal(0n);
    expect(all(await stats.combined('c[1]'))).to.deep.equal([{ packets: 6n, bytes: 60n }]);
  });

  it('ignores what it does not know, and symlinks that lead nowhere or in a circle', async () => {
    const itself = image().symlink('itself', 7, 0);
    image().setEntry(itself, 'itself', TYPE.symlink, BigInt(itself));
    image().symlink('beyond', 9999, 0);
    image().symlink('to a scalar', 0, 0);
    image().entry('histogram', TYPE.histogram, 0n);
    image().entry('ring', TYPE.ring, 0xdead_beefn);
    image().entry('future', 4711, 0xdead_beefn);
    image().publish();
    const names = ['itself', 'beyond', 'to a scalar', 'histogram', 'ring', 'future'];
    const snapshot = await stats.snapshot(names.map((name) => ({ name })));
    expect(names.map((name) => snapshot.value(name)?.kind)).to.deep.equal(names.map(() => 'other'));
  });

  it('has null for what VPP lacks, an error for what is of another kind', async () => {
    image().simple('s', [[1n]]);
    image().combined('c', [[1n, 2n]]);
    image().publish();
    expect(await stats.simple('absent')).to.equal(null);
    expect(await stats.threads('absent')).to.equal(null);
    const wrong = await rejection(stats.combined('s'));
    expect(wrong).to.include({ code: 'MGL_STATS_LAYOUT' });
    expect(String(wrong)).to.contain('"s"').and.contain('simple').and.contain('combined');
    expect(await rejection(stats.threads('c'))).to.include({ code: 'MGL_STATS_LAYOUT' });
    const snapshot = await stats.snapshot([]);
    expect(() => snapshot.simple('s')).to.throw(RangeError);
  });

  it('reads megabytes in turns, so that other work goes on', async () => {
    const large = new ServedImage(new StatsImage(4 * 1024 * 1024));
    const row = Array.from({ length: 200_000 }, (_, i) => BigInt(i));
    large.image.simple('large', [row, row]);
    large.image.publish();
    const reader = await large.open();
    let turns = 0;
    let reading = true;
    const other = () => {
      turns++;
      if (reading) setImmediate(other);
    };
    setImmediate(other);
    const counters = await reader.simple('large');
    reading = false;
    large.close();
    expect(counters?.at(199_999)).to.equal(399_998n);
    expect(turns).to.be.above(2);
  });
});
