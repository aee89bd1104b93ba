import { expect } from 'chai';
import type { HealthCheck, LbSettings, MaglevConfig } from '../../domain/config.js';
import { sampleConfig } from '../support/domain-samples.js';
import { doubt, fail, pass } from '../support/fake-servers.js';
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
  /** A first failure, and then no answer of the prober: neither a verdict nor a doubt. */
  const failOnce = (address: string) => {
    fleet.world.servers.next.set(address, [fail]);
    fleet.world.servers.answers.set(address, 'silent');
  };
  const transitions = (event: string) =>
    fleet.world.tree.log
      .of(event)
      .filter(({ level }) => level !== 'debug')
      .map(({ fields }) => `${fields['from']} -> ${fields['to']}`);

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
      prepare: () => {
        for (const address of [a, b, c]) failOnce(address);
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
        failOnce(b);
        failOnce(c);
      },
    });
    await seconds(3);
    expect(transitions('backend-transition')).to.deep.equal(['unknown -> down']);
    expect(transitions('frontend-transition')).to.deep.equal([]);
    await seconds(30);
    expect(transitions('frontend-transition'), 'all given up').to.deep.equal(['unknown -> down']);
  });

  it('waits with both delays 0 no longer than its chances may take; what is given up is not flushed', async () => {
    const config = made({}, { startupMinDelay: 0, startupMaxDelay: 0 });
    const { machine, written } = await past(config);
    await start(config, { machine, prepare: () => failOnce(a) });
    await seconds(2.5);
    expect(weights()).to.deep.equal(full);
    await seconds(1);
    expect(weights()).to.deep.equal({ ...full, [a]: 0 });
    expect(await detail('a')).to.include({ givenUp: true });
    const [write, ...others] = machine.vpp.writes.slice(written);
    expect(write).to.include({ address: a, weight: 0, flush: false });
    expect(others).to.deep.equal([]);
  });

  it('counts a time of doubt, which is ours, against nobody', async () => {
    const config = made({ interval: 5000, fastInterval: 5000, downInterval: 5000, fall: 3 });
    const { machine, written } = await past(config);
    await start(config, { machine, prepare: ({ servers }) => servers.answers.set(a, doubt) });
    await seconds(22);
    fleet.world.servers.answers.set(a, fail);
    await seconds(10);
    expect(await detail('a')).to.include({ givenUp: false });
    fleet.world.servers.answers.set(a, pass);
    await seconds(30);
    expect(fleet.world.tree.log.of('backend-given-up')).to.deep.equal([]);
    expect(machine.vpp.writes.slice(written)).to.deep.equal([]);
  });

  it('does not move traffic to a lower pool while the first one has no verdict', async () => {
    const { machine, written } = await past(fleetConfig);
    await start(fleetConfig, {
      machine,
      prepare: () => {
        failOnce(a);
        failOnce(b);
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

  it('gives nobody up because the prober gives no answers', async () => {
    const { machine, written } = await past(fleetConfig);
    await start(fleetConfig, {
      machine,
      prepare: ({ servers }) => {
        for (const address of [a, b, c]) servers.answers.set(address, 'silent');
      },
    });
    await seconds(600);
    expect(fleet.world.tree.log.of('backend-given-up')).to.deep.equal([]);
    expect(machine.vpp.writes.slice(written)).to.deep.equal([]);
  });

  it('gives a server that was given up its chances anew at another address', async () => {
    const { machine, written } = await past(fleetConfig);
    await start(fleetConfig, { machine, prepare: () => failOnce(a) });
    await seconds(60);
    expect(await detail('a')).to.include({ givenUp: true });
    await reload(withCheck(sampleConfig({ ...backends, a: checked('10.0.0.9') }, [web, other])));
    expect(await detail('a')).to.include({ givenUp: false });
    await seconds(3);
    expect(weights()).to.deep.equal({ '10.0.0.9': 100, [b]: 50, [c]: 0 });
    expect(machine.vpp.writes.length).to.be.above(written);
  });

  it('loses nobody at a restart who misses up to `fall` - 1 probes just then, nor right after its first pass', async () => {
    for (const first of [[fail], [fail, fail], [pass, fail], [pass, fail, fail], [fail, pass, fail, fail]]) {
      const { machine, written } = await past(fleetConfig);
      await start(fleetConfig, { machine, prepare: ({ servers }) => servers.next.set(a, first) });
      await seconds(60);
      expect(machine.vpp.writes.slice(written)).to.deep.equal([]);
      await end();
    }
  });

  it('loses nobody at a reload that changes a check, and one probe that is lost just then', async () => {
    await start();
    await seconds(10);
    const from = fleet.world.machine.vpp.writes.length;
    fleet.world.servers.next.set(a, [fail]);
    await reload(withCheck(sampleConfig(backends, [web, other]), { interval: 1100 }));
    await seconds(60);
    expect(writesFrom(from)).to.deep.equal([]);
  });

  it('takes a server out at a restart that is dead, after `fall` probes', async () => {
    const { machine } = await past(fleetConfig);
    await start(fleetConfig, { machine, prepare: ({ servers }) => servers.answers.set(a, fail) });
    await seconds(6);
    expect(weights()).to.deep.equal({ [a]: 0, [b]: 50, [c]: 0 });
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
