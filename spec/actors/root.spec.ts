import { expect } from 'chai';
import type { ConfigVerdict } from '../../domain/config.js';
import { MaglevError } from '../../domain/errors.js';
import { vipId } from '../../domain/lb.js';
import type { SyncReport } from '../../domain/syncs.js';
import type { BackendView, FrontendView } from '../../protocol/decision.js';
import type { RpcTargets } from '../../protocol/rpc.js';
import type { VppControl } from '../../protocol/vpp.js';
import { sampleConfig, sampleFrontend, vipKey } from '../support/domain-samples.js';
import type { Hook } from '../support/instrument.js';
import { valid, World } from '../support/world.js';

const backends = {
  a: { address: '10.0.0.1' },
  b: { address: '10.0.0.2' },
  c: { address: '10.0.0.3', enabled: false },
};
const web = sampleFrontend('web', '192.0.2.1', [{ a: 100, c: 10 }, { b: 100 }]);
const dns = sampleFrontend('dns', '192.0.2.2', [{ b: 100 }]);
const one = sampleConfig(backends, [web]);
const two = sampleConfig(backends, [web, dns]);
const invalid: ConfigVerdict = {
  ok: false,
  stage: 'semantic',
  issues: [{ place: { file: 'm.yaml', line: 3, column: 5 }, path: 'maglev.vpp', message: 'is wrong' }],
  warnings: [],
};

const webId = vipId(vipKey('192.0.2.1/32'));
const dnsId = vipId(vipKey('192.0.2.2/32'));

describe('actors/root: the whole tree', () => {
  let world: World;
  beforeEach(() => {
    world = new World(one);
    world.machine.start();
  });
  afterEach(() => world.tree.end());

  it('brings VPP from the config to the decision: the first pool that can serve, others at 0', async () => {
    await world.begin();
    expect(world.installed()).to.deep.equal([webId]);
    expect(world.weights('192.0.2.1/32')).to.deep.equal({ '10.0.0.1': 100, '10.0.0.2': 0, '10.0.0.3': 0 });
    expect(world.listening).to.equal(1);
  });

  it('reloads a valid file at SIGHUP, and VPP follows at once', async () => {
    await world.begin();
    world.file = valid(two);
    world.root.tell({ type: 'reload' });
    await world.tree.clock.settle();
    expect(world.installed()).to.deep.equal([webId, dnsId]);
    expect(world.tree.log.of('config-reload-done')[0]?.fields).to.include({ ok: true, frontends: 2 });
    world.file = valid(sampleConfig(backends, [dns]));
    world.root.tell({ type: 'reload' });
    await world.tree.clock.advance(1000);
    expect(world.installed()).to.deep.equal([dnsId]);
  });

  it('refuses an invalid file, says why, and runs on with the old config', async () => {
    await world.begin();
    const writes = world.machine.vpp.writes.length;
    world.file = invalid;
    const verdict = await world.ask<ConfigVerdict>(({ config }, reply) =>
      config.tell({ type: 'reload-config', reply }),
    );
    expect(verdict).to.equal(invalid);
    await world.tree.clock.advance(120_000);
    expect(world.machine.vpp.writes.length).to.equal(writes);
    expect(world.tree.log.of('config-check-failed')[0]?.fields).to.deep.equal({
      reload: true,
      stage: 'semantic',
      file: 'm.yaml',
      line: 3,
      column: 5,
      path: 'maglev.vpp',
      error: 'is wrong',
    });
  });

  it('keeps the running config over a crash of the root', async () => {
    let crash = false;
    await world.begin(({ actor, message }) => {
      if (crash && actor === 'root' && message === 'reload') {
        crash = false;
        throw new Error('crash of the root');
      }
    });
    world.file = valid(two);
    await world.ask<ConfigVerdict>(({ config }, reply) => config.tell({ type: 'reload-config', reply }));
    world.file = invalid;
    crash = true;
    world.root.tell({ type: 'reload' });
    await world.tree.clock.advance(60_000);
    expect(crash).to.equal(false);
    expect(world.installed()).to.deep.equal([webId, dnsId]);
  });

  it('only checks when asked to check', async () => {
    await world.begin();
    world.file = valid(two);
    await world.ask<ConfigVerdict>(({ config }, reply) => config.tell({ type: 'check-config', reply }));
    await world.tree.clock.advance(120_000);
    expect(world.installed()).to.deep.equal([webId]);
  });

  it('explains frontends and backends', async () => {
    await world.begin();
    const frontend = await world.ask<FrontendView>(({ views }, reply) =>
      views.tell({ type: 'get-frontend', name: 'web', reply }),
    );
    expect(frontend).to.deep.include({ name: 'web', state: 'up', address: '192.0.2.1' });
    expect(frontend).to.have.nested.property('pools[0].active', true);
    expect(frontend)
      .to.have.nested.property('pools[0].backends')
      .that.deep.equals([
        {
          name: 'a',
          state: 'up',
          weight: 100,
          configured: null,
          effectiveWeight: 100,
          reason: 'up, in the active pool',
          share: { asked: 1, given: 1 },
        },
        {
          name: 'c',
          state: 'disabled',
          weight: 10,
          configured: null,
          effectiveWeight: 0,
          reason: 'disabled',
          share: null,
        },
      ]);
    const all = await world.ask<readonly BackendView[]>(({ views }, reply) =>
      views.tell({ type: 'list-backends', reply }),
    );
    expect(all).to.have.length(3);
    const missing = await world.ask<BackendView>(({ views }, reply) =>
      views.tell({ type: 'get-backend', name: 'z', reply }),
    );
    expect(missing).to.include({ code: 'MGL_BACKEND_UNKNOWN', message: 'backend "z" is not in the config' });
  });

  it('ends when it cannot listen at first, before it touched VPP', async () => {
    world.listenError = new MaglevError('MGL_LISTEN', 'address in use');
    await world.begin();
    expect(await world.tree.system.ended).to.include({ reason: 'finished' });
    expect(world.fatal).to.include({ code: 'MGL_LISTEN' });
    expect(world.machine.opens).to.equal(0);
    for (const event of ['actor-crash', 'actor-restart', 'actor-abandoned']) {
      expect(world.tree.log.of(event), event).to.deep.equal([]);
    }
  });

  it('survives a crash of any actor at any message: VPP converges, and what was right is never touched', async function () {
    this.timeout(60_000);
    const text = (point: Parameters<Hook>[0]) => `${point.actor} ${point.message} ${point.phase}`;
    const life = async (hook: Hook) => {
      const w = new World(one);
      w.machine.start();
      await w.begin(hook);
      await w.tree.clock.advance(20_000);
      expect(w.listening, 'gateway').to.equal(1);
      w.file = valid(two);
      const reload = () =>
        w.ask<ConfigVerdict>(({ config }, reply) => config.tell({ type: 'reload-config', reply }));
      await reload();
      await w.tree.clock.advance(20_000);
      // A person who is told that the reload failed reloads again.
      if (!w.installed().includes(dnsId)) await reload();
      const sync = (
        vpp: RpcTargets['vpp'],
        reply: { ok: (r: SyncReport) => boolean; fail: (e: MaglevError) => boolean },
      ) => vpp?.tell({ type: 'sync', frontend: 'web', reply } satisfies VppControl) ?? false;
      await w.ask<SyncReport>(({ vpp }, reply) => sync(vpp, reply));
      await w.tree.clock.advance(60_000);
      const { writes } = w.machine.vpp;
      const result = { installed: w.installed(), writes: [...writes], log: w.tree.log, served: w.listening };
      await w.tree.end();
      return result;
    };
    const points = new Set<string>();
    await life((point) => {
      points.add(text(point));
    });
    expect(points.size).to.be.above(40);
    for (const crashAt of points) {
      let crashes = 0;
      const { installed, writes, served } = await life((point) => {
        if (text(point) === crashAt && crashes++ === 0) throw new Error(`crash at ${crashAt}`);
      });
      expect(crashes, crashAt).to.be.above(0);
      expect(installed, crashAt).to.deep.equal([webId, dnsId]);
      expect(served, crashAt).to.equal(1);
      const taken = writes.filter(({ op }) => op === 'vip-del' || op === 'as-del' || op === 'as-weight');
      expect(taken, `${crashAt}: a healthy server was touched`).to.deep.equal([]);
    }
  });
});
