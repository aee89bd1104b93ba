import { expect } from 'chai';
import { MaglevError } from '../../domain/errors.js';
import { vipId } from '../../domain/lb.js';
import { desiredAs, desiredVip, sampleDecision } from '../support/domain-samples.js';
import { dns, SessionStage, web } from './session-stage.js';

describe('actors/vpp session: what is told of what was changed in VPP', () => {
  const stage = new SessionStage();
  const { begin, end, start, sync, want } = stage;

  beforeEach(begin);
  afterEach(end);

  const told = (event: string, level: string) =>
    stage.tree.log.of(event).filter((record) => record.level === level);
  const records = () => stage.records.received.map((made) => made.sync);

  it('names every change at level info, with its reason', async () => {
    await start();
    expect(told('vpp-lbsync-vip-add', 'info')).to.have.length(2);
    expect(told('vpp-lbsync-as-add', 'info')).to.have.length(3);
    await want({ ...web, ases: [desiredAs('10.0.0.1', 7), desiredAs('10.0.0.2', 50)] });
    expect(told('vpp-lbsync-as-weight', 'info').map(({ fields }) => fields)).to.deep.equal([
      {
        prefix: '192.0.2.1/32',
        protocol: 'tcp',
        port: 80,
        address: '10.0.0.1',
        from: 100,
        weight: 7,
        flush: false,
        reason: 'backend b-10.0.0.1: spec',
      },
    ]);
  });

  it('tells twenty changes of a second, and how many more there were', async () => {
    const many = Array.from({ length: 50 }, (_, i) =>
      desiredVip(`192.0.3.${i}/32`, [desiredAs('10.0.0.1')], { frontend: `f${i}` }),
    );
    await start(sampleDecision(many));
    const each = ['vpp-lbsync-vip-add', 'vpp-lbsync-as-add'];
    expect(each.flatMap((event) => told(event, 'info'))).to.have.length(20);
    expect(each.flatMap((event) => told(event, 'debug'))).to.have.length(80);
    const [more] = told('vpp-lbsync-more', 'info');
    expect(more?.fields).to.include({ more: 80 });
    await stage.tree.clock.advance(5000);
    await Promise.all(many.map((vip) => want({ ...vip, ases: [desiredAs('10.0.0.1', 5)] })));
    await stage.tree.clock.advance(1000);
    expect(told('vpp-lbsync-as-weight', 'info'), 'decisions too').to.have.length(20);
    expect(told('vpp-lbsync-more', 'info').at(-1)?.fields).to.deep.equal({ more: 30, 'as-weight': 30 });
  });

  it('says nothing at level info of an interval in which nothing changed', async () => {
    await start();
    const before = told('vpp-lbsync-start', 'info').length + told('vpp-lbsync-done', 'info').length;
    await stage.tree.clock.advance(300_000);
    expect(told('vpp-lbsync-done', 'debug')).to.have.length(10);
    expect(told('vpp-lbsync-start', 'info').length + told('vpp-lbsync-done', 'info').length).to.equal(before);
    stage.vpp.vips.delete(vipId(web.key));
    await stage.tree.clock.advance(30_000);
    const infos = stage.tree.log.records
      .filter(({ level, event }) => level === 'info' && event.startsWith('vpp-lbsync'))
      .map(({ event }) => event);
    expect(infos.slice(-5), 'and all of it of one that repairs').to.deep.equal([
      'vpp-lbsync-start',
      'vpp-lbsync-vip-add',
      'vpp-lbsync-as-add',
      'vpp-lbsync-as-add',
      'vpp-lbsync-done',
    ]);
  });

  it('keeps each sync as it was planned and executed', async () => {
    await start();
    expect(records()).to.have.length(1);
    expect(records()[0]).to.include({
      scope: 'all',
      frontend: null,
      cause: 'tick',
      failures: 0,
      error: null,
    });
    expect(records()[0]?.operations).to.have.length(5);
    await want({ ...dns, ases: [desiredAs('10.0.0.3', 9)] });
    expect(records()[1]).to.include({ scope: 'vip', frontend: 'dns', cause: 'decision' });
    expect(records()[1]?.operations[0]).to.deep.include({ outcome: 'done', retval: 0, error: null });
    stage.vpp.refuse = ({ op }) =>
      op === 'as-add' ? new MaglevError('MGL_VPP_RETVAL', 'VPP answered -97') : null;
    stage.decideOn(sampleDecision([{ ...web, ases: [desiredAs('10.0.0.9')] }]));
    await stage.tree.clock.settle();
    const last = records().at(-1);
    expect(last).to.include({ cause: 'decision' });
    const outcomes = last?.operations.map(({ operation, outcome }) => `${operation.op} ${outcome}`) ?? [];
    expect(outcomes).to.include.members(['as-add failed', 'as-del not-sent', 'vip-del done']);
    await sync(null);
    expect(records().at(-1)).to.include({ cause: 'asked' });
  });

  it('does not call equal what VPP does not tell, and says so once for a cause', async () => {
    await start();
    stage.vpp.textError = new MaglevError('MGL_VPP_TEXT', 'VPP refuses cli_inband');
    const report = await sync(null);
    expect(report).to.have.nested.property('failures.length', 0);
    expect(report)
      .to.have.nested.property('unverified[0]')
      .that.matches(/2 VIPs are sticky.*VPP refuses cli_inband/);
    await stage.tree.clock.advance(300_000);
    expect(told('vpp-lbsync-unverified', 'warn')).to.have.length(1);
    expect(await sync('web')).to.have.nested.property('unverified.length', 1);
    stage.vpp.textError = null;
    expect(await sync(null)).to.deep.include({ unverified: [] });
    expect(told('vpp-lbsync-verified', 'info')).to.have.length(1);
  });

  it('writes to neighbours that are made anew together by one reconciler only, and takes a newer decision after', async () => {
    const a = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1')], { frontend: 'a' });
    const b = { ...a, frontend: 'b', key: { ...a.key, port: 443 } };
    await start(sampleDecision([a, b]));
    const six = (weight: number) => [desiredAs('2001:db8::a', weight)];
    const to6 = (vip: typeof a, weight = 100) => ({ ...vip, encap: 'gre6' as const, ases: six(weight) });
    stage.decideOn(sampleDecision([to6(a), to6(b)]));
    void want(to6(b, 40));
    await stage.tree.clock.advance(2000);
    expect(stage.vpp.state().vips.map(({ encap, ases }) => [encap, ases[0]?.weight])).to.deep.equal([
      ['gre6', 100],
      ['gre6', 40],
    ]);
    expect(stage.tree.log.of('actor-crash')).to.deep.equal([]);
  });
});
