import { expect } from 'chai';
import type { ActorRef } from '../../actors/kernel/contract.js';
import { vppActor } from '../../actors/vpp/vpp.js';
import type { Applied } from '../../domain/applied.js';
import { MaglevError } from '../../domain/errors.js';
import { type LbState, vipId } from '../../domain/lb.js';
import type { SyncRecord, SyncReport, SyncSummary } from '../../domain/syncs.js';
import type { VppHeard } from '../../domain/vpp-heard.js';
import type { DecisionRequest } from '../../protocol/decision.js';
import type { VouchRequest, VppControl, VppInfo } from '../../protocol/vpp.js';
import { desiredAs, desiredVip, ip, sampleDecision } from '../support/domain-samples.js';
import { type Hook, instrument } from '../support/instrument.js';
import { Machine } from '../support/machine.js';
import { answering, askBy, Tree } from '../support/tree.js';

const web = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1')], { frontend: 'web' });
const decision = sampleDecision([web]);

describe('actors/vpp', () => {
  let tree: Tree;
  let machine: Machine;
  let vpp: ActorRef<VppControl | VouchRequest>;

  const begin = async (hook: Hook = () => {}) => {
    const decisions = answering<DecisionRequest>('frontends', ({ reply }) => reply.ok(decision));
    vpp = tree.start(instrument(vppActor({ open: machine.open, openStats: null, decisions }), hook));
    await tree.clock.settle();
  };
  const ask = async <R>(
    make: (reply: { ok: (value: R) => boolean; fail: (e: MaglevError) => boolean }) => VppControl,
  ) => {
    const asked = askBy<VppControl, R>(tree.system, vpp, make, { timeoutMs: 60_000 }).catch(
      (error: MaglevError) => error,
    );
    await tree.clock.settle();
    return asked;
  };
  const info = () => ask<VppInfo>((reply) => ({ type: 'get-info', reply }));
  const state = () => ask<LbState>((reply) => ({ type: 'get-lb-state', reply }));
  const sync = () => ask<SyncReport>((reply) => ({ type: 'sync', frontend: null, reply }));
  const installed = () => [...machine.vpp.vips.keys()];

  beforeEach(() => {
    tree = new Tree();
    machine = new Machine(tree.clock.monotonic);
  });
  afterEach(() => tree.end());

  it('tries to connect for ever, from 100 ms to 5 s apart', async () => {
    await begin();
    await tree.clock.advance(3_600_000);
    const gaps = machine.openTimes.slice(1).map((time, i) => time - (machine.openTimes[i] ?? 0));
    expect(gaps[0]).to.be.within(80, 120);
    expect(gaps[1]).to.be.within(160, 240);
    expect(Math.max(...gaps)).to.be.within(5000, 6000);
    expect(machine.opens, 'an hour, 5 s apart').to.be.above(600);
    const warnings = tree.log.of('vpp-connect-failed').filter(({ level }) => level === 'warn');
    expect(warnings.length, 'the same failure is told once').to.equal(1);
  });

  it('says that flows are not cut while there is no VPP', async () => {
    await begin();
    vpp.tell({ type: 'vip-wanted', vip: web, flush: new Set() });
    vpp.tell({ type: 'vip-wanted', vip: web, flush: new Set([ip('10.0.0.1')]) });
    await tree.clock.settle();
    expect(tree.log.of('vpp-flush-skipped').map(({ fields }) => fields)).to.deep.equal([
      { frontend: 'web', servers: '10.0.0.1', error: 'no such socket' },
    ]);
  });

  it('tells who decided what VPP has of it: acknowledged, or why it has it not', async () => {
    const want = (weight: number) =>
      ask<Applied>((reply) => ({
        type: 'vip-wanted',
        vip: { ...web, ases: [desiredAs('10.0.0.1', weight)] },
        flush: new Set(),
        reply,
      }));
    await begin();
    expect(await want(1)).to.have.nested.property('pending.why', 'disconnected');
    machine.start();
    await tree.clock.advance(6000);
    expect(machine.vpp.vips.get(vipId(web.key))?.servers, 'it came with the connection').to.deep.equal(
      new Map([['10.0.0.1', 1]]),
    );
    expect(await want(2)).to.deep.include({ acknowledged: 1, weights: 1, pending: null });
    machine.hangs = true;
    const asked = want(3);
    await tree.clock.settle();
    machine.kill();
    expect(await asked).to.include({ code: 'MGL_VPP_DISCONNECTED' });
  });

  it('keeps the syncs of all connections', async () => {
    machine.start();
    await begin();
    machine.kill();
    machine.start();
    await tree.clock.advance(6000);
    const syncs = await ask<readonly SyncSummary[]>((reply) => ({ type: 'list-syncs', reply }));
    expect(syncs).to.have.length(2);
    expect(await ask<SyncRecord>((reply) => ({ type: 'get-sync', id: 2, reply }))).to.deep.include({
      cause: 'tick',
      counts: { vipAdded: 1, vipRemoved: 0, asAdded: 1, asRemoved: 0, asWeightUpdated: 0 },
    });
    expect(await ask((reply) => ({ type: 'get-sync', id: 3, reply }))).to.include({
      code: 'MGL_SYNC_UNKNOWN',
    });
  });

  it('answers at once, with the reason, while there is no VPP', async () => {
    await begin();
    for (const answer of [await info(), await state(), await sync()]) {
      expect(answer).to.include({ code: 'MGL_VPP_DISCONNECTED' });
      expect(answer).to.have.property('message', 'not connected to VPP: no such socket');
    }
    expect(tree.clock.monotonic()).to.equal(0);
  });

  it('tells of a VPP that is too old, and goes on trying', async () => {
    machine.refusal = new MaglevError('MGL_VPP_INCOMPATIBLE', 'VPP 26.06 lacks lb_as_set_weight');
    await begin();
    expect(await info()).to.include({ code: 'MGL_VPP_INCOMPATIBLE' });
    machine.start();
    await tree.clock.advance(6000);
    expect(await info()).to.include({ version: '26.10-spec' });
  });

  it('syncs as soon as VPP is there, and says who it is', async () => {
    machine.start();
    await begin();
    expect(installed()).to.deep.equal([vipId(web.key)]);
    expect(await info()).to.include({ version: '26.10-spec', pid: 101, connectedAt: tree.clock.now() });
    expect(await state()).to.have.nested.property('vips.length', 1);
    expect(await sync()).to.have.nested.property('failures.length', 0);
    expect(tree.log.of('vpp-connect')).to.have.length(1);
  });

  it('builds a new session after every disconnect, with conf and VIPs pushed anew', async () => {
    machine.start();
    await begin();
    for (let i = 1; i <= 3; i++) {
      machine.kill();
      await tree.clock.settle();
      expect(await state()).to.include({ code: 'MGL_VPP_DISCONNECTED' });
      machine.start();
      await tree.clock.advance(6000);
      expect(installed(), `life ${i}`).to.deep.equal([vipId(web.key)]);
      expect(machine.vpp.writes.filter(({ op }) => op === 'conf').length, 'once a connection').to.equal(1);
      expect(await info()).to.include({ pid: 101 + i });
    }
    expect(tree.log.of('vpp-disconnect')).to.have.length(3);
    expect(tree.log.of('actor-crash')).to.deep.equal([]);
  });

  it('does not storm a VPP that lets it in and throws it out', async () => {
    machine.start();
    const open = machine.open;
    const thrownOut = Object.assign(machine, {
      open: async () => {
        const api = await open();
        machine.hangs = true;
        tree.clock.schedule(5, () =>
          machine.disconnect(new MaglevError('MGL_VPP_DISCONNECTED', 'thrown out')),
        );
        return api;
      },
    });
    await begin();
    await tree.clock.advance(60_000);
    expect(thrownOut.opens).to.be.below(25);
  });

  it('looks at VPP once at a time, however many ask', async () => {
    machine.start();
    await begin();
    const before = machine.reads;
    const answers = await Promise.all(Array.from({ length: 100 }, () => state()));
    expect(answers.filter((answer) => !(answer instanceof MaglevError))).to.have.length(100);
    expect(machine.reads - before).to.be.below(4);
  });

  it('does not tick while there is no connection', async () => {
    machine.start();
    await begin();
    machine.kill();
    await tree.clock.settle();
    const before = machine.reads;
    await tree.clock.advance(3_600_000);
    expect(machine.reads).to.equal(before);
  });

  it('asks an idle VPP every 10 s whether it lives', async () => {
    machine.start();
    await begin();
    const before = machine.pings;
    await tree.clock.advance(29_000);
    expect(machine.pings - before).to.equal(2);
  });

  it('gives up a VPP that hangs, and governs it again when it is back', async () => {
    machine.start();
    await begin();
    machine.hangs = true;
    // The next tick asks; nobody answers.
    await tree.clock.advance(30_000);
    const asked = ask<LbState>((reply) => ({ type: 'get-lb-state', reply }));
    await tree.clock.advance(8000);
    const reason = { code: 'MGL_VPP_TIMEOUT', message: 'VPP has not answered for 6 s' };
    expect(await asked, 'whoever waits is told').to.include({ code: 'MGL_VPP_TIMEOUT' });
    expect(tree.log.of('vpp-disconnect')[0]?.fields).to.include({ code: reason.code, error: reason.message });
    machine.hangs = false;
    await tree.clock.advance(6000);
    expect(await sync()).to.have.nested.property('failures.length', 0);
  });

  it('is not put off by a VPP that is merely slow', async () => {
    machine.start();
    await begin();
    machine.hangs = true;
    const asked = ask<LbState>((reply) => ({ type: 'get-lb-state', reply }));
    await tree.clock.advance(4400);
    expect(tree.log.of('vpp-disconnect')).to.deep.equal([]);
    machine.kill();
    expect(await asked).to.include({ code: 'MGL_VPP_DISCONNECTED' });
  });

  it('tells who waits of the silence of VPP before a client gives up', async () => {
    machine.start();
    await begin();
    machine.hangs = true;
    const asked = ask<LbState>((reply) => ({ type: 'get-lb-state', reply }));
    const synced = sync();
    let answer: unknown = null;
    void asked.then((said) => {
      answer = said;
    });
    await tree.clock.advance(4499);
    expect(answer).to.equal(null);
    await tree.clock.advance(1);
    expect(answer).to.include({ code: 'MGL_VPP_TIMEOUT', message: 'VPP has been silent for 4 s' });
    await tree.clock.advance(3000);
    expect(await synced).to.include({ code: 'MGL_VPP_TIMEOUT', message: 'VPP has not answered for 6 s' });
  });

  const vouched = () => {
    const { clock } = tree;
    const answer: { heard: VppHeard | null; at: number } = { heard: null, at: 0 };
    const ok = (heard: VppHeard) => {
      Object.assign(answer, { heard, at: clock.monotonic() });
      return true;
    };
    vpp.tell({ type: 'vouch', reply: { ok, fail: () => true } });
    return answer;
  };

  it('vouches for a VPP that lives, with one ping for all who ask together', async () => {
    machine.start();
    await begin();
    await tree.clock.advance(500);
    const before = machine.pings;
    machine.hangs = true;
    const all = Array.from({ length: 1000 }, vouched);
    await tree.clock.advance(20);
    machine.hangs = false;
    await tree.clock.settle();
    for (const { heard, at } of all) {
      expect(heard).to.deep.equal({ state: 'heard', connectedAt: 0, since: 0 });
      expect(at).to.equal(520);
    }
    expect(machine.pings - before).to.be.within(1, 2);
  });

  it('knows soon that VPP is silent, says so at once from then on, and since when it is heard again', async () => {
    machine.start();
    await begin();
    await tree.clock.advance(500);
    machine.hangs = true;
    const first = vouched();
    await tree.clock.advance(20);
    const second = vouched();
    await tree.clock.advance(100);
    for (const { heard } of [first, second]) expect(heard).to.deep.equal({ state: 'silent', since: 500 });
    expect([first.at, second.at]).to.deep.equal([555, 555]);
    const third = vouched();
    await tree.clock.settle();
    expect(third).to.deep.equal({ heard: { state: 'silent', since: 500 }, at: 620 });
    await tree.clock.advance(1380);
    machine.hangs = false;
    await tree.clock.settle();
    const fourth = vouched();
    await tree.clock.settle();
    expect(fourth.heard).to.deep.equal({ state: 'heard', connectedAt: 0, since: 2000 });
  });

  it('says since when VPP is away: from its last word, not from the end of the connection', async () => {
    await begin();
    const never = vouched();
    await tree.clock.settle();
    expect(never.heard).to.deep.equal({ state: 'away', since: 0 });
    machine.start();
    await tree.clock.advance(10_000);
    machine.hangs = true;
    const silent = vouched();
    await tree.clock.advance(100);
    expect(silent.heard).to.have.property('state', 'silent');
    machine.kill();
    await tree.clock.advance(3000);
    const away = vouched();
    await tree.clock.settle();
    expect(away.heard).to.deep.equal({ state: 'away', since: 10_000 });
  });

  it('does not call a VPP silent that is busy with a long answer to somebody else', async () => {
    machine.start();
    await begin();
    machine.hangs = true;
    const talking = tree.clock.schedule(30, () => machine.speak());
    const asked = vouched();
    await tree.clock.advance(70);
    expect(asked.heard).to.have.property('state', 'heard');
    await tree.clock.advance(100);
    const later = vouched();
    await tree.clock.settle();
    expect(later.heard).to.deep.equal({ state: 'silent', since: 30 });
    talking();
  });

  it('does not vouch for a VPP that another maglevd governs', async () => {
    machine.refusal = new MaglevError('MGL_VPP_GOVERNED', 'another maglevd governs it');
    await begin();
    const spare = vouched();
    await tree.clock.settle();
    expect(spare.heard).to.deep.equal({ state: 'unwatched' });
  });

  it('closes its connection when it ends', async () => {
    machine.start();
    await begin();
    await tree.end();
    expect(machine.closes).to.equal(1);
    expect(
      tree.log.of('vpp-disconnect').map(({ level }) => level),
      'nothing to worry about',
    ).to.deep.equal(['info']);
  });

  for (const actor of ['connection', 'link', 'session']) {
    it(`comes back when ${actor} crashes at any message`, async () => {
      const points = new Set<string>();
      const text = (point: Parameters<Hook>[0]) => `${point.actor} ${point.message} ${point.phase}`;
      const life = async (hook: Hook) => {
        tree = new Tree();
        machine = new Machine(tree.clock.monotonic);
        machine.start();
        await begin(hook);
        await tree.clock.advance(40_000);
        await state();
        await tree.clock.advance(40_000);
        const answer = await sync();
        if (answer instanceof MaglevError)
          expect(answer.code).to.be.oneOf(['MGL_ACTOR_CRASHED', 'MGL_ACTOR_STOPPED']);
        await tree.clock.advance(10_000);
        expect(await sync()).to.have.nested.property('failures.length', 0);
        expect(installed()).to.deep.equal([vipId(web.key)]);
        expect(machine.vpp.writes.filter(({ op }) => op.endsWith('-del'))).to.deep.equal([]);
        await tree.end();
      };
      await life((point) => {
        if (point.actor === actor) points.add(text(point));
      });
      expect(points.size).to.be.above(0);
      for (const crashAt of points) {
        let crashes = 0;
        await life((point) => {
          if (text(point) === crashAt && crashes++ === 0) throw new Error(`crash at ${crashAt}`);
        });
        expect(crashes, crashAt).to.be.above(0);
      }
    });
  }
});
