import { expect } from 'chai';
import type { ActorRef } from '../../actors/kernel/contract.js';
import { type SessionMessage, sessionActor } from '../../actors/vpp/session.js';
import { MaglevError } from '../../domain/errors.js';
import { type Decision, vipId } from '../../domain/lb.js';
import { StandingDecision } from '../../domain/standing-decision.js';
import type { Address } from '../../protocol/address.js';
import type { SyncReport, VppRequest } from '../../protocol/vpp.js';
import { desiredAs, desiredVip, ip, vipKey } from '../support/domain-samples.js';
import { FakeVpp } from '../support/fake-vpp.js';
import { instrument } from '../support/instrument.js';
import { answering, Tree } from '../support/tree.js';

const conf = {
  ipv4Source: ip('198.51.100.1'),
  ipv6Source: ip('2001:db8::1'),
  stickyBucketsPerCore: 65536,
  flowTimeout: 40,
};
const web = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1'), desiredAs('10.0.0.2', 50)], {
  frontend: 'web',
});
const dns = desiredVip('192.0.2.2/32', [desiredAs('10.0.0.3')], { frontend: 'dns' });
const decision: Decision = { conf, syncInterval: 30_000, statsInterval: 5_000, vips: [web, dns] };

describe('actors/vpp session, with a mocked VPP mailbox', () => {
  let tree: Tree;
  let vpp: FakeVpp;
  let link: Address<VppRequest> & { readonly received: VppRequest[] };
  let session: ActorRef<SessionMessage>;
  let current: StandingDecision;

  const begin = async (wanted = decision) => {
    current = new StandingDecision(wanted);
    session = tree.start(sessionActor({ link, wanted: current, synced: () => {}, stats: null }));
    await tree.clock.settle();
  };
  const sync = async (frontend: string | null): Promise<SyncReport | MaglevError> => {
    const asked = tree.system
      .ask<SessionMessage, SyncReport>(session, (reply) => ({ type: 'sync', frontend, reply }))
      .catch((error: MaglevError) => error);
    await tree.clock.settle();
    return asked;
  };
  const decideOn = (wanted: Decision) => {
    current.replace(wanted);
    session.tell({ type: 'wanted-changed' });
  };
  const weights = (prefix: string) =>
    Object.fromEntries(vpp.vips.get(vipId(vipKey(prefix)))?.servers ?? new Map([['no such VIP', 0]]));
  const requests = () => link.received.map(({ type }) => type);

  beforeEach(() => {
    tree = new Tree();
    vpp = new FakeVpp();
    link = answering('link', (request) => vpp.answer(request));
  });
  afterEach(() => tree.end());

  it('installs everything at once: the first tick does not wait for an interval', async () => {
    await begin();
    expect(tree.clock.monotonic()).to.equal(0);
    expect(weights('192.0.2.1/32')).to.deep.equal({ '10.0.0.1': 100, '10.0.0.2': 50 });
    expect(weights('192.0.2.2/32')).to.deep.equal({ '10.0.0.3': 100 });
    expect(vpp.conf).to.deep.equal(conf);
    expect(vpp.writes[0], 'source addresses come before the VIPs that need them').to.deep.equal({
      op: 'conf',
      conf,
    });
  });

  it('writes nothing to a VPP that is equal, tick after tick', async () => {
    await begin();
    const before = vpp.writes.length;
    await tree.clock.advance(10 * 30_000);
    expect(vpp.writes.length).to.equal(before);
    expect(requests().filter((type) => type === 'read-state').length).to.equal(11);
    expect(requests().filter((type) => type === 'write-conf').length, 'conf is pushed once').to.equal(1);
    expect(tree.log.of('vpp-lb-conf-set').length).to.equal(1);
  });

  it('does not push a conf that is equal', async () => {
    vpp.conf = conf;
    await begin();
    expect(requests()).to.not.include('write-conf');
    expect(tree.log.of('vpp-lb-conf-set')).to.deep.equal([]);
  });

  it('repairs what was changed by hand at the next tick', async () => {
    await begin();
    vpp.apply({
      op: 'vip-add',
      key: vipKey('192.0.2.9/32'),
      encap: 'gre4',
      tableLength: 16,
      srcIpSticky: false,
      reason: '',
    });
    vpp.apply({ op: 'as-del', key: web.key, address: ip('10.0.0.1'), flush: false, reason: '' });
    vpp.apply({
      op: 'as-weight',
      key: dns.key,
      address: ip('10.0.0.3'),
      from: 100,
      weight: 3,
      flush: false,
      reason: '',
    });
    vpp.conf = { ...conf, flowTimeout: 7 };
    await tree.clock.advance(29_999);
    expect(weights('192.0.2.2/32')).to.deep.equal({ '10.0.0.3': 3 });
    await tree.clock.advance(1);
    expect([...vpp.vips.keys()]).to.have.members([vipId(web.key), vipId(dns.key)]);
    expect(weights('192.0.2.1/32')).to.deep.equal({ '10.0.0.1': 100, '10.0.0.2': 50 });
    expect(weights('192.0.2.2/32')).to.deep.equal({ '10.0.0.3': 100 });
    expect(vpp.conf).to.deep.equal(conf);
    const done = tree.log.of('vpp-lbsync-done').at(-1);
    expect(done?.fields).to.include({
      scope: 'all',
      vipRemoved: 1,
      asAdded: 1,
      asWeightUpdated: 1,
      failures: 0,
    });
  });

  it('carries out a new decision at once: stale VIPs go, new ones come, the conf follows', async () => {
    await begin();
    const mail = desiredVip('192.0.2.3/32', [desiredAs('10.0.0.4')], { frontend: 'mail' });
    const changed = {
      conf: { ...conf, flowTimeout: 20 },
      syncInterval: 10_000,
      statsInterval: 5_000,
      vips: [web, mail],
    };
    decideOn(changed);
    await tree.clock.settle();
    expect([...vpp.vips.keys()]).to.have.members([vipId(web.key), vipId(mail.key)]);
    expect(vpp.conf.flowTimeout).to.equal(20);
    const dels = vpp.writes.filter(({ op }) => op.endsWith('-del'));
    expect(dels.map(({ op }) => op)).to.deep.equal(['as-del', 'vip-del']);
    expect(dels[0]).to.include({ flush: true });
    const before = requests().filter((type) => type === 'read-state').length;
    await tree.clock.advance(10_000);
    expect(requests().filter((type) => type === 'read-state').length, 'the new interval').to.equal(
      before + 1,
    );
  });

  it('replaces neighbours on one prefix together when their encapsulation changes', async () => {
    const a = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1')], { frontend: 'a' });
    const b = { ...a, frontend: 'b', key: { ...a.key, port: 443 } };
    await begin({ ...decision, vips: [a, b] });
    const six = [desiredAs('2001:db8::a')];
    const changed = [a, b].map((vip) => ({ ...vip, encap: 'gre6' as const, ases: six }));
    const from = vpp.writes.length;
    decideOn({ ...decision, vips: changed });
    await tree.clock.settle();
    const ops = vpp.writes.slice(from).map(({ op }) => op);
    expect(ops.lastIndexOf('vip-del'), 'all deletes before the first add').to.be.below(
      ops.indexOf('vip-add'),
    );
    expect(vpp.state().vips.map(({ encap }) => encap)).to.deep.equal(['gre6', 'gre6']);
  });

  describe('sync of one frontend', () => {
    it('repairs its VIP and leaves all others alone, stale ones too', async () => {
      await begin();
      const alien = vipKey('192.0.2.9/32');
      vpp.apply({
        op: 'vip-add',
        key: alien,
        encap: 'gre4',
        tableLength: 16,
        srcIpSticky: false,
        reason: '',
      });
      vpp.apply({ op: 'as-del', key: web.key, address: ip('10.0.0.1'), flush: false, reason: '' });
      vpp.apply({ op: 'as-del', key: dns.key, address: ip('10.0.0.3'), flush: false, reason: '' });
      const report = await sync('web');
      expect(report).to.deep.include({ scope: 'vip', failures: [] });
      expect(report).to.have.nested.property('counts.asAdded', 1);
      expect(weights('192.0.2.1/32')).to.deep.equal({ '10.0.0.2': 50, '10.0.0.1': 100 });
      expect(weights('192.0.2.2/32')).to.deep.equal({});
      expect(vpp.vips.has(vipId(alien))).to.equal(true);
    });

    it('fails for an unknown name, and says which', async () => {
      await begin();
      const report = await sync('wbe');
      expect(report).to.be.instanceOf(MaglevError);
      expect(report).to.include({
        code: 'MGL_FRONTEND_UNKNOWN',
        message: 'frontend "wbe" is not in the config',
      });
    });
  });

  describe('a change of the decision about one frontend', () => {
    const failed = { ...web, ases: [desiredAs('10.0.0.1', 0, true), desiredAs('10.0.0.2', 50)] };
    const want = async (vip: typeof web, ...flush: string[]) => {
      current.replaceVip(vip);
      session.tell({ type: 'vip-wanted', frontend: vip.frontend, flush: new Set(flush.map(ip)) });
      await tree.clock.settle();
    };

    it('reaches VPP at once, in one batch, without a read, and concerns no other VIP', async () => {
      await begin();
      const from = link.received.length;
      const writes = vpp.writes.length;
      await want(failed);
      expect(link.received.slice(from).map(({ type }) => type)).to.deep.equal(['apply']);
      expect(vpp.writes.slice(writes)).to.have.length(1);
      expect(vpp.writes[writes]).to.include({
        op: 'as-weight',
        address: '10.0.0.1',
        from: 100,
        weight: 0,
        flush: true,
      });
      expect(tree.log.of('vpp-lbsync-done').at(-1)?.fields).to.include({
        scope: 'vip',
        frontend: 'web',
        asWeightUpdated: 1,
      });
      await tree.clock.advance(60_000);
      expect(vpp.writes.length, 'and the next full sync finds VPP equal').to.equal(writes + 1);
    });

    it('does not wait for a full sync that is under way, and is not undone by what that one read before', async () => {
      let answerRead = () => {};
      await begin();
      link = Object.assign(link, {
        tell: (request: VppRequest) => {
          link.received.push(request);
          if (request.type !== 'read-state') queueMicrotask(() => vpp.answer(request));
          else {
            const seen = vpp.state();
            answerRead = () => request.reply.ok(seen);
          }
          return true;
        },
      });
      const asked = sync(null);
      const writes = vpp.writes.length;
      await want(failed);
      expect(weights('192.0.2.1/32'), 'before the full sync goes on').to.deep.equal({
        '10.0.0.1': 0,
        '10.0.0.2': 50,
      });
      answerRead();
      expect(await asked).to.have.nested.property('failures.length', 0);
      expect(weights('192.0.2.1/32')).to.deep.equal({ '10.0.0.1': 0, '10.0.0.2': 50 });
      expect(vpp.writes.length).to.equal(writes + 1);
    });

    it('reads VPP before it goes on when VPP refuses, because somebody changed it by hand', async () => {
      await begin();
      vpp.apply({ op: 'as-del', key: web.key, address: ip('10.0.0.1'), flush: false, reason: '' });
      await want(failed);
      expect(weights('192.0.2.1/32')).to.deep.equal({ '10.0.0.2': 50, '10.0.0.1': 0 });
    });

    it('cuts the flows of a server when told to, though its weight stays', async () => {
      await begin();
      const writes = vpp.writes.length;
      await want(web, '10.0.0.2');
      expect(vpp.writes.slice(writes)).to.have.length(1);
      expect(vpp.writes[writes]).to.include({ address: '10.0.0.2', from: 50, weight: 50, flush: true });
    });

    it('is forgotten when the frontend is gone', async () => {
      await begin();
      const writes = vpp.writes.length;
      await want({ ...failed, frontend: 'gone' });
      expect(vpp.writes.length).to.equal(writes);
    });
  });

  it('reports what a full sync changed', async () => {
    await begin();
    vpp.vips.delete(vipId(web.key));
    const report = await sync(null);
    expect(report).to.deep.equal({
      scope: 'all',
      counts: { vipAdded: 1, vipRemoved: 0, asAdded: 2, asRemoved: 0, asWeightUpdated: 0 },
      failures: [],
    });
  });

  it('reads VPP again after a failure instead of repeating blindly, and forgives what turned out done', async () => {
    let refusals = 1;
    vpp.refuse = (operation) => {
      if (operation.op !== 'as-add' || operation.address !== '10.0.0.2' || refusals-- <= 0) return null;
      // Executed all the same: the answer was lost.
      vpp.vips.get(vipId(web.key))?.servers.set(operation.address, operation.weight);
      return new MaglevError('MGL_VPP_TIMEOUT', 'no answer');
    };
    await begin();
    expect(weights('192.0.2.1/32')).to.deep.equal({ '10.0.0.1': 100, '10.0.0.2': 50 });
    expect(tree.log.of('vpp-lbsync-done').at(-1)?.fields).to.include({ failures: 0 });
    expect(requests().filter((type) => type === 'read-state').length).to.equal(2);
  });

  it('goes on with everything else when VPP refuses one thing, and tries again sooner than the interval', async () => {
    let broken = true;
    vpp.refuse = (operation) =>
      broken && operation.op === 'as-add' && operation.address === '10.0.0.1'
        ? new MaglevError('MGL_VPP_RETVAL', 'VPP answered -97')
        : null;
    await begin();
    expect(weights('192.0.2.1/32')).to.deep.equal({ '10.0.0.2': 50 });
    expect(weights('192.0.2.2/32')).to.deep.equal({ '10.0.0.3': 100 });
    const report = await sync(null);
    expect(report).to.have.nested.property('failures.length', 1);
    expect(report).to.have.nested.property('failures[0].error.code', 'MGL_VPP_RETVAL');
    broken = false;
    await tree.clock.advance(2000);
    expect(weights('192.0.2.1/32')).to.deep.equal({ '10.0.0.2': 50, '10.0.0.1': 100 });
  });

  it('tells a lasting failure once, and does not hurry to repeat it', async () => {
    vpp.refuse = (operation) =>
      operation.op === 'as-add' && operation.address === '10.0.0.1'
        ? new MaglevError('MGL_VPP_RETVAL', 'VPP answered -97')
        : null;
    await begin();
    await tree.clock.advance(600_000);
    expect(tree.log.of('vpp-lbsync-as-add').filter(({ level }) => level === 'warn')).to.have.length(1);
    const reads = requests().filter((type) => type === 'read-state').length;
    expect(reads, '20 ticks, the quick repeats of the first minute, and no second passes').to.be.below(32);
  });

  it('takes nobody away for a server that VPP refuses', async () => {
    await begin();
    vpp.refuse = (operation) =>
      operation.op === 'as-add' ? new MaglevError('MGL_VPP_RETVAL', 'VPP answered -97') : null;
    const moved = { ...web, ases: [desiredAs('10.0.0.9')] };
    decideOn({ ...decision, vips: [moved, dns] });
    await tree.clock.advance(120_000);
    expect(weights('192.0.2.1/32')).to.deep.equal({ '10.0.0.1': 100, '10.0.0.2': 50 });
    vpp.refuse = () => null;
    await tree.clock.advance(30_000);
    expect(weights('192.0.2.1/32')).to.deep.equal({ '10.0.0.9': 100 });
  });

  it('leaves a NAT VIP as it is, and reports it', async () => {
    const nat = vipKey('192.0.2.50/32');
    vpp.apply({ op: 'vip-add', key: nat, encap: 'nat4', tableLength: 16, srcIpSticky: false, reason: '' });
    await begin();
    expect(vpp.vips.has(vipId(nat))).to.equal(true);
    const report = await sync(null);
    expect(report).to.have.nested.property('failures.length', 1);
    expect(report)
      .to.have.nested.property('failures[0].error.message')
      .that.matches(/NAT VIPs are not removed/);
    expect(weights('192.0.2.1/32')).to.deep.equal({ '10.0.0.1': 100, '10.0.0.2': 50 });
  });

  it('says so when somebody keeps changing VPP', async () => {
    await begin();
    for (let i = 0; i < 4; i++) {
      vpp.vips.delete(vipId(web.key));
      await tree.clock.advance(30_000);
    }
    expect(tree.log.of('vpp-lbsync-drift').map(({ fields }) => fields['syncs'])).to.deep.equal([3, 4]);
  });

  it('pushes a conf that VPP refuses again and again, but ever more slowly, and tells it once', async () => {
    vpp.conf = { ...conf, flowTimeout: 7 };
    link = answering('link', (request) => {
      if (request.type === 'write-conf')
        request.reply.fail(new MaglevError('MGL_VPP_RETVAL', 'VPP answered -70'));
      else vpp.answer(request);
    });
    await begin();
    await tree.clock.advance(600_000);
    expect(requests().filter((type) => type === 'write-conf').length).to.be.within(20, 60);
    expect(tree.log.of('vpp-lb-conf-failed').filter(({ level }) => level === 'warn')).to.have.length(1);
    expect(weights('192.0.2.1/32'), 'and the VIPs are served meanwhile').to.deep.equal({
      '10.0.0.1': 100,
      '10.0.0.2': 50,
    });
  });

  it('does not let one VIP whose reconciler always crashes keep the others from VPP', async () => {
    const many = Array.from({ length: 200 }, (_, i) =>
      desiredVip(`192.0.3.${i}/32`, [desiredAs('10.0.0.1')], { frontend: `f${i}` }),
    );
    const bad = vipId(vipKey('192.0.3.0/32')).replace('/', '_');
    current = new StandingDecision({ ...decision, vips: many });
    const spec = instrument(
      sessionActor({ link, wanted: current, synced: () => {}, stats: null }),
      ({ actor, phase }) => {
        if (actor === bad && phase === 'before') throw new Error('always');
      },
    );
    session = tree.start(spec);
    await tree.clock.advance(60_000);
    expect(vpp.vips.size).to.equal(199);
  });

  it('ends at once although an answer never comes', async () => {
    link = answering('link', (request) => {
      if (request.type !== 'apply') vpp.answer(request);
    });
    await begin();
    const waiting = sync(null);
    await tree.end();
    expect(await waiting).to.include({ code: 'MGL_ACTOR_STOPPED' });
    expect(tree.log.of('actor-abandoned')).to.deep.equal([]);
  });
});
