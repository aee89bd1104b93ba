import { expect } from 'chai';
import { memoryStore } from '../../daemon/intent-store.js';
import { noIntents } from '../../domain/operator.js';
import type { FrontendView } from '../../protocol/decision.js';
import type { OperatorAnswer } from '../../protocol/operator.js';
import { fail, pass } from '../support/fake-servers.js';
import type { Hook } from '../support/instrument.js';
import { a, b, CheckedFleet, c, fleetConfig } from './checked-fleet.js';

describe('operators decide over health, in the whole tree', () => {
  const fleet = new CheckedFleet();
  const { start, end, seconds, weights, act, detail, reload } = fleet;
  const weigh = (backend: string, weight: number, flush = false) =>
    fleet.world.ask<OperatorAnswer>(({ operator }, reply) => {
      const change = { frontend: 'web', pool: 'pool0', backend, weight };
      return operator.tell({ type: 'set-weight', change, flush, reply });
    });

  afterEach(end);

  it('pause: the running probe is cancelled, nothing is sent, flows are not cut; resume: it begins at unknown', async () => {
    await start();
    await seconds(10);
    fleet.world.servers.answers.set(a, 'silent');
    await seconds(2);
    await act('a', 'pause');
    expect(fleet.world.servers.cancelled).to.include(a);
    expect(weights()).to.deep.equal({ [a]: 0, [b]: 50, [c]: 0 });
    expect(fleet.world.machine.vpp.writes.at(-1)).to.include({ address: a, weight: 0, flush: false });
    const probes = fleet.world.servers.probed.filter((one) => one === a).length;
    await seconds(60);
    expect(fleet.world.servers.probed.filter((one) => one === a).length).to.equal(probes);
    fleet.world.servers.answers.set(a, pass);
    await act('a', 'resume');
    await seconds(1);
    expect(weights()).to.deep.equal({ [a]: 100, [b]: 50, [c]: 0 });
    const history = (await detail('a')).life.history.map(({ to }) => to);
    expect(history.slice(0, 3)).to.deep.equal(['up', 'unknown', 'paused']);
  });

  it('disable: flows are cut, also of one that was paused; enable: back through unknown', async () => {
    await start();
    await seconds(10);
    await act('a', 'pause');
    await act('a', 'disable');
    expect(fleet.world.machine.vpp.writes.at(-1)).to.include({ address: a, from: 0, weight: 0, flush: true });
    expect((await detail('a')).life.state).to.equal('disabled');
    expect(await act('a', 'pause')).to.include({ code: 'MGL_BACKEND_DISABLED' });
    await act('a', 'enable');
    await seconds(1);
    expect(weights()).to.deep.equal({ [a]: 100, [b]: 50, [c]: 0 });
  });

  it('disable: flows are cut, also of one that was resumed and has not been probed since', async () => {
    await start();
    await seconds(10);
    await act('a', 'pause');
    fleet.world.servers.answers.set(a, 'silent');
    await act('a', 'resume');
    await act('a', 'disable');
    expect(fleet.world.machine.vpp.writes.at(-1)).to.include({ address: a, from: 0, weight: 0, flush: true });
  });

  it('resume of one that turns out to be down: its flows, which the pause had spared, are cut', async () => {
    await start();
    await seconds(10);
    await act('a', 'pause');
    fleet.world.servers.answers.set(a, fail);
    await act('a', 'resume');
    await seconds(5);
    expect((await detail('a')).life.state).to.equal('down');
    expect(fleet.world.machine.vpp.writes.at(-1)).to.include({ address: a, from: 0, weight: 0, flush: true });
  });

  it('disable in the config: flows are cut, also of one that was resumed and has not been probed since', async () => {
    await start();
    await seconds(10);
    await act('a', 'pause');
    fleet.world.servers.answers.set(a, 'silent');
    await act('a', 'resume');
    const backends = new Map(fleetConfig.backends);
    const backend = backends.get('a');
    if (backend !== undefined) backends.set('a', { ...backend, enabled: false });
    await reload({ ...fleetConfig, backends });
    expect(fleet.world.machine.vpp.writes.at(-1)).to.include({ address: a, from: 0, weight: 0, flush: true });
  });

  it('set a weight: whoever looks sees that it is not the one of the config', async () => {
    await start();
    await seconds(10);
    const reasons = async () => {
      const view = await fleet.world.ask<FrontendView>(({ views }, reply) =>
        views.tell({ type: 'get-frontend', name: 'web', reply }),
      );
      if (view instanceof Error) throw view;
      return view.pools[0]?.backends.map(({ reason }) => reason);
    };
    await weigh('a', 30);
    await weigh('b', 0);
    expect(await reasons()).to.deep.equal([
      'up, in the active pool; weight set by the operator, 100 in the config',
      'up, but its weight is 0; weight set by the operator, 50 in the config',
    ]);
    await weigh('a', 100);
    await weigh('b', 50);
    expect(await reasons()).to.deep.equal(['up, in the active pool', 'up, in the active pool']);
  });

  it('set a weight: it reaches VPP at once, with a flush if asked', async () => {
    await start();
    await seconds(10);
    await weigh('a', 30);
    expect(weights()).to.deep.equal({ [a]: 30, [b]: 50, [c]: 0 });
    expect(fleet.world.machine.vpp.writes.at(-1)).to.include({
      address: a,
      from: 100,
      weight: 30,
      flush: false,
    });
    await weigh('a', 0, true);
    expect(fleet.world.machine.vpp.writes.at(-1)).to.include({
      address: a,
      from: 30,
      weight: 0,
      flush: true,
    });
    const view = await fleet.world.ask<FrontendView>(({ views }, reply) =>
      views.tell({ type: 'get-frontend', name: 'web', reply }),
    );
    expect(view).to.have.nested.property('pools[0].backends[0].weight', 0);
    expect(await weigh('z', 1)).to.include({ code: 'MGL_BACKEND_UNKNOWN' });
  });

  it('find what they asked for still in force after a reload, and after a restart of maglevd', async () => {
    const intents = memoryStore();
    await start(fleetConfig, { intents });
    await seconds(10);
    await act('a', 'disable');
    await act('b', 'pause');
    await weigh('b', 7);
    const expected = { [a]: 0, [b]: 0, [c]: 100 };
    await reload(fleetConfig);
    await seconds(10);
    expect(weights()).to.deep.equal(expected);
    const { machine } = fleet.world;
    await end();
    const before = machine.vpp.writes.length;
    await start(fleetConfig, { intents, machine });
    await seconds(60);
    expect(weights()).to.deep.equal(expected);
    expect((await detail('b')).life.state).to.equal('paused');
    expect(machine.vpp.writes.slice(before)).to.deep.equal([]);
    await act('b', 'resume');
    await seconds(2);
    expect(weights()).to.deep.equal({ [a]: 0, [b]: 7, [c]: 0 });
  });

  it('keeps what operators asked for over a crash, also when it cannot be kept on disk', async () => {
    const broken = {
      load: async () => ({ kind: 'read' as const, intents: noIntents, problem: null }),
      save: () => Promise.reject(new Error('ENOSPC')),
    };
    let crash = false;
    const hook: Hook = ({ actor, message }) => {
      if (!crash || actor !== 'operator' || message !== 'get-effective') return;
      crash = false;
      throw new Error('crash of operator');
    };
    await start(fleetConfig, { intents: broken, hook });
    await seconds(10);
    await act('a', 'disable');
    expect(fleet.world.tree.log.of('operator-state-not-kept')).to.have.length(1);
    crash = true;
    await fleet.world.ask<unknown>(({ operator }, reply) => operator.tell({ type: 'get-effective', reply }));
    await seconds(10);
    expect(crash).to.equal(false);
    expect(weights()).to.include({ [a]: 0, [b]: 50 });
  });
});
