import { expect } from 'chai';
import { vipId } from '../../domain/lb.js';
import {
  desiredAs,
  desiredVip,
  ip,
  sampleDecision,
  sampleLbConf,
  vipKey,
} from '../support/domain-samples.js';
import { decision, dns, SessionStage, web } from './session-stage.js';

describe('actors/vpp session, with a mocked VPP mailbox', () => {
  const stage = new SessionStage();
  const { begin, end, start, sync, decideOn, weights, requests } = stage;

  beforeEach(begin);
  afterEach(end);

  it('installs everything at once: the first tick does not wait for an interval', async () => {
    await start();
    expect(stage.tree.clock.monotonic()).to.equal(0);
    expect(weights('192.0.2.1/32')).to.deep.equal({ '10.0.0.1': 100, '10.0.0.2': 50 });
    expect(weights('192.0.2.2/32')).to.deep.equal({ '10.0.0.3': 100 });
    expect(stage.vpp.conf).to.deep.equal(sampleLbConf);
    expect(stage.vpp.writes[0], 'source addresses come before the VIPs that need them').to.deep.equal({
      op: 'conf',
      conf: sampleLbConf,
    });
  });

  it('writes nothing to a VPP that is equal, tick after tick', async () => {
    await start();
    const before = stage.vpp.writes.length;
    await stage.tree.clock.advance(10 * 30_000);
    expect(stage.vpp.writes.length).to.equal(before);
    expect(requests().filter((type) => type === 'read-state').length).to.equal(11);
    expect(requests().filter((type) => type === 'write-conf').length, 'conf is pushed once').to.equal(1);
    expect(stage.tree.log.of('vpp-lb-conf-set').length).to.equal(1);
  });

  it('asks a reconciler again only when VPP or the wish differs from what it was content with', async () => {
    const asked: string[] = [];
    await start(decision, ({ actor, message, phase }) => {
      if (phase === 'before' && message === 'reconcile') asked.push(actor);
    });
    const pass = async () => {
      asked.length = 0;
      await sync(null);
      return asked.map((name) => name.split(',')[0]);
    };
    const [one, other] = ['192.0.2.1_32', '192.0.2.2_32'];
    // The buckets that its own writes led to are not known before they are read.
    expect(await pass()).to.have.members([one, other]);
    expect(await pass()).to.deep.equal([]);
    stage.vpp.vips.get('192.0.2.1/32,tcp,80')?.servers.set(ip('10.0.0.1'), 7);
    expect(await pass()).to.deep.equal([one]);
    expect(weights('192.0.2.1/32')).to.deep.equal({ '10.0.0.1': 100, '10.0.0.2': 50 });
    expect(await pass()).to.deep.equal([one]);
    expect(await pass()).to.deep.equal([]);
    await stage.want(desiredVip('192.0.2.2/32', [desiredAs('10.0.0.3', 0)], { frontend: 'dns' }));
    expect(await pass()).to.deep.equal([other]);
    expect(weights('192.0.2.2/32')).to.deep.equal({ '10.0.0.3': 0 });
    expect(await pass()).to.deep.equal([]);
  });

  it('does not push a conf that is equal', async () => {
    stage.vpp.conf = sampleLbConf;
    await start();
    expect(requests()).to.not.include('write-conf');
    expect(stage.tree.log.of('vpp-lb-conf-set')).to.deep.equal([]);
  });

  it('repairs what was changed by hand at the next tick', async () => {
    await start();
    stage.vpp.apply({
      op: 'vip-add',
      key: vipKey('192.0.2.9/32'),
      encap: 'gre4',
      tableLength: 16,
      srcIpSticky: false,
      reason: '',
    });
    stage.vpp.apply({ op: 'as-del', key: web.key, address: ip('10.0.0.1'), flush: false, reason: '' });
    stage.vpp.apply({
      op: 'as-weight',
      key: dns.key,
      address: ip('10.0.0.3'),
      from: 100,
      weight: 3,
      flush: false,
      reason: '',
    });
    stage.vpp.conf = { ...sampleLbConf, flowTimeout: 7 };
    await stage.tree.clock.advance(29_999);
    expect(weights('192.0.2.2/32')).to.deep.equal({ '10.0.0.3': 3 });
    await stage.tree.clock.advance(1);
    expect([...stage.vpp.vips.keys()]).to.have.members([vipId(web.key), vipId(dns.key)]);
    expect(weights('192.0.2.1/32')).to.deep.equal({ '10.0.0.1': 100, '10.0.0.2': 50 });
    expect(weights('192.0.2.2/32')).to.deep.equal({ '10.0.0.3': 100 });
    expect(stage.vpp.conf).to.deep.equal(sampleLbConf);
    const done = stage.tree.log.of('vpp-lbsync-done').at(-1);
    expect(done?.fields).to.include({
      scope: 'all',
      vipRemoved: 1,
      asAdded: 1,
      asWeightUpdated: 1,
      failures: 0,
    });
  });

  it('carries out a new decision at once: stale VIPs go, new ones come, the conf follows', async () => {
    await start();
    const mail = desiredVip('192.0.2.3/32', [desiredAs('10.0.0.4')], { frontend: 'mail' });
    const changed = {
      ...sampleDecision([web, mail]),
      conf: { ...sampleLbConf, flowTimeout: 20 },
      syncInterval: 10_000,
    };
    decideOn(changed);
    await stage.tree.clock.settle();
    expect([...stage.vpp.vips.keys()]).to.have.members([vipId(web.key), vipId(mail.key)]);
    expect(stage.vpp.conf.flowTimeout).to.equal(20);
    const dels = stage.vpp.writes.filter(({ op }) => op.endsWith('-del'));
    expect(dels.map(({ op }) => op)).to.deep.equal(['as-del', 'vip-del']);
    expect(dels[0]).to.include({ flush: true });
    const before = requests().filter((type) => type === 'read-state').length;
    await stage.tree.clock.advance(10_000);
    expect(requests().filter((type) => type === 'read-state').length, 'the new interval').to.equal(
      before + 1,
    );
  });

  it('replaces neighbours on one prefix together when their encapsulation changes', async () => {
    const a = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1')], { frontend: 'a' });
    const b = { ...a, frontend: 'b', key: { ...a.key, port: 443 } };
    await start({ ...decision, vips: [a, b] });
    const six = [desiredAs('2001:db8::a')];
    const changed = [a, b].map((vip) => ({ ...vip, encap: 'gre6' as const, ases: six }));
    const from = stage.vpp.writes.length;
    decideOn({ ...decision, vips: changed });
    await stage.tree.clock.settle();
    const ops = stage.vpp.writes.slice(from).map(({ op }) => op);
    expect(ops.lastIndexOf('vip-del'), 'all deletes before the first add').to.be.below(
      ops.indexOf('vip-add'),
    );
    expect(stage.vpp.state().vips.map(({ encap }) => encap)).to.deep.equal(['gre6', 'gre6']);
  });

  it('reports what a full sync changed', async () => {
    await start();
    stage.vpp.vips.delete(vipId(web.key));
    const report = await sync(null);
    expect(report).to.deep.equal({
      scope: 'all',
      counts: { vipAdded: 1, vipRemoved: 0, asAdded: 2, asRemoved: 0, asWeightUpdated: 0 },
      failures: [],
      unverified: [],
    });
  });
});
