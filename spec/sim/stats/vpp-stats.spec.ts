import { expect } from 'chai';
import type { StatsSegment } from '../../../binapi/stats/stats-segment.js';
import { VirtualClock } from '../../../clock/virtual-clock.js';
import { Fib } from '../../../sim/lb/fib.js';
import { VppStats, type VppStatsOptions } from '../../../sim/stats/vpp-stats.js';
import { lettingTimePass } from '../../support/letting-time-pass.js';
import { passedDescriptors } from '../../support/passed-descriptors.js';
import { rejection } from '../../support/rejection.js';
import { ServedImage } from '../../support/served-image.js';

describe('simulator: statistics of a VPP', () => {
  let served: ServedImage;
  let clock: VirtualClock;
  let vpp: VppStats;
  let stats: StatsSegment;

  const boot = async (options: Partial<VppStatsOptions> = {}) => {
    vpp = new VppStats({ clock, ...options });
    served.replaceBy(vpp.fd);
    stats = await lettingTimePass(clock, served.open({ clock }));
  };

  beforeEach(() => {
    served = new ServedImage();
    clock = new VirtualClock({ startMs: 1_795_350_739_400 });
  });

  afterEach(() => {
    vpp.close();
    served.close();
  });

  const all = async (name: string) => {
    const counters = await stats.simple(name);
    return counters && Array.from({ length: counters.length }, (_, i) => counters.at(i));
  };

  it('has what a fresh VPP has, each at its place', async () => {
    await boot();
    const names = await stats.names();
    expect(names.slice(0, 3)).to.deep.equal(['/sys/heartbeat', '/sys/last_stats_clear', '/sys/boottime']);
    expect(names).to.include.members(['/mem/main heap/used', '/err/lb4-gre4-port/protocol not supported']);
    const snapshot = await stats.snapshot(names.map((name) => ({ name })));
    expect(snapshot.bootTime).to.equal(1_795_350_739);
    expect(snapshot.names('/if/names')).to.deep.equal(['local0']);
    expect(snapshot.simple('/mem/stat segment/total')?.at(0)).to.equal(33_550_336n);
    expect(snapshot.combined('/interfaces/local0/rx')?.at(0)).to.deep.equal({ packets: 0n, bytes: 0n });
    expect(snapshot.simple('/err/lb4-gre4/no error')?.at(0)).to.equal(0n);
    expect(names.filter((name) => snapshot.value(name)?.kind === 'other')).to.deep.equal([]);
  });

  it('has a heart that beats once in every interval, from the start', async () => {
    await boot();
    expect(await stats.scalar('/sys/heartbeat')).to.equal(1n);
    await clock.advance(9_900);
    expect(await stats.scalar('/sys/heartbeat')).to.equal(1n);
    await clock.advance(100_000);
    expect(await stats.scalar('/sys/heartbeat')).to.equal(11n);
    vpp.suspend();
    await clock.advance(20_000);
    expect(await stats.scalar('/sys/heartbeat')).to.equal(11n);
    vpp.resume();
    expect(await stats.scalar('/sys/heartbeat')).to.equal(12n);
    vpp.close();
    expect(clock.pendingTimers).to.equal(0);
  });

  it('has the counters of the lb plugin from the first VIP on', async () => {
    await boot();
    expect(await stats.simple('no server configured')).to.equal(null);
    vpp.vipCreated(1);
    const names = await stats.names();
    expect(names.slice(-4)).to.deep.equal([
      'packet from existing sessions',
      'first session packet',
      'untracked packet',
      'no server configured',
    ]);
    for (const name of names.slice(-4)) expect(await all(name)).to.deep.equal([0n, 0n]);
  });

  it('counts packets of VIPs, thread by thread, and starts at 0 for the next owner of an index', async () => {
    await boot({ threads: 3 });
    vpp.vipCreated(1);
    vpp.vipCreated(2);
    vpp.countVip('next', 1, 5);
    vpp.countVip('next', 1, 7, 2);
    vpp.countVip('first', 2, 1, 1);
    vpp.countVip('untracked', 2, 3);
    vpp.countVip('noServer', 0, 9);
    expect(await all('packet from existing sessions')).to.deep.equal([0n, 12n, 0n]);
    expect((await stats.threads('packet from existing sessions'))?.map((row) => row[1])).to.deep.equal([
      5n,
      0n,
      7n,
    ]);
    expect(await all('first session packet')).to.deep.equal([0n, 0n, 1n]);
    expect(await all('untracked packet')).to.deep.equal([0n, 0n, 3n]);
    expect(await all('no server configured')).to.deep.equal([9n, 0n, 0n]);
    vpp.vipCreated(1);
    expect(await all('packet from existing sessions')).to.deep.equal([0n, 0n, 0n]);
    expect(await all('untracked packet')).to.deep.equal([0n, 0n, 3n]);
  });

  it('counts traffic by the load-balance objects of the FIB', async () => {
    await boot({ threads: 2 });
    const fib = new Fib(2, vpp.loadBalanceCreated);
    expect((await stats.combined('/net/route/via'))?.length).to.equal(8);
    const number = fib.addServerRoute('10.1.0.1/32');
    expect(number).to.equal(8);
    vpp.countRoute('via', number, 516, 63_984, 1);
    vpp.countRoute('via', number, 1, 124);
    vpp.countRoute('to', number, 2, 200);
    const snapshot = await stats.snapshot([{ name: '/net/route/via' }, { name: '/net/route/to' }]);
    expect(snapshot.combined('/net/route/via')?.at(number)).to.deep.equal({ packets: 517n, bytes: 64_108n });
    expect(snapshot.combined('/net/route/to')?.at(number)).to.deep.equal({ packets: 2n, bytes: 200n });
    fib.removeServerRoute('10.1.0.1/32');
    expect(fib.addServerRoute('10.1.0.2/32')).to.equal(number);
    const again = await stats.combined('/net/route/via', [number]);
    expect(again?.at(number)).to.deep.equal({ packets: 0n, bytes: 0n });
  });

  it('leaves its memory as it was to those who have it, and counts nothing after its end', async () => {
    const before = passedDescriptors();
    await boot();
    vpp.vipCreated(1);
    vpp.countVip('first', 1, 3);
    vpp.close();
    vpp.countVip('first', 1, 4);
    vpp.vipCreated(2);
    expect(await all('first session packet')).to.deep.equal([0n, 3n]);
    await clock.advance(31_000);
    const thrown = await lettingTimePass(clock, rejection(stats.names()));
    expect(thrown).to.include({ code: 'MGL_STATS_STALE' });
    stats.close();
    expect(passedDescriptors()).to.deep.equal(before);
  });
});
