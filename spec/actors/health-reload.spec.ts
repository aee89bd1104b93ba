import { expect } from 'chai';
import type { HealthCheck } from '../../domain/config.js';
import { vipId } from '../../domain/lb.js';
import { nextTurn } from '../../domain/turns.js';
import type { BackendReport } from '../../protocol/health.js';
import { sampleConfig, sampleFrontend, vipKey } from '../support/domain-samples.js';
import { fail, pass } from '../support/fake-servers.js';
import { valid } from '../support/world.js';
import {
  a,
  b,
  backends,
  CheckedFleet,
  c,
  checked,
  fleetConfig,
  largeFleet,
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
      fleet.world.tree.log
        .of('backend-transition')
        .filter(({ fields, level }) => fields['to'] === 'unknown' && level === 'info'),
    ).to.deep.equal([]);
  });

  it('takes a new config in turns of the event loop, and shows nobody a part of it', async () => {
    await start(largeFleet(10));
    const reloaded = reload(largeFleet(250));
    const seen: number[] = [];
    const looks: Promise<unknown>[] = [];
    for (let turn = 0; turn < 100; turn++) {
      looks.push(
        fleet.world
          .ask<readonly BackendReport[]>(({ health }, reply) => health.tell({ type: 'list-states', reply }))
          .then((states) => seen.push(states instanceof Error ? -1 : states.length)),
      );
      await nextTurn();
    }
    await Promise.all([reloaded, ...looks]);
    expect(new Set(seen)).to.deep.equal(new Set([10, 250]));
  });

  const onPort = (port: number): Partial<HealthCheck> => ({ probe: { type: 'tcp', port, tls: null } });

  it('asks a backend anew that is asked something else, and keeps what VPP has until it knows', async () => {
    await start();
    await seconds(10);
    const from = fleet.world.machine.vpp.writes.length;
    await reload(withCheck(sampleConfig(backends, [web, other]), onPort(8080)));
    expect((await detail('a')).life.state).to.equal('unknown');
    await seconds(10);
    expect((await detail('a')).life.state).to.equal('up');
    expect(writesFrom(from)).to.deep.equal([]);
  });

  it('forgets no verdict because of another pace: a server that passes one probe in four is never let in', async () => {
    await start();
    await seconds(5);
    const flaky = [fail, fail, fail, pass];
    fleet.world.servers.answers.set(a, fail);
    await seconds(5);
    expect(weights()[a]).to.equal(0);
    const from = fleet.world.machine.vpp.writes.length;
    fleet.world.servers.next.set(
      a,
      Array.from({ length: 400 }, (_, i) => flaky[i % 4] ?? fail),
    );
    for (let i = 0; i < 20; i++) {
      const interval = 1000 + 100 * (i % 3);
      await reload(withCheck(sampleConfig(backends, [web, other]), { interval, rise: 3 + (i % 2) }));
      await seconds(7);
    }
    expect((await detail('a')).life.history.map(({ to }) => to)).to.deep.equal(['down', 'up']);
    expect(writesFrom(from)).to.deep.equal([]);
  });

  it('follows another pace at once, neither all together nor late', async () => {
    await start(withCheck(sampleConfig(backends, [web, other]), { interval: 600_000 }));
    await seconds(100);
    const { probed } = fleet.world.servers;
    const before = probed.length;
    await reload(withCheck(sampleConfig(backends, [web, other]), { interval: 10_000 }));
    expect(probed.length, 'not at once, for there may be many').to.equal(before);
    await seconds(10);
    expect(new Set(probed.slice(before))).to.deep.equal(new Set([a, b, c]));
    const then = probed.length;
    await seconds(100);
    expect(probed.length - then).to.be.within(27, 34);
    await reload(withCheck(sampleConfig(backends, [web, other]), { interval: 600_000 }));
    const slow = probed.length;
    await seconds(500);
    expect(probed.length - slow).to.be.below(6);
  });

  it('lets a probe end that is under way when the pace changes, and counts it', async () => {
    await start();
    await seconds(10);
    fleet.world.servers.answers.set(a, 'silent');
    await seconds(2);
    const cancelled = fleet.world.servers.cancelled.length;
    await reload(withCheck(sampleConfig(backends, [web, other]), { interval: 2000 }));
    await seconds(1);
    expect(fleet.world.servers.cancelled.length).to.equal(cancelled);
    expect((await detail('a')).life.state).to.equal('up');
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
    const files = [without, fleetConfig];
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
