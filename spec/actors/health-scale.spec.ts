import { expect } from 'chai';
import { sampleConfig, sampleFrontend } from '../support/domain-samples.js';
import { CheckedFleet, largeFleet } from './checked-fleet.js';

describe('the health of many backends, in the whole tree', () => {
  const fleet = new CheckedFleet();
  const { start, end, seconds, weights, writesFrom, reload } = fleet;

  afterEach(end);

  it('never probes a backend twice at once, and spreads the probes of many', async () => {
    await start(largeFleet(100));
    const before = fleet.world.servers.probed.length;
    expect(before, 'not all at the very start').to.be.below(10);
    await fleet.world.tree.clock.advance(100);
    expect(fleet.world.servers.probed.length).to.be.within(20, 80);
    fleet.world.servers.answers.set('10.1.0.1', 'silent');
    await seconds(30);
    const counts = new Map<string, number>();
    for (const address of fleet.world.servers.probed) counts.set(address, (counts.get(address) ?? 0) + 1);
    expect(counts.get('10.1.0.1'), 'one that never answers is not asked again meanwhile').to.be.below(4);
    expect(counts.get('10.1.0.2')).to.be.within(26, 40);
  });

  it('does not probe in bursts because all were quick together at the start', async () => {
    await start(largeFleet(200, { interval: 4000, fastInterval: 100 }));
    await seconds(8);
    const counts: number[] = [];
    for (let i = 0; i < 40; i++) {
      const before = fleet.world.servers.probed.length;
      await fleet.world.tree.clock.advance(100);
      counts.push(fleet.world.servers.probed.length - before);
    }
    // 5 on average.
    expect(Math.max(...counts)).to.be.below(20);
  });

  it('starts to govern with what it knows of thousands of backends, not one by one', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 300 }, (_, i) => [`s${i}`, { address: `10.1.${i >> 8}.${i & 255}` }]),
    );
    const names = Object.keys(many);
    const fronts = Array.from({ length: 30 }, (_, f) =>
      sampleFrontend(`f${f}`, `192.0.2.${f + 1}`, [
        Object.fromEntries(names.slice(f * 10, f * 10 + 10).map((n) => [n, 1])),
      ]),
    );
    await start(sampleConfig(many, fronts));
    const ops = writesFrom(0).map(({ op }) => op);
    expect(
      ops.filter((op) => op === 'as-weight'),
      'added with their weight, not added with 0 and raised',
    ).to.deep.equal([]);
    expect(ops.filter((op) => op === 'as-add')).to.have.length(300);
  });

  it('decides once when many backends of a frontend change together', async () => {
    const config = largeFleet(200);
    await start(config);
    await seconds(10);
    const syncs = fleet.world.tree.log.of('vpp-lbsync-done').length;
    const backends = [...config.backends].map(
      ([name, one]) => [name, { ...one, enabled: name === 's0' }] as const,
    );
    await reload({ ...config, backends: new Map(backends) });
    await seconds(1);
    expect(Object.values(weights()).filter((weight) => weight > 0)).to.have.length(1);
    expect(fleet.world.tree.log.of('vpp-lbsync-done').length - syncs, 'not once a backend').to.be.below(60);
  });
});
