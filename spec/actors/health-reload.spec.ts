import { expect } from 'chai';
import { vipId } from '../../domain/lb.js';
import { sampleConfig, sampleFrontend, vipKey } from '../support/domain-samples.js';
import { fail } from '../support/fake-servers.js';
import { valid } from '../support/world.js';
import {
  a,
  b,
  backends,
  CheckedFleet,
  c,
  checked,
  fleetConfig,
  other,
  web,
  withCheck,
} from './checked-fleet.js';

describe('health over a reload of the config, in the whole tree', () => {
  const fleet = new CheckedFleet();
  const { start, end, seconds, weights, writesFrom, detail, reload } = fleet;

  afterEach(end);

  it('leaves backends alone that did not change: same timers, same history', async () => {
    await start();
    await seconds(10);
    const before = await detail('a');
    const from = fleet.world.machine.vpp.writes.length;
    await reload(withCheck(sampleConfig(backends, [web, other])));
    expect(await detail('a')).to.deep.equal(before);
    await seconds(10);
    expect(writesFrom(from)).to.deep.equal([]);
    expect(
      fleet.world.tree.log.of('backend-transition').filter(({ fields }) => fields['to'] === 'unknown'),
    ).to.deep.equal([]);
  });

  it('checks a changed backend anew, and keeps what VPP has until it knows', async () => {
    await start();
    await seconds(10);
    const from = fleet.world.machine.vpp.writes.length;
    await reload(withCheck(sampleConfig(backends, [web, other]), { interval: 2000 }));
    expect((await detail('a')).life.state).to.equal('unknown');
    await seconds(10);
    expect((await detail('a')).life.state).to.equal('up');
    expect(writesFrom(from)).to.deep.equal([]);
  });

  it('follows an address: the old server goes, the new one serves when it passed', async () => {
    await start();
    await seconds(10);
    const moved = { ...backends, a: checked('10.0.0.77') };
    fleet.world.servers.answers.set('10.0.0.77', fail);
    await reload(withCheck(sampleConfig(moved, [web, other])));
    await seconds(3);
    expect(weights()).to.deep.equal({ '10.0.0.77': 0, [b]: 50, [c]: 0 });
    fleet.world.servers.answers.clear();
    await seconds(12);
    expect(weights()).to.deep.equal({ '10.0.0.77': 100, [b]: 50, [c]: 0 });
  });

  it('ends a removed backend in removed, and never probes it again', async () => {
    await start();
    await seconds(10);
    await reload(withCheck(sampleConfig({ b: backends.b }, [other])));
    await seconds(1);
    expect(
      fleet.world.tree.log.of('backend-transition').filter(({ fields }) => fields['to'] === 'removed'),
    ).to.have.length(2);
    const probes = fleet.world.servers.probed.filter((one) => one !== b).length;
    await seconds(60);
    expect(fleet.world.servers.probed.filter((one) => one !== b).length).to.equal(probes);
    expect(fleet.world.installed()).to.deep.equal([vipId(vipKey('192.0.2.2/32'))]);
  });

  it('brings a backend back that has hardly left: two reloads in a row', async () => {
    await start();
    await seconds(10);
    const without = withCheck(sampleConfig({ b: backends.b }, [other]));
    // What would remove servers is read twice.
    const files = [without, without, fleetConfig];
    Object.defineProperty(fleet.world, 'file', { get: () => valid(files.shift() ?? fleetConfig) });
    fleet.world.root.tell({ type: 'reload' });
    fleet.world.root.tell({ type: 'reload' });
    await seconds(10);
    expect(files).to.deep.equal([]);
    expect(fleet.world.tree.log.of('actor-crash')).to.deep.equal([]);
    expect(weights()).to.deep.equal({ [a]: 100, [b]: 50, [c]: 0 });
  });

  it('moves the probes to another namespace: nothing is decided by the move', async () => {
    await start();
    await seconds(10);
    const from = fleet.world.machine.vpp.writes.length;
    const next = withCheck(sampleConfig(backends, [web, other]));
    await reload({ ...next, healthchecker: { ...next.healthchecker, netns: 'dataplane' } });
    await seconds(10);
    expect(fleet.world.servers.engines).to.equal(1);
    expect(writesFrom(from)).to.deep.equal([]);
  });

  it('gives a new address no weight before it passed, and keeps the old server until then', async () => {
    const alone = sampleFrontend('web', '192.0.2.1', [{ a: 100 }]);
    await start(withCheck(sampleConfig({ a: checked(a) }, [alone])));
    await seconds(10);
    const from = fleet.world.machine.vpp.writes.length;
    fleet.world.servers.answers.set('10.0.0.77', 'silent');
    await reload(withCheck(sampleConfig({ a: checked('10.0.0.77') }, [alone])));
    await fleet.world.tree.clock.advance(400);
    expect(weights()).to.deep.equal({ [a]: 100, '10.0.0.77': 0 });
    expect(writesFrom(from).map(({ op }) => op)).to.deep.equal(['as-add']);
  });
});
