import { expect } from 'chai';
import { MaglevError } from '../../domain/errors.js';
import { vipId } from '../../domain/lb.js';
import type { VppRequest } from '../../protocol/vpp.js';
import { desiredAs, ip, vipKey } from '../support/domain-samples.js';
import { decision, dns, SessionStage, web } from './session-stage.js';

describe('actors/vpp session: one frontend alone, with a mocked VPP mailbox', () => {
  const stage = new SessionStage();
  const { begin, end, start, sync, weights } = stage;

  beforeEach(begin);
  afterEach(end);

  describe('sync of one frontend', () => {
    it('repairs its VIP and leaves all others alone, stale ones too', async () => {
      await start();
      const alien = vipKey('192.0.2.9/32');
      stage.vpp.apply({
        op: 'vip-add',
        key: alien,
        encap: 'gre4',
        tableLength: 16,
        srcIpSticky: false,
        reason: '',
      });
      stage.vpp.apply({ op: 'as-del', key: web.key, address: ip('10.0.0.1'), flush: false, reason: '' });
      stage.vpp.apply({ op: 'as-del', key: dns.key, address: ip('10.0.0.3'), flush: false, reason: '' });
      const report = await sync('web');
      expect(report).to.deep.include({ scope: 'vip', failures: [] });
      expect(report).to.have.nested.property('counts.asAdded', 1);
      expect(weights('192.0.2.1/32')).to.deep.equal({ '10.0.0.2': 50, '10.0.0.1': 100 });
      expect(weights('192.0.2.2/32')).to.deep.equal({});
      expect(stage.vpp.vips.has(vipId(alien))).to.equal(true);
    });

    it('fails for an unknown name, and says which', async () => {
      await start();
      const report = await sync('wbe');
      expect(report).to.be.instanceOf(MaglevError);
      expect(report).to.include({
        code: 'MGL_FRONTEND_UNKNOWN',
        message: 'frontend "wbe" is not in the config: did you mean "web"?',
      });
    });
  });

  describe('a change of the decision about one frontend', () => {
    const failed = { ...web, ases: [desiredAs('10.0.0.1', 0, true), desiredAs('10.0.0.2', 50)] };
    const { want } = stage;

    it('reaches VPP at once, in one batch, without a read, and concerns no other VIP', async () => {
      await start();
      const from = stage.link.received.length;
      const writes = stage.vpp.writes.length;
      await want(failed);
      expect(stage.link.received.slice(from).map(({ type }) => type)).to.deep.equal(['apply']);
      expect(stage.vpp.writes.slice(writes)).to.have.length(1);
      expect(stage.vpp.writes[writes]).to.include({
        op: 'as-weight',
        address: '10.0.0.1',
        from: 100,
        weight: 0,
        flush: true,
      });
      expect(stage.tree.log.of('vpp-lbsync-done').at(-1)?.fields).to.include({
        scope: 'vip',
        frontend: 'web',
        asWeightUpdated: 1,
      });
      await stage.tree.clock.advance(60_000);
      expect(stage.vpp.writes.length, 'and the next full sync finds VPP equal').to.equal(writes + 1);
    });

    it('does not wait for a full sync that is under way, and is not undone by what that one read before', async () => {
      let answerRead = () => {};
      await start();
      Object.assign(stage.link, {
        tell: (request: VppRequest) => {
          stage.link.received.push(request);
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
      await want(failed);
      expect(weights('192.0.2.1/32'), 'before the full sync goes on').to.deep.equal({
        '10.0.0.1': 0,
        '10.0.0.2': 50,
      });
      answerRead();
      expect(await asked).to.have.nested.property('failures.length', 0);
      expect(weights('192.0.2.1/32')).to.deep.equal({ '10.0.0.1': 0, '10.0.0.2': 50 });
      expect(stage.vpp.writes.length).to.equal(writes + 1);
    });

    it('reads VPP before it goes on when VPP refuses, because somebody changed it by hand', async () => {
      await start();
      stage.vpp.apply({ op: 'as-del', key: web.key, address: ip('10.0.0.1'), flush: false, reason: '' });
      await want(failed);
      expect(weights('192.0.2.1/32')).to.deep.equal({ '10.0.0.2': 50, '10.0.0.1': 0 });
    });

    it('is tried again right after a full sync that had passed its VIP already, when VPP refused it meanwhile', async () => {
      await start();
      let release = () => {};
      Object.assign(stage.link, {
        tell: (request: VppRequest) => {
          const held = request.type === 'apply' && request.operations.some(({ key }) => key === dns.key);
          const answer = () => stage.vpp.answer(request);
          if (held) release = answer;
          else queueMicrotask(answer);
          return true;
        },
      });
      stage.decideOn({ ...decision, vips: [web, { ...dns, ases: [desiredAs('10.0.0.3', 7)] }] });
      await stage.tree.clock.settle();
      stage.vpp.refuse = () => new MaglevError('MGL_VPP_TIMEOUT', 'VPP did not answer');
      await want(failed);
      stage.vpp.refuse = () => null;
      expect(weights('192.0.2.1/32')).to.deep.equal({ '10.0.0.1': 100, '10.0.0.2': 50 });
      release();
      await stage.tree.clock.settle();
      expect(weights('192.0.2.2/32')).to.deep.equal({ '10.0.0.3': 7 });
      expect(weights('192.0.2.1/32'), 'not only at the next tick').to.deep.equal({
        '10.0.0.1': 0,
        '10.0.0.2': 50,
      });
    });

    it('cuts the flows of a server when told to, though its weight stays', async () => {
      await start();
      const writes = stage.vpp.writes.length;
      await want(web, '10.0.0.2');
      expect(stage.vpp.writes.slice(writes)).to.have.length(1);
      expect(stage.vpp.writes[writes]).to.include({ address: '10.0.0.2', from: 50, weight: 50, flush: true });
    });

    it('is forgotten when the frontend is gone', async () => {
      await start();
      const writes = stage.vpp.writes.length;
      await want({ ...failed, frontend: 'gone' });
      expect(stage.vpp.writes.length).to.equal(writes);
    });
  });
});
