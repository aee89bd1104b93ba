import { expect } from 'chai';
import { fail } from '../support/fake-servers.js';
import { a, b, CheckedFleet, c, fleetConfig } from './checked-fleet.js';

describe('health over a restart of maglevd or VPP, in the whole tree', () => {
  const fleet = new CheckedFleet();
  const { start, end, seconds, weights } = fleet;

  afterEach(end);

  it('writes nothing when maglevd restarts under a healthy fleet, nor when one server was down before', async () => {
    await start();
    await seconds(10);
    fleet.world.servers.answers.set(b, fail);
    await seconds(10);
    const { machine } = fleet.world;
    const before = machine.vpp.writes.length;
    await end();
    const { servers } = fleet.world;
    await start(fleetConfig, { machine });
    fleet.world.servers.answers.set(b, fail);
    expect(servers.engines, 'the old engine has ended').to.equal(0);
    await seconds(120);
    expect(machine.vpp.writes.slice(before)).to.deep.equal([]);
  });

  it('installs what it knows at once when VPP restarts empty', async () => {
    await start();
    await seconds(10);
    fleet.world.servers.answers.set(b, fail);
    await seconds(10);
    const probes = fleet.world.servers.probed.length;
    fleet.world.machine.kill();
    fleet.world.machine.start();
    await fleet.world.tree.clock.advance(150);
    expect(weights()).to.deep.equal({ [a]: 100, [b]: 0, [c]: 0 });
    expect(fleet.world.servers.probed.length - probes, 'not after a new round of probes').to.be.below(3);
  });
});
