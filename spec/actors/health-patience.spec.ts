import { expect } from 'chai';
import type { HealthCheck, LbSettings, MaglevConfig } from '../../domain/config.js';
import { sampleConfig } from '../support/domain-samples.js';
import { doubt, fail } from '../support/fake-servers.js';
import { valid } from '../support/world.js';
import { a, b, backends, CheckedFleet, c, fleetConfig, web, withCheck } from './checked-fleet.js';

const made = (change: Partial<HealthCheck> = {}, lb: Partial<LbSettings> = {}): MaglevConfig => {
  const sample = sampleConfig(backends, [web]);
  return withCheck({ ...sample, lb: { ...sample.lb, ...lb } }, change);
};
const full = { [a]: 100, [b]: 50, [c]: 0 };

describe('how long a lack of verdicts is borne', () => {
  const fleet = new CheckedFleet();
  const { start, end, seconds, weights, writesFrom, detail, reload } = fleet;
  /** maglevd under a healthy fleet, killed; VPP goes on. */
  const past = async (config: MaglevConfig) => {
    await start(config);
    await seconds(200);
    expect(weights()).to.deep.equal(full);
    const { machine } = fleet.world;
    await end();
    return { machine, written: machine.vpp.writes.length };
  };
  const transitions = (event: string) =>
    fleet.world.tree.log.of(event).map(({ fields }) => `${fields['from']} -> ${fields['to']}`);

  afterEach(end);

  it('gives nobody up who was never probed, however long the interval is', async () => {
    const config = made({ interval: 300_000, fastInterval: 300_000, downInterval: 300_000 });
    const { machine, written } = await past(config);
    await start(config, { machine });
    await seconds(600);
    expect(fleet.world.servers.probed.slice(0, 3)).to.have.members([a, b, c]);
    expect(fleet.world.tree.log.of('backend-given-up')).to.deep.equal([]);
    expect(machine.vpp.writes.slice(written)).to.deep.equal([]);
  });

  it('gives nobody up because somebody set the clock of the machine', async () => {
    const config = made();
    const { machine, written } = await past(config);
    await start(config, {
      machine,
      prepare: ({ servers }) => {
        for (const address of [a, b, c]) servers.answers.set(address, 'silent');
      },
    });
    await seconds(1);
    fleet.world.tree.clock.jumpWall(86_400_000);
    // Patience is looked at anew.
    fleet.world.file = valid(made({}, { startupMaxDelay: 29_000 }));
    fleet.world.root.tell({ type: 'reload' });
    await seconds(20);
    expect(machine.vpp.writes.slice(written)).to.deep.equal([]);
    expect(fleet.world.tree.log.of('backend-given-up')).to.deep.equal([]);
    await seconds(10);
    expect(fleet.world.tree.log.of('backend-given-up')).to.have.length(3);
  });

  it('calls no frontend down after a restart because the dead server was heard of first', async () => {
    const config = made();
    const { machine } = await past(config);
    await start(config, {
      machine,
      prepare: ({ servers }) => {
        servers.answers.set(a, fail);
        servers.answers.set(b, 'silent');
        servers.answers.set(c, 'silent');
      },
    });
    await seconds(3);
    expect(transitions('backend-transition')).to.deep.equal(['unknown -> down']);
    expect(transitions('frontend-transition')).to.deep.equal([]);
    await seconds(30);
    expect(transitions('frontend-transition'), 'all given up').to.deep.equal(['unknown -> down']);
  });

  it('waits with both delays 0 no longer than a first probe may take; what is given up is not flushed', async () => {
    const config = made({}, { startupMinDelay: 0, startupMaxDelay: 0 });
    const { machine, written } = await past(config);
    await start(config, { machine, prepare: ({ servers }) => servers.answers.set(a, 'silent') });
    expect(weights()).to.deep.equal(full);
    await seconds(2);
    expect(weights()).to.deep.equal({ ...full, [a]: 0 });
    expect(await detail('a')).to.include({ givenUp: true });
    const [write, ...others] = machine.vpp.writes.slice(written);
    expect(write).to.include({ address: a, weight: 0, flush: false });
    expect(others).to.deep.equal([]);
  });

  it('does not move traffic to a lower pool while the first one has no verdict', async () => {
    const { machine, written } = await past(fleetConfig);
    await start(fleetConfig, {
      machine,
      prepare: ({ servers }) => {
        servers.answers.set(a, 'silent');
        servers.answers.set(b, 'silent');
      },
    });
    await seconds(20);
    expect(machine.vpp.writes.slice(written)).to.deep.equal([]);
    await seconds(15);
    expect(weights(), 'after startup-max-delay: as down, but not flushed').to.deep.equal({
      [a]: 0,
      [b]: 0,
      [c]: 100,
    });
    const lowered = writesFrom(written).filter((write) => 'flush' in write && write.flush);
    expect(lowered).to.deep.equal([]);
  });

  it('does not give up at the start what it cannot measure', async () => {
    const { machine, written } = await past(fleetConfig);
    await start(fleetConfig, {
      machine,
      prepare: ({ servers }) => {
        for (const address of [a, b, c]) servers.answers.set(address, doubt);
      },
    });
    await seconds(600);
    expect(machine.vpp.writes.slice(written)).to.deep.equal([]);
  });

  it('gives up nobody before a first probe had its time, however short the patience and long the interval', async () => {
    const unhurried = made({ interval: 60_000, fastInterval: 60_000 });
    const { machine, written } = await past(unhurried);
    await start(unhurried, { machine });
    await seconds(120);
    expect(machine.vpp.writes.slice(written)).to.deep.equal([]);
    const none = { startupMinDelay: 0, startupMaxDelay: 0 };
    await reload(made({ interval: 50_000, fastInterval: 50_000 }, none));
    await seconds(120);
    expect(machine.vpp.writes.slice(written), 'nor without any patience').to.deep.equal([]);
  });
});
