import { expect } from 'chai';
import fc from 'fast-check';
import { decisionActor } from '../../actors/decision.js';
import type { ActorRef } from '../../actors/kernel/contract.js';
import type { Applied, InForce } from '../../domain/applied.js';
import type { MaglevConfig } from '../../domain/config.js';
import { decideFrontend } from '../../domain/deciding.js';
import { MaglevError } from '../../domain/errors.js';
import type { Effective } from '../../domain/operator.js';
import type { Touched } from '../../domain/operator-wish.js';
import { nextTurn } from '../../domain/turns.js';
import type { DecisionChanged, DecisionRequest, ViewRequest, VipWanted } from '../../protocol/decision.js';
import type { BackendChanged, BackendReport, HealthRequest } from '../../protocol/health.js';
import type { EffectiveChanged, OperatorRequest } from '../../protocol/operator.js';
import { ip, sampleConfig, sampleFrontend } from '../support/domain-samples.js';
import { instrument } from '../support/instrument.js';
import { mailbox } from '../support/mailbox.js';
import { outcome } from '../support/stage.js';
import { answering, Tree } from '../support/tree.js';

const backends = {
  a: { address: '10.0.0.1', healthcheck: 'check' },
  b: { address: '10.0.0.2', healthcheck: 'check' },
  c: { address: '10.0.0.3', healthcheck: 'check' },
};
const web = sampleFrontend('web', '192.0.2.1', [{ a: 100, b: 50 }, { c: 100 }]);
const other = sampleFrontend('other', '192.0.2.2', [{ b: 100 }]);
const lone = sampleFrontend('lone', '192.0.2.3', [{ c: 10 }]);
const config = sampleConfig(backends, [web, other, lone]);

const report = (name: keyof typeof backends, state: BackendReport['state']): BackendReport => ({
  name,
  address: ip(backends[name].address),
  state,
  givenUp: false,
});
const allUp = [report('a', 'up'), report('b', 'up'), report('c', 'up')];

type DecisionMessage = EffectiveChanged<InForce> | BackendChanged | DecisionRequest | ViewRequest;

describe('actors/decision, with mocked neighbours', () => {
  let tree: Tree;
  let decision: ActorRef<DecisionMessage>;
  let effective: Effective;
  let reports: readonly BackendReport[];
  let vpp = mailbox<DecisionChanged | VipWanted>('vpp');
  /** A crash of the decision before it handles the next message. */
  let crash: string | null;

  const start = async (first: MaglevConfig = config, withVpp = true) => {
    effective = { config: first, paused: new Set() };
    const operator = answering<OperatorRequest>('operator', (message) => {
      if (message.type === 'get-effective') message.reply.ok(effective);
    });
    const health = answering<HealthRequest>('health', (message) => {
      if (message.type === 'list-states') message.reply.ok(reports);
    });
    const to = withVpp ? vpp : null;
    decision = tree.start({
      name: 'root',
      start: (context) => {
        const spec = decisionActor({ operator, health, vpp: to, startedAt: -60_000 });
        const child = context.spawn(
          instrument(spec, ({ message, phase }) => {
            if (phase !== 'before' || message !== crash) return;
            crash = null;
            throw new Error('crash');
          }),
        );
        return { receive: (message: DecisionMessage) => void child.tell(message) };
      },
    });
    await tree.clock.settle();
  };
  const changed = (one: BackendReport) =>
    decision.tell({ type: 'backend-changed', report: one, transition: null });
  /** The operators' word is another. */
  const follow = (touched: Touched, next: Partial<Effective>) => {
    effective = { ...effective, ...next };
    return tree.system.ask(decision, { type: 'effective-changed', effective, touched });
  };
  const disable = (name: keyof typeof backends) => {
    const changed = sampleConfig({ ...backends, [name]: { ...backends[name], enabled: false } }, []).backends;
    const next = { ...effective.config, backends: changed };
    return follow({ kind: 'backend', backend: name }, { config: next });
  };
  const weigh = (weight: number, flush: boolean) => {
    const pools = sampleFrontend('web', '192.0.2.1', [{ a: weight, b: 50 }, { c: 100 }]).pools;
    const frontends = new Map(effective.config.frontends).set('web', { ...web, pools });
    const touched = { kind: 'weight', frontend: 'web', backend: 'a', flush } as const;
    return follow(touched, { config: { ...effective.config, frontends } });
  };
  /** What VPP's side was told since it was last looked at, in short. */
  const heard = () =>
    vpp.takeAll().map((message) => {
      if (message.type === 'decision') return `all ${message.decision.vips.length}`;
      const weights = message.vip.ases.map(({ weight, hold }) => (hold ? 'keep' : weight));
      return `${message.vip.frontend} ${weights.join(' ')}`;
    });
  const acknowledge = (message: DecisionChanged | VipWanted, more: Partial<Applied> = {}) => {
    if (message.type !== 'vip-wanted') throw new Error(`${message.type} has no answer`);
    const { frontend } = message.vip;
    const flushed = [...message.flush];
    message.reply?.ok({ frontend, acknowledged: 1, weights: 1, flushed, pending: null, ...more });
  };
  const runs = () =>
    tree.log
      .of('decision')
      .map(({ fields }) => `${fields['cause']} ${fields['decided']} ${fields['changed']}`);

  beforeEach(() => {
    tree = new Tree();
    vpp = mailbox('vpp');
    reports = allUp;
    crash = null;
  });
  afterEach(() => tree.end());

  it('decides everything once at its start, and lets VPP ask for it', async () => {
    await start();
    expect(heard()).to.deep.equal([]);
    const whole = await tree.system.ask(decision, { type: 'get-decision' });
    expect(whole.vips.map(({ frontend }) => frontend)).to.deep.equal(['web', 'other', 'lone']);
    expect(runs()).to.deep.equal(['start 3 3']);
  });

  it('decides only the frontends that a backend concerns, once, however many changed together', async () => {
    await start();
    changed(report('a', 'down'));
    changed(report('b', 'down'));
    await tree.clock.settle();
    expect(heard()).to.deep.equal(['web 0 0 100', 'other 0']);
    expect(runs().slice(1)).to.deep.equal(['health 2 2']);
    changed(report('a', 'down'));
    await tree.clock.settle();
    expect(heard(), 'no news').to.deep.equal([]);
    expect(runs()).to.have.length(2);
  });

  it('logs a frontend that goes down as a warning, and what comes back as information', async () => {
    await start();
    changed(report('b', 'down'));
    await tree.clock.settle();
    changed(report('b', 'up'));
    await tree.clock.settle();
    await follow({ kind: 'all' }, { config: sampleConfig(backends, [web]) });
    const told = tree.log.of('frontend-transition').filter(({ fields }) => fields['frontend'] === 'other');
    expect(told.map(({ level, fields }) => `${level} ${fields['from']} ${fields['to']}`)).to.deep.equal([
      'info unknown up',
      'warn up down',
      'info down up',
      'info up removed',
    ]);
  });

  it('tells of a reload what differs: single VIPs, everything when VIPs came or went, and else nothing', async () => {
    await start();
    const reload = async (next: MaglevConfig) => {
      await follow({ kind: 'all' }, { config: next });
      return heard();
    };
    expect(await reload(sampleConfig(backends, [web, other, lone]))).to.deep.equal([]);
    const heavier = sampleFrontend('other', '192.0.2.2', [{ b: 7 }]);
    expect(await reload(sampleConfig(backends, [web, heavier, lone]))).to.deep.equal(['other 7']);
    expect(await reload(sampleConfig(backends, [web, lone]))).to.deep.equal(['all 2']);
    const quicker = sampleConfig(backends, [web, lone]);
    expect(await reload({ ...quicker, lb: { ...quicker.lb, syncInterval: 1 } })).to.deep.equal(['all 2']);
  });

  it('answers what an operator does when VPP has acknowledged it, frontend by frontend', async () => {
    await start();
    const answer = disable('b');
    await tree.clock.advance(40);
    const asked = vpp.takeAll();
    expect(asked.map((one) => one.type === 'vip-wanted' && one.vip.frontend)).to.deep.equal(['web', 'other']);
    for (const one of asked.slice(0, 1)) acknowledge(one);
    expect(await outcome(tree.clock, answer)).to.equal('pending');
    for (const one of asked.slice(1)) acknowledge(one);
    const { applied, tookMs, deserted, uncut } = await answer;
    expect(applied.map(({ frontend, weights }) => [frontend, weights])).to.deep.equal([
      ['web', 1],
      ['other', 1],
    ]);
    expect(tookMs).to.equal(40);
    expect(deserted, 'b was the only one').to.deep.equal(['other']);
    expect(uncut).to.deep.equal([]);
  });

  it('lets an operator wait for VPP 3 s at most', async () => {
    await start();
    const answer = disable('a');
    await tree.clock.advance(2999);
    expect(await outcome(tree.clock, answer)).to.equal('pending');
    await tree.clock.advance(1);
    const { applied, uncut } = await answer;
    expect(applied[0]?.pending).to.include({
      why: 'silent',
      text: 'VPP has not acknowledged it within 3 s',
    });
    expect(uncut).to.deep.equal(['web']);
  });

  for (const [code, why] of [
    ['MGL_VPP_DISCONNECTED', 'disconnected'],
    ['MGL_VPP_TIMEOUT', 'disconnected'],
    ['MGL_ACTOR_CRASHED', 'failed'],
    ['MGL_MAILBOX_FULL', 'failed'],
  ] as const) {
    it(`takes ${code} of VPP's side for an answer: ${why}`, async () => {
      await start();
      const answer = disable('a');
      await tree.clock.settle();
      const [asked] = vpp.takeAll();
      if (asked?.type === 'vip-wanted') asked.reply?.fail(new MaglevError(code, 'gone'));
      expect((await answer).applied[0]?.pending?.why).to.equal(why);
    });
  }

  it('says at once that nothing is written when VPP is disabled', async () => {
    await start(config, false);
    const { applied, uncut } = await disable('a');
    expect(applied[0]).to.deep.include({ frontend: 'web', acknowledged: 0 });
    expect(applied[0]?.pending?.why).to.equal('disabled');
    expect(uncut).to.deep.equal(['web']);
  });

  it('answers at once what causes no write, and says what is waited for', async () => {
    await start();
    const down = disable('a');
    await tree.clock.settle();
    for (const one of vpp.takeAll()) acknowledge(one);
    await down;
    const again = await follow({ kind: 'backend', backend: 'a' }, {});
    expect(again.applied, 'nothing is another').to.deep.equal([]);
    const enabled = await follow({ kind: 'backend', backend: 'a' }, { config });
    expect(enabled).to.deep.include({ applied: [], waits: 'it waits for its first probe', tookMs: 0 });
    expect(heard(), 'VPP keeps what it has').to.deep.equal(['web keep 50 0']);
    await follow({ kind: 'all' }, { config: sampleConfig(backends, [web, other]) });
    const paused = await follow({ kind: 'backend', backend: 'c' }, { paused: new Set(['c']) });
    expect(paused.applied, 'its weight is 0 already').to.deep.equal([]);
  });

  it('cuts the flows of a server also when its weight stays, and knows when that failed', async () => {
    await start();
    const answer = weigh(100, true);
    await tree.clock.settle();
    const [asked] = vpp.takeAll();
    expect(asked).to.deep.include({ type: 'vip-wanted', flush: new Set([ip('10.0.0.1')]) });
    if (asked !== undefined)
      acknowledge(asked, {
        weights: 0,
        flushed: [],
        pending: { why: 'refused', text: 'no', error: null, owed: true },
      });
    expect((await answer).uncut).to.deep.equal(['web']);
  });

  it('takes a server out at once, without waiting for health to hear of it', async () => {
    await start();
    void disable('a');
    await tree.clock.settle();
    expect(heard()).to.deep.equal(['web 0 50 0']);
    changed(report('a', 'up'));
    await tree.clock.settle();
    expect(heard(), 'an old word of health').to.deep.equal([]);
    void follow({ kind: 'backend', backend: 'a' }, { config });
    await tree.clock.settle();
    expect(heard(), 'which does not count afterwards').to.deep.equal(['web keep 50 0']);
    changed(report('a', 'up'));
    await tree.clock.settle();
    expect(heard()).to.deep.equal(['web 100 50 0']);
  });

  it('goes on with all others when one frontend cannot be decided, and answers who waits', async () => {
    const broken = { ...other, pools: [{ name: 'p', backends: [{ name: 'nobody', weight: 1 }] }] };
    await start(sampleConfig(backends, [web, broken, lone]));
    const { vips } = await tree.system.ask(decision, { type: 'get-decision' });
    expect(vips.map(({ frontend }) => frontend)).to.deep.equal(['web', 'other', 'lone']);
    changed(report('a', 'down'));
    await tree.clock.settle();
    expect(heard()).to.deep.equal(['web 0 50 0']);
    const reload = await follow({ kind: 'all' }, { config: sampleConfig(backends, [web, broken]) });
    expect(reload.applied).to.deep.equal([]);
    expect(heard()).to.deep.equal(['all 2']);
    expect(tree.log.of('decision-failed')[0]).to.deep.include({ level: 'error' });
    expect(tree.log.of('actor-crash')).to.deep.equal([]);
  });

  it('keeps the VIP of a frontend as it was when it cannot be decided any more', async () => {
    await start();
    const pools = [{ name: 'p', backends: [{ name: 'nobody', weight: 1 }] }];
    const frontends = new Map(config.frontends).set('web', { ...web, pools });
    const touched = { kind: 'weight', frontend: 'web', backend: 'a', flush: false } as const;
    const answer = await follow(touched, { config: { ...config, frontends } });
    expect(answer).to.deep.include({ applied: [], undecided: ['web'] });
    expect(heard()).to.deep.equal([]);
    const { vips } = await tree.system.ask(decision, { type: 'get-decision' });
    expect(vips[0]?.ases.map(({ weight }) => weight)).to.deep.equal([100, 50, 0]);
  });

  it('comes back from a crash with what is true then, and tells VPP everything', async () => {
    await start();
    reports = [report('a', 'down'), report('b', 'up'), report('c', 'up')];
    crash = 'backend-changed';
    changed(report('a', 'down'));
    await tree.clock.advance(1000);
    expect(heard()).to.deep.equal(['all 3']);
    const { vips } = await tree.system.ask(decision, { type: 'get-decision' });
    expect(vips[0]?.ases.map(({ weight }) => weight)).to.deep.equal([0, 50, 0]);
  });

  it('decides a new config in turns of the event loop, and shows nobody a part of it', async () => {
    const large = (weight: number, count: number) =>
      sampleConfig(
        backends,
        Array.from({ length: count }, (_, i) => sampleFrontend(`f${i}`, `192.0.2.${i}`, [{ a: weight }])),
      );
    await start(large(1, 150));
    let over = false;
    const followed = follow({ kind: 'all' }, { config: large(2, 200) }).then(() => {
      over = true;
    });
    const seen: string[] = [];
    let turns = 0;
    const looks: Promise<unknown>[] = [];
    while (!over && turns < 100) {
      looks.push(
        tree.system.ask(decision, { type: 'list-frontends' }).then((views) => {
          const weights = views.flatMap(({ pools }) => pools.map(({ backends: [one] }) => one?.weight));
          seen.push(`${views.length} of ${[...new Set(weights)].join(' and ')}`);
        }),
      );
      await nextTurn();
      turns++;
    }
    await Promise.all([followed, ...looks]);
    expect(turns).to.be.above(4);
    expect([...new Set(seen)]).to.deep.equal(['200 of 2']);
  });

  it('decides step by step what it would decide at once: whatever happened, in whatever order', async () => {
    const names = ['a', 'b', 'c'] as const;
    const health = fc.record({
      name: fc.constantFrom(...names),
      state: fc.constantFrom('unknown', 'up', 'down', 'paused', 'disabled'),
      givenUp: fc.boolean(),
    });
    const word = fc.record({ name: fc.constantFrom(...names), enabled: fc.boolean(), paused: fc.boolean() });
    const weight = fc.nat(100);
    const property = fc.asyncProperty(
      fc.array(fc.oneof(health, word, weight), { maxLength: 12 }),
      async (events) => {
        tree = new Tree();
        await start();
        const known = new Map<string, BackendReport>(allUp.map((one) => [one.name, one]));
        for (const event of events) {
          if (typeof event === 'number') void weigh(event, false);
          else if ('enabled' in event) {
            const { name, enabled, paused } = event;
            const { backends } = effective.config;
            const backend = backends.get(name);
            if (backend === undefined) throw new Error(name);
            const others = new Map(backends).set(name, { ...backend, enabled });
            const pausedNow = new Set([...effective.paused].filter((one) => one !== name));
            if (paused) pausedNow.add(name);
            const next = { ...effective.config, backends: others };
            void follow({ kind: 'backend', backend: name }, { config: next, paused: pausedNow });
            // Health hears of it, too: what it knew is old.
            const old = report(name, enabled && !paused ? 'unknown' : 'disabled');
            known.set(name, old);
            changed(old);
          } else {
            const one = { ...report(event.name, event.state), givenUp: event.givenUp };
            known.set(event.name, one);
            changed(one);
          }
          if (events.length % 2 === 0) await tree.clock.settle();
        }
        await tree.clock.settle();
        const whole = await tree.system.ask(decision, { type: 'get-decision' });
        const fresh = new Map(
          [...known].map(([name, { address, state, givenUp }]) => [name, { address, state, givenUp }]),
        );
        const circumstances = { effective, heard: fresh, holdAll: false };
        const vips = [...effective.config.frontends.values()].map(
          (one) => decideFrontend(one, circumstances).vip,
        );
        expect(whole.vips).to.deep.equal(vips);
        await tree.end();
      },
    );
    await fc.assert(property, { numRuns: 30 });
  });
});
