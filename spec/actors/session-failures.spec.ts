import { expect } from 'chai';
import { MaglevError } from '../../domain/errors.js';
import { vipId } from '../../domain/lb.js';
import type { VppRequest } from '../../protocol/vpp.js';
import { desiredAs, desiredVip, sampleLbConf, vipKey } from '../support/domain-samples.js';
import { answering } from '../support/tree.js';
import { decision, dns, SessionStage, web } from './session-stage.js';

describe('actors/vpp session: what fails, with a mocked VPP mailbox', () => {
  const stage = new SessionStage();
  const { begin, end, start, sync, decideOn, weights, requests } = stage;

  beforeEach(begin);
  afterEach(end);

  it('reads VPP again after a failure instead of repeating blindly, and forgives what turned out done', async () => {
    let refusals = 1;
    stage.vpp.refuse = (operation) => {
      if (operation.op !== 'as-add' || operation.address !== '10.0.0.2' || refusals-- <= 0) return null;
      // Executed all the same: the answer was lost.
      stage.vpp.vips.get(vipId(web.key))?.servers.set(operation.address, operation.weight);
      return new MaglevError('MGL_VPP_TIMEOUT', 'no answer');
    };
    await start();
    expect(weights('192.0.2.1/32')).to.deep.equal({ '10.0.0.1': 100, '10.0.0.2': 50 });
    expect(stage.tree.log.of('vpp-lbsync-done').at(-1)?.fields).to.include({ failures: 0 });
    expect(requests().filter((type) => type === 'read-state').length).to.equal(2);
  });

  it('goes on with everything else when VPP refuses one thing, and tries again sooner than the interval', async () => {
    let broken = true;
    stage.vpp.refuse = (operation) =>
      broken && operation.op === 'as-add' && operation.address === '10.0.0.1'
        ? new MaglevError('MGL_VPP_RETVAL', 'VPP answered -97')
        : null;
    await start();
    expect(weights('192.0.2.1/32')).to.deep.equal({ '10.0.0.2': 50 });
    expect(weights('192.0.2.2/32')).to.deep.equal({ '10.0.0.3': 100 });
    const report = await sync(null);
    expect(report).to.have.nested.property('failures.length', 1);
    expect(report).to.have.nested.property('failures[0].error.code', 'MGL_VPP_RETVAL');
    broken = false;
    await stage.tree.clock.advance(2000);
    expect(weights('192.0.2.1/32')).to.deep.equal({ '10.0.0.2': 50, '10.0.0.1': 100 });
  });

  it('tells a lasting failure once, and does not hurry to repeat it', async () => {
    stage.vpp.refuse = (operation) =>
      operation.op === 'as-add' && operation.address === '10.0.0.1'
        ? new MaglevError('MGL_VPP_RETVAL', 'VPP answered -97')
        : null;
    await start();
    await stage.tree.clock.advance(600_000);
    expect(stage.tree.log.of('vpp-lbsync-as-add').filter(({ level }) => level === 'warn')).to.have.length(1);
    const reads = requests().filter((type) => type === 'read-state').length;
    expect(reads, '20 ticks, the quick repeats of the first minute, and no second passes').to.be.below(32);
  });

  it('tries a decision again within seconds that VPP refuses once more when it was read', async () => {
    await start();
    let refusals = 2;
    stage.vpp.refuse = () => (refusals-- > 0 ? new MaglevError('MGL_VPP_RETVAL', 'VPP answered -97') : null);
    await stage.want({ ...web, ases: [desiredAs('10.0.0.1', 0), desiredAs('10.0.0.2', 50)] });
    expect(weights('192.0.2.1/32')).to.deep.equal({ '10.0.0.1': 100, '10.0.0.2': 50 });
    await stage.tree.clock.advance(2000);
    expect(weights('192.0.2.1/32')).to.deep.equal({ '10.0.0.1': 0, '10.0.0.2': 50 });
  });

  it('carries out within seconds what a reconciler was to do when it crashed', async () => {
    let crashes = 1;
    await start(decision, ({ message, phase }) => {
      if (message === 'wanted' && phase === 'before' && crashes-- > 0) throw new Error('a bug');
    });
    stage.session.tell({
      type: 'vip-wanted',
      vip: { ...web, ases: [desiredAs('10.0.0.1', 0), desiredAs('10.0.0.2', 50)] },
      flush: new Set(),
    });
    await stage.tree.clock.advance(2000);
    expect(weights('192.0.2.1/32')).to.deep.equal({ '10.0.0.1': 0, '10.0.0.2': 50 });
  });

  it('does nothing by a read that is older than a write which failed', async () => {
    await start();
    let answerRead = () => {};
    Object.assign(stage.link, {
      tell: (request: VppRequest) => {
        if (request.type !== 'read-state') queueMicrotask(() => stage.vpp.answer(request));
        else {
          const seen = stage.vpp.reading();
          answerRead = () => request.reply.ok(seen);
        }
        return true;
      },
    });
    const asked = sync(null);
    const writes = stage.vpp.writes.length;
    // Executed, but the answer was lost.
    stage.vpp.refuse = (operation) => {
      stage.vpp.refuse = () => null;
      stage.vpp.apply(operation);
      return new MaglevError('MGL_VPP_TIMEOUT', 'no answer');
    };
    await stage.want({ ...web, ases: [desiredAs('10.0.0.1', 0), desiredAs('10.0.0.2', 50)] });
    for (let i = 0; i < 3; i++) {
      answerRead();
      await stage.tree.clock.settle();
    }
    await asked;
    expect(weights('192.0.2.1/32')).to.deep.equal({ '10.0.0.1': 0, '10.0.0.2': 50 });
    expect(stage.vpp.writes.length, 'it has been executed, as the next read shows').to.equal(writes + 1);
  });

  it('cuts no flows of a VIP that was made anew for what was owed before: they went with it', async () => {
    await start();
    stage.vpp.refuse = ({ op }) =>
      op === 'as-weight' ? new MaglevError('MGL_VPP_RETVAL', 'VPP answered -97') : null;
    await stage.want(web, '10.0.0.2');
    stage.vpp.refuse = () => null;
    const writes = stage.vpp.writes.length;
    stage.decideOn({ ...decision, vips: [{ ...web, tableLength: 2 * web.tableLength }, dns] });
    await stage.tree.clock.settle();
    const made = stage.vpp.writes.slice(writes).map(({ op }) => op);
    expect(made).to.deep.equal(['as-del', 'as-del', 'vip-del', 'vip-add', 'as-add', 'as-add']);
  });

  it('nor those of its neighbours, which are made anew with it', async () => {
    const a = desiredVip('192.0.2.1/32', [desiredAs('2001:db8::a')], { frontend: 'a' });
    const b = { ...a, frontend: 'b', key: { ...a.key, port: 443 } };
    await start({ ...decision, vips: [a, b] });
    stage.vpp.refuse = ({ op }) =>
      op === 'as-weight' ? new MaglevError('MGL_VPP_RETVAL', 'VPP answered -97') : null;
    await stage.want(b, '2001:db8::a');
    stage.vpp.refuse = () => null;
    const from = stage.vpp.writes.length;
    stage.decideOn({ ...decision, vips: [a, b].map((vip) => ({ ...vip, encap: 'gre6' as const })) });
    await stage.tree.clock.advance(2000);
    const made = stage.vpp.writes.slice(from).map(({ op }) => op);
    const gone = ['as-del', 'vip-del'];
    const back = ['vip-add', 'as-add'];
    expect(made).to.deep.equal([...gone, ...gone, ...back, ...back]);
  });

  it('takes nobody away for a server that VPP refuses', async () => {
    await start();
    stage.vpp.refuse = (operation) =>
      operation.op === 'as-add' ? new MaglevError('MGL_VPP_RETVAL', 'VPP answered -97') : null;
    const moved = { ...web, ases: [desiredAs('10.0.0.9')] };
    decideOn({ ...decision, vips: [moved, dns] });
    await stage.tree.clock.advance(120_000);
    expect(weights('192.0.2.1/32')).to.deep.equal({ '10.0.0.1': 100, '10.0.0.2': 50 });
    stage.vpp.refuse = () => null;
    await stage.tree.clock.advance(30_000);
    expect(weights('192.0.2.1/32')).to.deep.equal({ '10.0.0.9': 100 });
  });

  it('leaves a NAT VIP as it is, and reports it', async () => {
    const nat = vipKey('192.0.2.50/32');
    stage.vpp.apply({
      op: 'vip-add',
      key: nat,
      encap: 'nat4',
      tableLength: 16,
      srcIpSticky: false,
      reason: '',
    });
    await start();
    expect(stage.vpp.vips.has(vipId(nat))).to.equal(true);
    const report = await sync(null);
    expect(report).to.have.nested.property('failures.length', 1);
    expect(report)
      .to.have.nested.property('failures[0].error.message')
      .that.matches(/NAT VIPs are not removed/);
    expect(weights('192.0.2.1/32')).to.deep.equal({ '10.0.0.1': 100, '10.0.0.2': 50 });
  });

  it('says so when somebody keeps changing VPP', async () => {
    await start();
    for (let i = 0; i < 4; i++) {
      stage.vpp.vips.delete(vipId(web.key));
      await stage.tree.clock.advance(30_000);
    }
    const drifts = stage.tree.log.of('vpp-lbsync-drift').map(({ fields }) => fields);
    expect(drifts.map(({ syncs }) => syncs)).to.deep.equal([3, 4]);
    expect(drifts[0]?.['advice']).to.match(/Another maglevd or a script may be at work/);
  });

  it('pushes a conf that VPP refuses again and again, but ever more slowly, and tells it once', async () => {
    stage.vpp.conf = { ...sampleLbConf, flowTimeout: 7 };
    stage.link = answering('link', (request) => {
      if (request.type === 'write-conf')
        request.reply.fail(new MaglevError('MGL_VPP_RETVAL', 'VPP answered -70'));
      else stage.vpp.answer(request);
    });
    await start();
    await stage.tree.clock.advance(600_000);
    expect(requests().filter((type) => type === 'write-conf').length).to.be.within(20, 60);
    expect(stage.tree.log.of('vpp-lb-conf-failed').filter(({ level }) => level === 'warn')).to.have.length(1);
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
    await start({ ...decision, vips: many }, ({ actor, phase }) => {
      if (actor === bad && phase === 'before') throw new Error('always');
    });
    await stage.tree.clock.advance(60_000);
    expect(stage.vpp.vips.size).to.equal(199);
  });

  it('ends at once although an answer never comes', async () => {
    stage.link = answering('link', (request) => {
      if (request.type !== 'apply') stage.vpp.answer(request);
    });
    await start();
    const waiting = sync(null);
    await stage.tree.end();
    expect(await waiting).to.include({ code: 'MGL_ACTOR_STOPPED' });
    expect(stage.tree.log.of('actor-abandoned')).to.deep.equal([]);
  });
});
