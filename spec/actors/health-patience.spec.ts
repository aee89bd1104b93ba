import { expect } from 'chai';
import type { HealthCheck, LbSettings, MaglevConfig } from '../../domain/config.js';
import type { BackendDetail } from '../../protocol/health.js';
import { sampleConfig, sampleFrontend } from '../support/domain-samples.js';
import { fail } from '../support/fake-servers.js';
import type { Machine } from '../support/machine.js';
import { valid, World } from '../support/world.js';

const check: HealthCheck = {
  name: 'web',
  interval: 1000,
  fastInterval: 200,
  downInterval: 5000,
  timeout: 500,
  rise: 2,
  fall: 3,
  probeIpv4Source: null,
  probeIpv6Source: null,
  probe: { type: 'icmp' },
};
const addresses = ['10.0.0.1', '10.0.0.2', '10.0.0.3'] as const;
const [a, b, c] = addresses;
const checked = (address: string) => ({ address, healthcheck: 'web' });
const web = sampleFrontend('web', '192.0.2.1', [{ a: 100, b: 50 }, { c: 100 }]);
const made = (change: Partial<HealthCheck> = {}, lb: Partial<LbSettings> = {}): MaglevConfig => {
  const sample = sampleConfig({ a: checked(a), b: checked(b), c: checked(c) }, [web]);
  return {
    ...sample,
    lb: { ...sample.lb, ...lb },
    healthchecks: new Map([['web', { ...check, ...change }]]),
  };
};
const full = { [a]: 100, [b]: 50, [c]: 0 };

describe('how long a lack of verdicts is borne', () => {
  const worlds: World[] = [];
  const start = async (
    config: MaglevConfig,
    machine?: Machine,
    prepare: (world: World) => void = () => {},
  ) => {
    const world = new World(config, undefined, machine);
    worlds.push(world);
    prepare(world);
    if (machine === undefined) world.machine.start();
    await world.begin();
    return world;
  };
  const seconds = (world: World, n: number) => world.tree.clock.advance(n * 1000);
  /** maglevd under a healthy fleet, killed; VPP goes on. */
  const past = async (config: MaglevConfig) => {
    const world = await start(config);
    await seconds(world, 200);
    expect(world.weights('192.0.2.1/32')).to.deep.equal(full);
    const { machine } = world;
    await world.tree.end();
    worlds.length = 0;
    return { machine, written: machine.vpp.writes.length };
  };
  const transitions = (world: World, event: string) =>
    world.tree.log.of(event).map(({ fields }) => `${fields['from']} -> ${fields['to']}`);

  afterEach(async () => {
    for (const one of worlds.splice(0)) await one.tree.end();
  });

  it('gives nobody up who was never probed, however long the interval is', async () => {
    const config = made({ interval: 300_000, fastInterval: 300_000, downInterval: 300_000 });
    const { machine, written } = await past(config);
    const world = await start(config, machine);
    await seconds(world, 600);
    expect(world.servers.probed.slice(0, 3)).to.have.members([...addresses]);
    expect(world.tree.log.of('backend-given-up')).to.deep.equal([]);
    expect(machine.vpp.writes.slice(written)).to.deep.equal([]);
  });

  it('gives nobody up because somebody set the clock of the machine', async () => {
    const config = made();
    const { machine, written } = await past(config);
    const world = await start(config, machine, ({ servers }) => {
      for (const address of addresses) servers.answers.set(address, 'silent');
    });
    await seconds(world, 1);
    world.tree.clock.jumpWall(86_400_000);
    // Patience is looked at anew.
    world.file = valid(made({}, { startupMaxDelay: 29_000 }));
    world.root.tell({ type: 'reload' });
    await seconds(world, 20);
    expect(machine.vpp.writes.slice(written)).to.deep.equal([]);
    expect(world.tree.log.of('backend-given-up')).to.deep.equal([]);
    await seconds(world, 10);
    expect(world.tree.log.of('backend-given-up')).to.have.length(3);
  });

  it('calls no frontend down after a restart because the dead server was heard of first', async () => {
    const config = made();
    const { machine } = await past(config);
    const world = await start(config, machine, ({ servers }) => {
      servers.answers.set(a, fail);
      servers.answers.set(b, 'silent');
      servers.answers.set(c, 'silent');
    });
    await seconds(world, 3);
    expect(transitions(world, 'backend-transition')).to.deep.equal(['unknown -> down']);
    expect(transitions(world, 'frontend-transition')).to.deep.equal([]);
    await seconds(world, 30);
    expect(transitions(world, 'frontend-transition'), 'all given up').to.deep.equal(['unknown -> down']);
  });

  it('waits with both delays 0 no longer than a first probe may take; what is given up is not flushed', async () => {
    const config = made({}, { startupMinDelay: 0, startupMaxDelay: 0 });
    const { machine, written } = await past(config);
    const world = await start(config, machine, ({ servers }) => servers.answers.set(a, 'silent'));
    expect(world.weights('192.0.2.1/32')).to.deep.equal(full);
    await seconds(world, 2);
    expect(world.weights('192.0.2.1/32')).to.deep.equal({ ...full, [a]: 0 });
    const detail = await world.ask<BackendDetail>(({ health }, reply) =>
      health.tell({ type: 'get-detail', name: 'a', reply }),
    );
    expect(detail).to.include({ givenUp: true });
    const [write, ...others] = machine.vpp.writes.slice(written);
    expect(write).to.include({ address: a, weight: 0, flush: false });
    expect(others).to.deep.equal([]);
  });
});
