import { expect } from 'chai';
import { memoryStore } from '../../actors/operator.js';
import type { ConfigVerdict, HealthCheck, MaglevConfig } from '../../domain/config.js';
import { MaglevError } from '../../domain/errors.js';
import { vipId } from '../../domain/lb.js';
import { type BackendAction, noIntents } from '../../domain/operator.js';
import type { BackendDetail } from '../../protocol/health.js';
import type { FrontendView } from '../../protocol/views.js';
import { sampleConfig, sampleFrontend, vipKey } from '../support/domain-samples.js';
import { doubtsOverTold, doubtsTold } from '../support/doubts-told.js';
import { doubt, fail, pass } from '../support/fake-servers.js';
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
  probe: {
    type: 'http',
    port: 80,
    http: { method: 'GET', path: '/', host: null, responseCodes: [], responseRegexp: null },
  },
};
const a = '10.0.0.1';
const b = '10.0.0.2';
const c = '10.0.0.3';
const checked = (address: string) => ({ address, healthcheck: 'web' });
const backends = { a: checked(a), b: checked(b), c: checked(c) };
const web = sampleFrontend('web', '192.0.2.1', [{ a: 100, b: 50 }, { c: 100 }]);
const other = sampleFrontend('other', '192.0.2.2', [{ b: 100 }]);
const withCheck = (config: MaglevConfig, change: Partial<HealthCheck> = {}): MaglevConfig => ({
  ...config,
  healthchecks: new Map([['web', { ...check, ...change }]]),
});
const config = withCheck(sampleConfig(backends, [web, other]));

describe('health checks decide the weights, in the whole tree', () => {
  let world: World;
  const worlds: World[] = [];
  const start = async (
    wanted = config,
    from: Partial<Pick<World, 'intents'>> & { machine?: Machine } = {},
  ) => {
    world = new World(wanted, from.intents, from.machine);
    worlds.push(world);
    world.machine.start();
    await world.begin();
  };
  const seconds = (n: number) => world.tree.clock.advance(n * 1000);
  const weights = (prefix = '192.0.2.1/32') => world.weights(prefix);
  const writesFrom = (n: number) => world.machine.vpp.writes.slice(n).filter(({ op }) => op !== 'conf');
  const act = (name: string, action: BackendAction) =>
    world.ask<void>(({ operator }, reply) => operator.tell({ type: 'act-on-backend', name, action, reply }));
  const weigh = (backend: string, weight: number, flush = false) =>
    world.ask<void>(({ operator }, reply) => {
      const change = { frontend: 'web', pool: 'pool0', backend, weight };
      return operator.tell({ type: 'set-weight', change, flush, reply });
    });
  const detail = async (name: string): Promise<BackendDetail> => {
    const found = await world.ask<BackendDetail>(({ health }, reply) =>
      health.tell({ type: 'get-detail', name, reply }),
    );
    if (found instanceof Error) throw found;
    return found;
  };
  const reload = async (to: MaglevConfig) => {
    world.file = valid(to);
    await world.ask<ConfigVerdict>(({ config: keeper }, reply) =>
      keeper.tell({ type: 'reload-config', reply }),
    );
  };

  afterEach(async () => {
    for (const one of worlds.splice(0)) await one.tree.end();
  });

  it('installs unknown servers with 0, and raises each when it passed', async () => {
    await start(withCheck(sampleConfig(backends, [web])));
    expect(weights()).to.deep.equal({ [a]: 0, [b]: 0, [c]: 0 });
    await seconds(2);
    expect(weights()).to.deep.equal({ [a]: 100, [b]: 50, [c]: 0 });
    expect(world.tree.log.of('frontend-transition')[0]?.fields).to.include({
      frontend: 'web',
      from: 'unknown',
      to: 'up',
    });
  });

  it('takes a server out after `fall` failures, at once, flushed, in every VIP that uses it and in no other', async () => {
    await start();
    await seconds(10);
    const from = world.machine.vpp.writes.length;
    const reads = world.machine.reads;
    world.servers.answers.set(a, fail);
    await seconds(3);
    const writes = writesFrom(from);
    expect(writes).to.have.length(1);
    expect(writes[0]).to.include({ op: 'as-weight', address: a, from: 100, weight: 0, flush: true });
    expect(world.machine.reads, 'without reading VPP').to.equal(reads);
    const transition = world.tree.log.of('backend-transition').at(-1)?.fields;
    expect(transition).to.include({
      backend: 'a',
      from: 'up',
      to: 'down',
      code: 'L7STS',
      reason: 'L7STS HTTP 503',
    });
    expect((await detail('a')).life.history[0]).to.include({ from: 'up', to: 'down' });
  });

  it('fails over to the next pool when nobody is left, and back', async () => {
    await start();
    await seconds(10);
    world.servers.answers.set(a, fail);
    world.servers.answers.set(b, fail);
    await seconds(4);
    expect(weights()).to.deep.equal({ [a]: 0, [b]: 0, [c]: 100 });
    expect(weights('192.0.2.2/32'), 'the other frontend has nobody').to.deep.equal({ [b]: 0 });
    world.servers.answers.clear();
    await seconds(12);
    expect(weights()).to.deep.equal({ [a]: 100, [b]: 50, [c]: 0 });
    expect(weights('192.0.2.2/32')).to.deep.equal({ [b]: 100 });
  });

  it('is not moved by a single failure, nor by `fall` - 1', async () => {
    await start();
    await seconds(10);
    const from = world.machine.vpp.writes.length;
    for (let i = 0; i < 5; i++) {
      world.servers.next.set(a, [fail, fail]);
      await seconds(6);
    }
    expect(writesFrom(from)).to.deep.equal([]);
    expect((await detail('a')).life.state).to.equal('up');
  });

  it('writes nothing when maglevd restarts under a healthy fleet, nor when one server was down before', async () => {
    await start();
    await seconds(10);
    world.servers.answers.set(b, fail);
    await seconds(10);
    const { machine } = world;
    const before = machine.vpp.writes.length;
    await world.tree.end();
    worlds.length = 0;
    const { servers } = world;
    await start(config, { machine });
    world.servers.answers.set(b, fail);
    expect(servers.engines, 'the old engine has ended').to.equal(0);
    await seconds(120);
    expect(machine.vpp.writes.slice(before)).to.deep.equal([]);
  });

  it('does not move traffic to a lower pool while the first one has no verdict', async () => {
    await start();
    await seconds(10);
    const { machine } = world;
    const before = machine.vpp.writes.length;
    await world.tree.end();
    worlds.length = 0;
    world = new World(config, undefined, machine);
    worlds.push(world);
    world.servers.answers.set(a, 'silent');
    world.servers.answers.set(b, 'silent');
    await world.begin();
    await seconds(20);
    expect(machine.vpp.writes.slice(before)).to.deep.equal([]);
    await seconds(15);
    expect(weights(), 'after startup-max-delay: as down, but not flushed').to.deep.equal({
      [a]: 0,
      [b]: 0,
      [c]: 100,
    });
    const lowered = writesFrom(before).filter((write) => 'flush' in write && write.flush);
    expect(lowered).to.deep.equal([]);
  });

  it('installs what it knows at once when VPP restarts empty', async () => {
    await start();
    await seconds(10);
    world.servers.answers.set(b, fail);
    await seconds(10);
    const probes = world.servers.probed.length;
    world.machine.kill();
    world.machine.start();
    await world.tree.clock.advance(150);
    expect(weights()).to.deep.equal({ [a]: 100, [b]: 0, [c]: 0 });
    expect(world.servers.probed.length - probes, 'not after a new round of probes').to.be.below(3);
  });

  it('doubts itself rather than the servers: trouble of our own changes nothing, for however long', async () => {
    await start();
    await seconds(10);
    const from = world.machine.vpp.writes.length;
    for (const address of [a, b, c]) world.servers.answers.set(address, doubt);
    await seconds(600);
    expect(writesFrom(from)).to.deep.equal([]);
    const { life } = await detail('a');
    expect(life.state).to.equal('up');
    expect(life.doubt?.result.detail).to.equal('EMFILE');
    expect(doubtsTold(world.tree.log)).to.have.members(['a', 'b', 'c']);
    expect(world.tree.log.of('backend-doubt'), 'one record alone').to.have.length(1);
    expect(world.tree.log.of('backend-doubts')[0]?.fields).to.include({ more: 2, detail: 'EMFILE' });
    world.servers.answers.clear();
    await seconds(3);
    expect((await detail('a')).life.doubt).to.equal(null);
    expect(doubtsOverTold(world.tree.log)).to.have.members(['a', 'b', 'c']);
    expect(writesFrom(from)).to.deep.equal([]);
  });

  it('does not give up at the start what it cannot measure', async () => {
    await start();
    await seconds(10);
    const { machine } = world;
    const before = machine.vpp.writes.length;
    await world.tree.end();
    worlds.length = 0;
    world = new World(config, undefined, machine);
    worlds.push(world);
    for (const address of [a, b, c]) world.servers.answers.set(address, doubt);
    await world.begin();
    await seconds(600);
    expect(machine.vpp.writes.slice(before)).to.deep.equal([]);
  });

  it('never probes a backend twice at once, and spreads the probes of many', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 100 }, (_, i) => [`s${i}`, checked(`10.1.0.${i + 1}`)]),
    );
    const pool = Object.fromEntries(Object.keys(many).map((name) => [name, 1]));
    await start(withCheck(sampleConfig(many, [sampleFrontend('f', '192.0.2.1', [pool])])));
    const before = world.servers.probed.length;
    expect(before, 'not all at the very start').to.be.below(10);
    await world.tree.clock.advance(100);
    expect(world.servers.probed.length).to.be.within(20, 80);
    world.servers.answers.set('10.1.0.1', 'silent');
    await seconds(30);
    const counts = new Map<string, number>();
    for (const address of world.servers.probed) counts.set(address, (counts.get(address) ?? 0) + 1);
    expect(counts.get('10.1.0.1'), 'one that never answers is not asked again meanwhile').to.be.below(4);
    expect(counts.get('10.1.0.2')).to.be.within(26, 40);
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

  it('gives up nobody before a first probe had its time, however short the patience and long the interval', async () => {
    await start(withCheck(sampleConfig(backends, [web]), { interval: 60_000, fastInterval: 60_000 }));
    await seconds(120);
    const { machine } = world;
    const before = machine.vpp.writes.length;
    await world.tree.end();
    worlds.length = 0;
    await start(withCheck(sampleConfig(backends, [web]), { interval: 60_000, fastInterval: 60_000 }), {
      machine,
    });
    await seconds(120);
    expect(machine.vpp.writes.slice(before)).to.deep.equal([]);
    const none = withCheck(sampleConfig(backends, [web]), { interval: 50_000, fastInterval: 50_000 });
    await reload({ ...none, lb: { ...none.lb, startupMinDelay: 0, startupMaxDelay: 0 } });
    await seconds(120);
    expect(machine.vpp.writes.slice(before), 'nor without any patience').to.deep.equal([]);
  });

  it('gives a new address no weight before it passed, and keeps the old server until then', async () => {
    const alone = sampleFrontend('web', '192.0.2.1', [{ a: 100 }]);
    await start(withCheck(sampleConfig({ a: checked(a) }, [alone])));
    await seconds(10);
    const from = world.machine.vpp.writes.length;
    world.servers.answers.set('10.0.0.77', 'silent');
    await reload(withCheck(sampleConfig({ a: checked('10.0.0.77') }, [alone])));
    await world.tree.clock.advance(400);
    expect(weights()).to.deep.equal({ [a]: 100, '10.0.0.77': 0 });
    expect(writesFrom(from).map(({ op }) => op)).to.deep.equal(['as-add']);
  });

  it('never leaves a VIP dark while a standby is up, though a server of the first pool has no verdict', async () => {
    await start();
    await seconds(10);
    await act('b', 'pause');
    world.servers.answers.set(b, 'silent');
    await act('b', 'resume');
    world.servers.answers.set(a, fail);
    await seconds(2);
    expect(weights()).to.include({ [a]: 0, [c]: 100 });
  });

  it('takes out who is down, and who was disabled, although VPP refuses somebody else', async () => {
    await start();
    await seconds(10);
    const refused = new MaglevError('MGL_VPP_RETVAL', 'VPP answered -97');
    world.machine.vpp.refuse = (operation) => (operation.op === 'as-add' ? refused : null);
    const more = { ...backends, d: checked('10.0.0.4') };
    await reload(
      withCheck(
        sampleConfig(more, [sampleFrontend('web', '192.0.2.1', [{ a: 100, b: 50, d: 1 }, { c: 100 }])]),
      ),
    );
    world.servers.answers.set(a, fail);
    await seconds(5);
    await act('b', 'disable');
    await seconds(1);
    expect(weights()).to.include({ [a]: 0, [b]: 0 });
  });

  it('decides once when many backends of a frontend change together', async () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`s${i}`, checked(`10.1.0.${i}`)]));
    const pool = Object.fromEntries(Object.keys(many).map((name) => [name, 1]));
    const front = sampleFrontend('f', '192.0.2.1', [pool]);
    await start(withCheck(sampleConfig(many, [front])));
    await seconds(10);
    const syncs = world.tree.log.of('vpp-lbsync-done').length;
    const off = Object.fromEntries(
      Object.entries(many).map(([name, one]) => [name, { ...one, enabled: name === 's0' }]),
    );
    await reload(withCheck(sampleConfig(off, [front])));
    await seconds(1);
    expect(Object.values(weights()).filter((weight) => weight > 0)).to.have.length(1);
    expect(world.tree.log.of('vpp-lbsync-done').length - syncs, 'not once a backend').to.be.below(60);
  });

  it('keeps what operators asked for over a crash, also when it cannot be kept on disk', async () => {
    const broken = {
      load: async () => ({ intents: noIntents, problem: null }),
      save: () => Promise.reject(new Error('ENOSPC')),
    };
    let crash = false;
    world = new World(config, broken);
    worlds.push(world);
    world.machine.start();
    await world.begin(({ actor, message }) => {
      if (!crash || actor !== 'operator' || message !== 'get-effective') return;
      crash = false;
      throw new Error('crash of operator');
    });
    await seconds(10);
    await act('a', 'disable');
    expect(world.tree.log.of('operator-state-not-kept')).to.have.length(1);
    crash = true;
    await world.ask<unknown>(({ operator }, reply) => operator.tell({ type: 'get-effective', reply }));
    await seconds(10);
    expect(crash).to.equal(false);
    expect(weights()).to.include({ [a]: 0, [b]: 50 });
  });

  it('does not probe in bursts because all were quick together at the start', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 200 }, (_, i) => [`s${i}`, checked(`10.1.0.${i + 1}`)]),
    );
    const pool = Object.fromEntries(Object.keys(many).map((name) => [name, 1]));
    const unhurried = withCheck(sampleConfig(many, [sampleFrontend('f', '192.0.2.1', [pool])]), {
      interval: 4000,
      fastInterval: 100,
    });
    await start(unhurried);
    await seconds(8);
    const counts: number[] = [];
    for (let i = 0; i < 40; i++) {
      const before = world.servers.probed.length;
      await world.tree.clock.advance(100);
      counts.push(world.servers.probed.length - before);
    }
    // 5 on average.
    expect(Math.max(...counts)).to.be.below(20);
  });

  describe('operators', () => {
    it('pause: the running probe is cancelled, nothing is sent, flows are not cut; resume: it begins at unknown', async () => {
      await start();
      await seconds(10);
      world.servers.answers.set(a, 'silent');
      await seconds(2);
      await act('a', 'pause');
      expect(world.servers.cancelled).to.include('a');
      expect(weights()).to.deep.equal({ [a]: 0, [b]: 50, [c]: 0 });
      expect(world.machine.vpp.writes.at(-1)).to.include({ address: a, weight: 0, flush: false });
      const probes = world.servers.probed.filter((one) => one === a).length;
      await seconds(60);
      expect(world.servers.probed.filter((one) => one === a).length).to.equal(probes);
      world.servers.answers.set(a, pass);
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
      expect(world.machine.vpp.writes.at(-1)).to.include({ address: a, from: 0, weight: 0, flush: true });
      expect((await detail('a')).life.state).to.equal('disabled');
      expect(await act('a', 'pause')).to.include({ code: 'MGL_BACKEND_DISABLED' });
      await act('a', 'enable');
      await seconds(1);
      expect(weights()).to.deep.equal({ [a]: 100, [b]: 50, [c]: 0 });
    });

    it('set a weight: it reaches VPP at once, with a flush if asked', async () => {
      await start();
      await seconds(10);
      await weigh('a', 30);
      expect(weights()).to.deep.equal({ [a]: 30, [b]: 50, [c]: 0 });
      expect(world.machine.vpp.writes.at(-1)).to.include({ address: a, from: 100, weight: 30, flush: false });
      await weigh('a', 0, true);
      expect(world.machine.vpp.writes.at(-1)).to.include({ address: a, from: 30, weight: 0, flush: true });
      const view = await world.ask<FrontendView>(({ views }, reply) =>
        views.tell({ type: 'get-frontend', name: 'web', reply }),
      );
      expect(view).to.have.nested.property('pools[0].backends[0].weight', 0);
      expect(await weigh('z', 1)).to.include({ code: 'MGL_BACKEND_UNKNOWN' });
    });

    it('find what they asked for still in force after a reload, and after a restart of maglevd', async () => {
      const intents = memoryStore();
      await start(config, { intents });
      await seconds(10);
      await act('a', 'disable');
      await act('b', 'pause');
      await weigh('b', 7);
      const expected = { [a]: 0, [b]: 0, [c]: 100 };
      await reload(config);
      await seconds(10);
      expect(weights()).to.deep.equal(expected);
      const { machine } = world;
      await world.tree.end();
      worlds.length = 0;
      const before = machine.vpp.writes.length;
      await start(config, { intents, machine });
      await seconds(60);
      expect(weights()).to.deep.equal(expected);
      expect((await detail('b')).life.state).to.equal('paused');
      expect(machine.vpp.writes.slice(before)).to.deep.equal([]);
      await act('b', 'resume');
      await seconds(2);
      expect(weights()).to.deep.equal({ [a]: 0, [b]: 7, [c]: 0 });
    });
  });

  describe('reload', () => {
    it('leaves backends alone that did not change: same timers, same history', async () => {
      await start();
      await seconds(10);
      const before = await detail('a');
      const from = world.machine.vpp.writes.length;
      await reload(withCheck(sampleConfig(backends, [web, other])));
      expect(await detail('a')).to.deep.equal(before);
      await seconds(10);
      expect(writesFrom(from)).to.deep.equal([]);
      expect(
        world.tree.log.of('backend-transition').filter(({ fields }) => fields['to'] === 'unknown'),
      ).to.deep.equal([]);
    });

    it('checks a changed backend anew, and keeps what VPP has until it knows', async () => {
      await start();
      await seconds(10);
      const from = world.machine.vpp.writes.length;
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
      world.servers.answers.set('10.0.0.77', fail);
      await reload(withCheck(sampleConfig(moved, [web, other])));
      await seconds(3);
      expect(weights()).to.deep.equal({ '10.0.0.77': 0, [b]: 50, [c]: 0 });
      world.servers.answers.clear();
      await seconds(12);
      expect(weights()).to.deep.equal({ '10.0.0.77': 100, [b]: 50, [c]: 0 });
    });

    it('ends a removed backend in removed, and never probes it again', async () => {
      await start();
      await seconds(10);
      await reload(withCheck(sampleConfig({ b: backends.b }, [other])));
      expect(
        world.tree.log.of('backend-transition').filter(({ fields }) => fields['to'] === 'removed'),
      ).to.have.length(2);
      const probes = world.servers.probed.filter((one) => one !== b).length;
      await seconds(60);
      expect(world.servers.probed.filter((one) => one !== b).length).to.equal(probes);
      expect(world.installed()).to.deep.equal([vipId(vipKey('192.0.2.2/32'))]);
    });

    it('brings a backend back that has hardly left: two reloads in a row', async () => {
      await start();
      await seconds(10);
      const files = [withCheck(sampleConfig({ b: backends.b }, [other])), config];
      Object.defineProperty(world, 'file', { get: () => valid(files.shift() ?? config) });
      world.root.tell({ type: 'reload' });
      world.root.tell({ type: 'reload' });
      await seconds(10);
      expect(files).to.deep.equal([]);
      expect(world.tree.log.of('actor-crash')).to.deep.equal([]);
      expect(weights()).to.deep.equal({ [a]: 100, [b]: 50, [c]: 0 });
    });

    it('moves the probes to another namespace: nothing is decided by the move', async () => {
      await start();
      await seconds(10);
      const from = world.machine.vpp.writes.length;
      const next = withCheck(sampleConfig(backends, [web, other]));
      await reload({ ...next, healthchecker: { ...next.healthchecker, netns: 'dataplane' } });
      await seconds(10);
      expect(world.servers.engines).to.equal(1);
      expect(writesFrom(from)).to.deep.equal([]);
    });
  });
});
