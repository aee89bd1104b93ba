import { expect } from 'chai';
import { MaglevError } from '../../domain/errors.js';
import type { LbOperation } from '../../domain/lb.js';
import type { VppRequest } from '../../protocol/vpp.js';
import { desiredAs, desiredVip, ip, sampleDecision } from '../support/domain-samples.js';
import { answering } from '../support/tree.js';
import { dns, SessionStage, web } from './session-stage.js';

const failed = { ...web, ases: [desiredAs('10.0.0.1', 0, true), desiredAs('10.0.0.2', 50)] };

describe('actors/vpp session: what VPP has of a decision, as it is answered', () => {
  const stage = new SessionStage();
  const { begin, end, start, want, sync, weights } = stage;

  beforeEach(begin);
  afterEach(end);

  it('is told when VPP has acknowledged it, with what was done', async () => {
    await start();
    expect(await want(failed)).to.deep.equal({
      frontend: 'web',
      acknowledged: 1,
      weights: 1,
      flushed: ['10.0.0.1'],
      pending: null,
    });
    expect(weights('192.0.2.1/32')).to.deep.equal({ '10.0.0.1': 0, '10.0.0.2': 50 });
  });

  it('waits for VPP, and not for what else is asked of it', async () => {
    await start();
    let acknowledge = () => {};
    Object.assign(stage.link, {
      tell: (request: VppRequest) => {
        acknowledge = () => stage.vpp.answer(request);
        return true;
      },
    });
    expect(await want(failed)).to.equal('waits');
    acknowledge();
    await stage.tree.clock.settle();
    expect(weights('192.0.2.1/32')).to.include({ '10.0.0.1': 0 });
  });

  it('is told at once when it needs no write', async () => {
    await start();
    const requests = stage.link.received.length;
    expect(await want(web)).to.deep.include({ acknowledged: 0, pending: null });
    expect(stage.link.received.length).to.equal(requests);
  });

  it('is that VPP refused, and why, before it is tried again', async () => {
    await start();
    stage.vpp.refuse = ({ op }) =>
      op === 'as-weight' ? new MaglevError('MGL_VPP_RETVAL', 'VPP answered -73') : null;
    const answer = await want(failed);
    expect(answer).to.deep.include({ acknowledged: 0, weights: 0, flushed: [] });
    expect(answer).to.have.nested.property('pending.why', 'refused');
    expect(answer).to.have.nested.property('pending.error.code', 'MGL_VPP_RETVAL');
    expect(answer)
      .to.have.nested.property('pending.text')
      .that.matches(/VPP answered -73.*tried again/);
    stage.vpp.refuse = () => null;
    await stage.tree.clock.advance(30_000);
    expect(weights('192.0.2.1/32'), 'as it was said').to.deep.equal({ '10.0.0.1': 0, '10.0.0.2': 50 });
  });

  it('is that VPP did not answer', async () => {
    await start();
    stage.vpp.refuse = () => new MaglevError('MGL_VPP_TIMEOUT', 'no answer');
    expect(await want(failed)).to.have.nested.property('pending.why', 'silent');
  });

  it('is that VPP has to be read first, when a full sync has not come to it yet', async () => {
    stage.link = answering('link', (request) => {
      if (request.type !== 'read-state') stage.vpp.answer(request);
    });
    await start();
    expect(await want(failed)).to.have.nested.property('pending.why', 'full-sync');
  });

  it('is that a full sync must make the VIP anew', async () => {
    await start();
    const sticky = { ...failed, srcIpSticky: true };
    const answer = await want(sticky);
    expect(answer).to.have.nested.property('pending.why', 'full-sync');
    expect(answer)
      .to.have.nested.property('pending.text')
      .that.matches(/must be made anew/);
    await stage.tree.clock.advance(1);
    expect(
      stage.vpp.state().vips.map(({ srcIpSticky }) => srcIpSticky),
      'which it does',
    ).to.include(true);
  });

  it('is that the config has changed, when its frontend has another VIP by then', async () => {
    await start();
    expect(await want({ ...web, frontend: 'gone' })).to.have.nested.property('pending.why', 'full-sync');
  });

  it('fails when the connection is lost, and when the session ends, and so is given once in every case', async () => {
    for (const lose of [
      (request: VppRequest) => request.reply.fail(new MaglevError('MGL_VPP_DISCONNECTED', 'VPP went')),
      () => void stage.tree.system.stop(),
    ]) {
      begin();
      await start();
      Object.assign(stage.link, {
        tell: (request: VppRequest) => {
          queueMicrotask(() => lose(request));
          return true;
        },
      });
      const answer = await want(failed);
      expect(answer).to.have.property('code').that.is.oneOf(['MGL_VPP_DISCONNECTED', 'MGL_ACTOR_STOPPED']);
      await end();
    }
    begin();
    await start();
  });

  it('is given to each of those who ask in a row, the last decision being in force', async () => {
    await start();
    const weighing = (weight: number) => ({
      ...web,
      ases: [desiredAs('10.0.0.1', weight), desiredAs('10.0.0.2', 50)],
    });
    const answers = await Promise.all([10, 20, 30].map((weight) => want(weighing(weight))));
    for (const answer of answers) expect(answer).to.have.property('pending', null);
    expect(weights('192.0.2.1/32')).to.deep.equal({ '10.0.0.1': 30, '10.0.0.2': 50 });
  });

  it('says nothing of servers that the decision is not about when a sync repairs them', async () => {
    await start();
    stage.vpp.apply({ op: 'as-del', key: dns.key, address: ip('10.0.0.3'), flush: false, reason: '' });
    const [report, answer] = await Promise.all([sync(null), want(failed)]);
    expect(report).to.have.nested.property('failures.length', 0);
    expect(answer).to.include({ acknowledged: 1 });
  });
});

describe('actors/vpp session: a decision overtakes', () => {
  const stage = new SessionStage();
  const { begin, end, start, want } = stage;
  const servers = Array.from({ length: 300 }, (_, i) => desiredAs(`10.1.${i >> 8}.${i & 255}`));
  const huge = desiredVip('192.0.2.1/32', servers, { frontend: 'web', tableLength: 2 ** 20 });
  /** What VPP was sent, and is at work on: it needs 30 ms for each operation. */
  let queue: VppRequest[];
  let executed: LbOperation[];

  beforeEach(() => {
    begin();
    queue = [];
    executed = [];
    stage.link = answering('link', (request) => {
      if (request.type === 'apply') queue.push(request);
      else stage.vpp.answer(request);
    });
  });
  afterEach(end);

  /** VPP works until there is nothing more, or `until` says so. */
  const work = async (until: () => boolean = () => false) => {
    for (let i = 0; i < 10_000 && queue.length > 0 && !until(); i++) {
      const request = queue.shift();
      if (request?.type === 'apply') {
        executed.push(...request.operations);
        stage.vpp.answer(request);
      }
      await stage.tree.clock.settle();
    }
  };

  it('the long batch of its own VIP: a server that fails is out within a few operations', async () => {
    await start(sampleDecision([huge]));
    await work(() => executed.length > 100);
    const [first, ...others] = servers;
    if (first === undefined) throw new Error('no server');
    expect(stage.weights('192.0.2.1/32')).to.include({ '10.1.0.0': 100 });
    const before = executed.length;
    const answer = want({ ...huge, ases: [{ ...first, weight: 0, flush: true, reason: 'down' }, ...others] });
    await answer;
    await work(() => executed.some(({ op }) => op === 'as-weight'));
    const cut = executed.findIndex(({ op }) => op === 'as-weight');
    expect(cut - before, 'operations of 30 ms before it').to.be.within(0, 4);
    expect(executed[cut]).to.include({ address: '10.1.0.0', weight: 0, flush: true });
    await work();
    expect(Object.keys(stage.weights('192.0.2.1/32'))).to.have.length(300);
    expect(executed.filter(({ op }) => op === 'as-add')).to.have.length(300);
    await stage.tree.clock.advance(1000);
    expect(stage.tree.log.of('vpp-lbsync-done').at(-1)?.fields).to.include({ failures: 0 });
  });

  it('but never the removal and the return of a VIP: that is one batch, whatever it costs', async () => {
    stage.vpp.apply({
      op: 'vip-add',
      key: huge.key,
      encap: 'gre4',
      tableLength: 1024,
      srcIpSticky: false,
      reason: '',
    });
    await start(sampleDecision([huge]));
    const [request] = queue;
    expect(request).to.have.nested.property('operations.length', 302);
    expect(request).to.have.property('urgent', false);
    await work();
    expect(Object.keys(stage.weights('192.0.2.1/32'))).to.have.length(300);
  });

  it('a decision that was taken back while VPP was slow: nobody is taken out who is in again', async () => {
    await start(sampleDecision([web]));
    await work();
    void want({ ...web, ases: [desiredAs('10.0.0.1'), desiredAs('10.0.0.2', 40)] });
    await stage.tree.clock.settle();
    void want({ ...web, ases: [desiredAs('10.0.0.1', 0, true), desiredAs('10.0.0.2', 40)] });
    await stage.tree.clock.settle();
    void want({ ...web, ases: [desiredAs('10.0.0.1'), desiredAs('10.0.0.2', 40)] });
    await stage.tree.clock.settle();
    executed.length = 0;
    await work();
    expect(executed.map((one) => ('weight' in one ? [one.address, one.weight] : one.op))).to.deep.equal([
      ['10.0.0.2', 40],
    ]);
  });
});
