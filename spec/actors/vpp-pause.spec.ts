import { expect } from 'chai';
import type { ActorRef } from '../../actors/kernel/contract.js';
import { vppActor } from '../../actors/vpp/vpp.js';
import { MaglevError } from '../../domain/errors.js';
import type { IpAddress } from '../../domain/ip.js';
import type { Question } from '../../protocol/address.js';
import type { DecisionRequest, VipWanted } from '../../protocol/decision.js';
import type { VppControl, VppInfo } from '../../protocol/vpp.js';
import { desiredAs, desiredVip, sampleDecision } from '../support/domain-samples.js';
import { FakeVpp } from '../support/fake-vpp.js';
import { Machine } from '../support/machine.js';
import { answering, Tree } from '../support/tree.js';

const decision = sampleDecision([desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1')])]);

const nobody: ReadonlySet<IpAddress> = new Set();

describe('actors/vpp: a VPP that dies under what it is given', () => {
  let tree: Tree;
  let machine: Machine;
  let vpp: ActorRef<VppControl | VipWanted>;
  /** How many of the next changes kill it; its supervisor starts it again at once. */
  let lethal: number;
  let deaths: number[];

  beforeEach(async () => {
    tree = new Tree();
    machine = new Machine(tree.clock.monotonic);
    machine.start();
    lethal = 0;
    deaths = [];
  });
  afterEach(() => tree.end());

  const begin = async () => {
    const decisions = answering<DecisionRequest>('frontends', ({ reply }) => reply.ok(decision));
    const open = async () => {
      const api = await machine.open();
      const { disconnect } = machine;
      const gone = new MaglevError('MGL_VPP_DISCONNECTED', 'VPP closed the connection');
      let dead = false;
      return {
        ...api,
        send: (...[operation, done]: Parameters<typeof api.send>) => {
          if (!dead && lethal === 0) {
            api.send(operation, done);
            return;
          }
          queueMicrotask(() => done(gone));
          if (dead) return;
          dead = true;
          lethal--;
          deaths.push(tree.clock.monotonic());
          machine.vpp = new FakeVpp();
          machine.underWay = { kinds: new Map([['lb_add_del_vip_v2', 1]]), oldest: 'the last straw' };
          disconnect(gone);
        },
      };
    };
    vpp = tree.start(vppActor({ open, openStats: null, decisions }));
    await tree.clock.settle();
  };
  const ask = async <K extends Question<VppControl> & { readonly type: string }>(question: K) => {
    const asked = tree.system
      .ask<VppControl, K>(vpp, question, { timeoutMs: 60_000 })
      .catch((error: MaglevError) => error);
    await tree.clock.settle();
    return asked;
  };
  const info = () => ask({ type: 'get-info' });
  const installed = () => machine.vpp.vips.size;
  const told = () => tree.log.of('vpp-died-writing').map(({ level }) => level);

  it('is given the same again at once after its first death', async () => {
    lethal = 1;
    await begin();
    await tree.clock.advance(1000);
    expect(installed()).to.equal(1);
    expect(told()).to.deep.equal(['warn']);
    expect(await info()).to.include({ pausedUntil: null });
  });

  it('is left alone for 10 s, 20 s, 40 s ... from the second death on, which is an error in the log', async () => {
    lethal = 5;
    await begin();
    await tree.clock.advance(200_000);
    const gaps = deaths.slice(1).map((at, i) => Math.round((at - (deaths[i] ?? 0)) / 1000));
    expect(gaps).to.deep.equal([0, 10, 20, 40]);
    expect(told()).to.deep.equal(['warn', 'error', 'error', 'error', 'error']);
    expect(tree.log.of('vpp-died-writing')[1]?.fields).to.deep.include({
      deaths: 2,
      writing: 'the last straw',
      underWay: { lb_add_del_vip_v2: 1 },
      pauseMs: 10_000,
      code: 'MGL_VPP_PAUSED',
    });
    expect(installed(), 'it is governed in the end').to.equal(1);
  });

  it('tells of the pause, answers what can be read, and is synced at once by who asks for it', async () => {
    lethal = 2;
    await begin();
    await tree.clock.advance(2000);
    expect(installed()).to.equal(0);
    const { pausedUntil } = (await info()) as VppInfo;
    expect(pausedUntil).to.be.within(tree.clock.now() + 7000, tree.clock.now() + 10_000);
    expect(await ask({ type: 'get-lb-state' })).to.have.property('vips');
    const counters = await ask({ type: 'get-lb-counters' });
    expect(counters).to.include({ code: 'MGL_VPP_PAUSED' });
    const [vip] = decision.vips;
    if (vip === undefined) throw new Error('no VIP');
    const wanted = tree.system.ask(vpp, { type: 'vip-wanted', vip, flush: nobody });
    await tree.clock.settle();
    expect(await wanted).to.have.nested.property('pending.why', 'paused');
    const report = await ask({ type: 'sync', frontend: null });
    expect(report).to.have.nested.property('counts.vipAdded', 1);
    expect(installed()).to.equal(1);
    expect(await info()).to.include({ pausedUntil: null });
  });

  it('has its deaths forgotten when it is equal to the decision', async () => {
    for (let life = 0; life < 4; life++) {
      lethal = 1;
      machine.underWay = null;
      if (life === 0) await begin();
      else machine.kill();
      machine.start();
      await tree.clock.advance(8000);
      expect(installed()).to.equal(1);
    }
    expect(told()).to.deep.equal(['warn', 'warn', 'warn', 'warn']);
  });

  it('has its deaths forgotten when it has refused something for good, but lived through all the rest', async () => {
    for (let life = 0; life < 3; life++) {
      lethal = 1;
      machine.underWay = null;
      if (life === 0) await begin();
      else machine.kill();
      machine.start();
      await tree.clock.advance(10);
      machine.vpp.refuse = ({ op }) =>
        op === 'as-add' ? new MaglevError('MGL_VPP_RETVAL', 'VPP answered -97') : null;
      await tree.clock.advance(60_000);
      expect(installed()).to.equal(1);
    }
    expect(told()).to.deep.equal(['warn', 'warn', 'warn']);
  });

  it('is not left alone when the connection ends for another reason, or with nothing under way', async () => {
    await begin();
    for (const code of ['MGL_VPP_TIMEOUT', 'MGL_VPP_PROTOCOL'] as const) {
      for (let i = 0; i < 3; i++) {
        machine.underWay = { kinds: new Map([['lb_as_set_weight', 9]]), oldest: 'a weight' };
        machine.disconnect(new MaglevError(code, 'given up'));
        await tree.clock.advance(10);
      }
    }
    machine.underWay = null;
    for (let i = 0; i < 3; i++) {
      machine.kill();
      machine.start();
      await tree.clock.advance(10);
    }
    expect(told()).to.deep.equal([]);
    await tree.clock.advance(8000);
    expect(installed()).to.equal(1);
  });
});
