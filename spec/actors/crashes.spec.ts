import { expect } from 'chai';
import { type SessionMessage, sessionActor } from '../../actors/vpp/session.js';
import { type Decision, vipId } from '../../domain/lb.js';
import type { SyncReport } from '../../domain/syncs.js';
import { TableHistory } from '../../domain/table-history.js';
import type { DecisionRequest } from '../../protocol/decision.js';
import type { SessionReport, VppRequest } from '../../protocol/vpp.js';
import { desiredAs, desiredVip, ip, sampleDecision, sampleLbConf } from '../support/domain-samples.js';
import { FakeVpp } from '../support/fake-vpp.js';
import { type Hook, instrument } from '../support/instrument.js';
import { answering, askBy, Tree } from '../support/tree.js';

const web = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1'), desiredAs('10.0.0.2', 50)], {
  frontend: 'web',
});
const old = desiredVip('192.0.2.2/32', [desiredAs('10.0.0.3')], { frontend: 'old' });
const neu = desiredVip('192.0.2.3/32', [desiredAs('10.0.0.4')], { frontend: 'neu' });
const first = sampleDecision([web, old]);
const second: Decision = {
  ...sampleDecision([web, neu]),
  conf: { ...sampleLbConf, flowTimeout: 20 },
  syncInterval: 20_000,
};

/** One life of a session: cold sync, a sync by request, a new decision, drift, a tick. */
async function live(hook: Hook) {
  const tree = new Tree();
  const vpp = new FakeVpp();
  const link = answering<VppRequest>('link', (request) => vpp.answer(request));
  let current = first;
  const decisions = answering<DecisionRequest>('vpp', ({ reply }) => reply.ok(current));
  const report = answering<SessionReport>('vpp', () => {});
  const options = { link, decisions, report, openStats: null, history: new TableHistory() };
  const session = tree.start(instrument(sessionActor(options), hook));
  await tree.clock.advance(1000);
  const asked = askBy<SessionMessage, SyncReport>(tree.system, session, (reply) => ({
    type: 'sync',
    frontend: 'web',
    reply,
  })).then(
    () => 'answered',
    (error: { code: string }) => error.code,
  );
  await tree.clock.advance(6000);
  current = second;
  session.tell({ type: 'decision', decision: second });
  await tree.clock.advance(6000);
  vpp.apply({
    op: 'as-weight',
    key: neu.key,
    address: ip('10.0.0.4'),
    from: 100,
    weight: 1,
    flush: false,
    reason: '',
  });
  await tree.clock.advance(60_000);
  const result = { vpp, answer: await asked, tree, writes: [...vpp.writes] };
  await tree.end();
  return result;
}

describe('actors/vpp session, when any of its actors crashes at any message', () => {
  it('converges all the same, answers every question, and never touches a server that is as it should be', async function () {
    this.timeout(60_000);
    const points: string[] = [];
    const text = (point: Parameters<Hook>[0]) => `${point.actor} ${point.message} ${point.phase}`;
    const normal = await live((point) => {
      if (!points.includes(text(point))) points.push(text(point));
    });
    expect(normal.answer).to.equal('answered');
    // Every actor of a session, at every message it handles in such a life, before and after it.
    expect([...new Set(points.map((point) => point.split(' ')[0]))]).to.have.members([
      'session',
      'conf-pusher',
      'lb',
      'sync-ticker',
      ...[web, old, neu].map(({ key }) => vipId(key).replace('/', '_')),
    ]);
    for (const crashAt of points) {
      let crashes = 0;
      const { vpp, answer, tree, writes } = await live((point) => {
        if (text(point) === crashAt && crashes++ === 0) throw new Error(`crash at ${crashAt}`);
      });
      expect(crashes, crashAt).to.be.above(0);
      expect(tree.log.of('actor-crash').length, crashAt).to.be.above(0);
      expect(vpp.conf, crashAt).to.deep.equal(second.conf);
      expect([...vpp.vips.keys()].sort(), crashAt).to.deep.equal([vipId(web.key), vipId(neu.key)]);
      expect(Object.fromEntries(vpp.vips.get(vipId(web.key))?.servers ?? []), crashAt).to.deep.equal({
        '10.0.0.1': 100,
        '10.0.0.2': 50,
      });
      expect(Object.fromEntries(vpp.vips.get(vipId(neu.key))?.servers ?? []), crashAt).to.deep.equal({
        '10.0.0.4': 100,
      });
      expect(answer, crashAt).to.be.oneOf(['answered', 'MGL_ACTOR_CRASHED', 'MGL_ACTOR_STOPPED']);
      const touched = writes.filter(
        (write) => write.op !== 'conf' && vipId(write.key) === vipId(web.key) && !write.op.endsWith('-add'),
      );
      expect(touched, `${crashAt}: writes to a VIP that was right`).to.deep.equal([]);
    }
  });
});
