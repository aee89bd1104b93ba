import { expect } from 'chai';
import type { HealthCheck } from '../../domain/config.js';
import { sampleConfig, sampleFrontend } from '../support/domain-samples.js';
import { valueIn } from '../support/exposition-reader.js';
import { doubt, fail } from '../support/fake-servers.js';
import type { Hook } from '../support/instrument.js';
import { MetricsWorld } from '../support/metrics-world.js';

const check: HealthCheck = {
  name: 'web',
  interval: 1000,
  fastInterval: 1000,
  downInterval: 1000,
  timeout: 500,
  rise: 2,
  fall: 3,
  probeIpv4Source: null,
  probeIpv6Source: null,
  probe: { type: 'tcp', port: 80, tls: null },
};
const config = {
  ...sampleConfig(
    { a: { address: '10.0.0.1', healthcheck: 'web' }, b: { address: '10.0.0.2', healthcheck: 'web' } },
    [sampleFrontend('shop', '192.0.2.1', [{ a: 100, b: 50 }])],
  ),
  healthchecks: new Map([['web', check]]),
};
const forever = new Promise<void>(() => {});
const a = { backend: 'a' };

describe('actors/metrics', () => {
  let metrics: MetricsWorld;
  const advance = (ms: number) => metrics.world.tree.clock.advance(ms);
  const begin = async (hook?: Hook) => {
    metrics.world.machine.start();
    await metrics.begin(hook);
    await advance(20_000);
  };
  beforeEach(() => {
    metrics = new MetricsWorld(config);
  });
  afterEach(() => metrics.world.tree.end());

  it('tell states, weights, what VPP has, and that it is equal', async () => {
    await begin();
    const all = await metrics.scrape();
    const of = (name: string, labels = {}) => valueIn(all, name, labels);
    expect(of('maglev_backend_state', { ...a, state: 'up' })).to.equal(1);
    expect(of('maglev_backend_state', { ...a, state: 'down' })).to.equal(0);
    expect(of('maglev_backend_health', a)).to.equal(4);
    expect(of('maglev_backend_enabled', a)).to.equal(1);
    expect(of('maglev_frontend_state', { state: 'up' })).to.equal(1);
    const member = { frontend: 'shop', pool: 'pool0', backend: 'b' };
    expect(of('maglev_frontend_pool_backend_weight', member)).to.equal(50);
    expect(of('maglev_frontend_pool_backend_effective_weight', member)).to.equal(50);
    expect(of('maglev_frontend_pool_backend_vpp_weight', member)).to.equal(50);
    expect(of('maglev_frontend_pool_backend_share_asked_ratio', member)).to.be.closeTo(1 / 3, 1e-9);
    expect(of('maglev_frontend_info', { prefix: '192.0.2.1/32', protocol: 'tcp', port: '80' })).to.equal(1);
    expect(of('maglev_vpp_connected')).to.equal(1);
    expect(of('maglev_vpp_equals_decision')).to.equal(1);
    expect(of('maglev_frontend_vpp_equals_decision', { frontend: 'shop' })).to.equal(1);
    expect(of('maglev_vpp_full_sync_age_seconds')).to.be.below(31);
    expect(of('maglev_probe_total', { ...a, type: 'tcp', result: 'pass' })).to.be.above(10);
    expect(of('maglev_backend_transitions_total', { ...a, from: 'unknown', to: 'up' })).to.equal(1);
    expect(of('maglev_vpp_lbsync_total', { scope: 'all', kind: 'as_added' })).to.equal(2);
    expect(of('maglev_actors', { actor: '/root/health/backend-*' })).to.equal(2);
    expect(of('maglev_scrapes_total', { result: 'complete' })).to.equal(7);
    expect(of('maglev_build_info', { version: '1.2.3', commit: 'abc' })).to.equal(1);
  });

  it('tell the digest of a table once VPP has been read after the last write', async () => {
    await begin();
    expect(valueIn(await metrics.scrape(), 'maglev_frontend_table_digest', { frontend: 'shop' })).to.equal(
      undefined,
    );
    await advance(31_000);
    const later = valueIn(await metrics.scrape(), 'maglev_frontend_table_digest', { frontend: 'shop' });
    expect(later).to.be.within(1, 2 ** 48);
  });

  it('measure how long a failure took to be seen, and VPP to be told', async () => {
    await begin();
    metrics.world.servers.answers.set('10.0.0.1', fail);
    await advance(10_000);
    const all = await metrics.scrape();
    expect(valueIn(all, 'maglev_backend_state', { ...a, state: 'down' })).to.equal(1);
    expect(valueIn(all, 'maglev_probe_detection_seconds_count')).to.equal(1);
    expect(valueIn(all, 'maglev_probe_detection_seconds_sum')).to.be.within(1.8, 2.2);
    expect(valueIn(all, 'maglev_vpp_apply_seconds_count')).to.be.above(0);
    expect(valueIn(all, 'maglev_probe_total', { ...a, result: 'fail', code: 'L7STS' })).to.be.above(2);
    expect(valueIn(all, 'maglev_frontend_pool_backend_share_asked_ratio', { backend: 'a' })).to.equal(0);
  });

  it('tell a doubt, an override and a VPP that is lost', async () => {
    await begin();
    metrics.world.servers.answers.set('10.0.0.1', doubt);
    await metrics.world.ask(({ operator }, reply) =>
      operator.tell({ type: 'act-on-backend', name: 'b', action: 'pause', reply }),
    );
    await advance(3000);
    expect(await metrics.value('maglev_backend_doubt', a)).to.equal(1);
    expect(await metrics.value('maglev_backend_override', { backend: 'b', kind: 'paused' })).to.equal(1);
    metrics.world.machine.kill();
    await advance(1000);
    const all = await metrics.scrape();
    expect(valueIn(all, 'maglev_vpp_connected')).to.equal(0);
    expect(valueIn(all, 'maglev_vpp_equals_decision')).to.equal(0);
    expect(valueIn(all, 'maglev_vpp_state', { state: 'disconnected' })).to.equal(1);
    expect(valueIn(all, 'maglev_vpp_disconnects_total')).to.equal(1);
    expect(all.has('maglev_vpp_info')).to.equal(false);
  });

  it('tell of a reload that is refused', async () => {
    await begin();
    expect(await metrics.value('maglev_config_last_reload_successful')).to.equal(1);
    const before = (await metrics.scrape()).get('maglev_config_info')?.samples[0]?.labels['hash'];
    metrics.world.file = { ok: false, stage: 'parse', issues: [], warnings: [] };
    metrics.world.root.tell({ type: 'reload' });
    await advance(2000);
    expect(await metrics.value('maglev_config_last_reload_successful')).to.equal(0);
    const after = (await metrics.scrape()).get('maglev_config_info')?.samples[0]?.labels['hash'];
    expect(after).to.equal(before);
  });

  it('go on counting where they were when their actor crashes, and tell of that', async () => {
    let crashes = 0;
    await begin(({ actor, message }) => {
      if (actor !== 'metrics' || message !== 'heard' || crashes !== 1) return;
      crashes++;
      throw new Error('crash of the metrics');
    });
    crashes = 1;
    metrics.world.servers.answers.set('10.0.0.1', fail);
    await advance(20_000);
    expect(metrics.lives).to.equal(2);
    const all = await metrics.scrape();
    expect(valueIn(all, 'maglev_backend_transitions_total', { ...a, from: 'up', to: 'down' })).to.equal(1);
    expect(valueIn(all, 'maglev_actor_restarts_total', { actor: '/root/metrics' })).to.equal(1);
    expect(valueIn(all, 'maglev_event_subscribers')).to.equal(1);
  });

  it('leave nobody behind who listens when they crash before they know that they do', async () => {
    let crashes = 0;
    await begin(({ actor, message, phase }) => {
      if (actor !== 'metrics' || message !== 'subscribed' || phase !== 'before' || crashes++ > 0) return;
      throw new Error('crash of the metrics');
    });
    expect(metrics.lives).to.equal(2);
    expect(await metrics.value('maglev_event_subscribers')).to.equal(1);
  });

  it('go without what does not answer, and say so', async () => {
    let stuck = false;
    await begin(({ actor }) => (stuck && actor === 'decision' ? forever : undefined));
    stuck = true;
    const all = await metrics.scrape();
    expect(valueIn(all, 'maglev_scrape_part_successful', { part: 'views' })).to.equal(0);
    expect(valueIn(all, 'maglev_scrape_part_successful', { part: 'health' })).to.equal(1);
    expect(all.has('maglev_frontend_state')).to.equal(false);
    expect(valueIn(all, 'maglev_vpp_connected')).to.equal(1);
  });

  it('are made once for all who ask at once', async () => {
    let asked = 0;
    await begin(({ actor, message, phase }) => {
      if (actor === 'operator' && message === 'list-overrides' && phase === 'before') asked++;
    });
    await Promise.all([metrics.scrape(), metrics.scrape(), metrics.scrape()]);
    expect(asked).to.equal(1);
  });

  it('make nobody build what nobody reads: the log is not told at debug for them', async () => {
    await begin();
    expect(metrics.world.tree.log.enabled('debug')).to.equal(false);
  });
});

describe('actors/metrics: alive and ready', () => {
  for (const part of ['config-keeper', 'events', 'operator', 'health', 'decision', 'vpp', 'root']) {
    it(`not alive while ${part} is stuck`, async () => {
      let stuck = false;
      const metrics = new MetricsWorld(config);
      await metrics.begin(({ actor }) => (stuck && actor === part ? forever : undefined));
      expect((await metrics.live()).ok).to.equal(true);
      stuck = true;
      const report = await metrics.live();
      expect(report.ok).to.equal(false);
      expect(report.parts[0]?.says).to.match(/does not answer/);
      await metrics.world.tree.end();
    });
  }

  it('ready is who has a config, a VPP, and compared the two', async () => {
    const metrics = new MetricsWorld(config);
    const says = async () => {
      const { ok, parts } = await metrics.ready();
      return [ok, ...parts.map((part) => `${part.ok ? '+' : '-'} ${part.name}: ${part.says}`)];
    };
    await metrics.begin();
    expect(await says()).to.deep.equal([
      false,
      '+ config: valid, 1 frontends, 2 backends',
      '- vpp: disconnected: no such socket',
      '- sync: nothing is known of VPP',
    ]);
    metrics.world.machine.start();
    await metrics.world.tree.clock.advance(20_000);
    const well = [
      true,
      '+ config: valid, 1 frontends, 2 backends',
      '+ vpp: connected',
      '+ sync: VPP was compared with the config',
    ];
    expect(await says()).to.deep.equal(well);
    // A file that somebody is at work on takes nobody out of service.
    metrics.world.file = { ok: false, stage: 'parse', issues: [], warnings: [] };
    metrics.world.root.tell({ type: 'reload' });
    await metrics.world.tree.clock.advance(2000);
    expect(await says()).to.deep.equal(
      well.map((line) => (`${line}`.startsWith('+ config') ? `${line}; the last reload was refused` : line)),
    );
    metrics.world.machine.kill();
    await metrics.world.tree.clock.advance(1000);
    expect((await metrics.ready()).ok).to.equal(false);
    await metrics.world.tree.end();
  });

  it('does not ask the wall clock, which may be set while VPP is compared for the first time', async () => {
    const metrics = new MetricsWorld(config);
    const { clock } = metrics.world.tree;
    let syncs = 0;
    await metrics.begin(({ actor, message, phase }) => {
      if (actor !== 'lb' || message !== 'tick' || phase !== 'before') return;
      if (syncs++ === 0) clock.jumpWall(-3_600_000);
    });
    metrics.world.machine.start();
    await clock.advance(10_000);
    expect(syncs).to.equal(1);
    expect((await metrics.ready()).ok).to.equal(true);
    metrics.world.machine.kill();
    await clock.advance(1000);
    clock.jumpWall(-3_600_000);
    metrics.world.machine.start();
    await clock.advance(6000);
    expect((await metrics.ready()).ok).to.equal(true);
    await metrics.world.tree.end();
  });
});
