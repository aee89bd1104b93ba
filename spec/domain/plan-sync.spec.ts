import { expect } from 'chai';
import fc from 'fast-check';
import { vipId } from '../../domain/lb.js';
import { executed } from '../../domain/plan-execute.js';
import { planSync, upToDate, weightOfPrefix } from '../../domain/plan-sync.js';
import { StandingDecision } from '../../domain/standing-decision.js';
import { desiredAs, desiredVip, ipPrefix, sampleDecision, sampleLbConf } from '../support/domain-samples.js';

const web = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1')], { frontend: 'web' });
const tls = { ...web, frontend: 'tls', key: { ...web.key, port: 443 } };
const dns = desiredVip('192.0.2.2/32', [desiredAs('10.0.0.2')], { frontend: 'dns' });
const standing = (...vips: (typeof web)[]) => new StandingDecision(sampleDecision(vips));
/** A VPP that has these. */
const having = (...vips: (typeof web)[]) => {
  const plans = planSync(standing(...vips), { conf: sampleLbConf, vips: [] });
  const operations = plans.flatMap(({ plan }) => plan.batches.flatMap((batch) => batch.operations));
  return { conf: sampleLbConf, vips: executed([], operations) };
};

describe('domain/plan-sync', () => {
  it('looks at every prefix once, whether it is wanted or found, and leaves nothing behind that nobody wants', () => {
    const some = fc.subarray([web, tls, dns]);
    fc.assert(
      fc.property(some, some, (wanted, had) => {
        const state = having(...had);
        const plans = planSync(standing(...wanted), state);
        expect(new Set(plans.map(({ prefix }) => prefix)).size).to.equal(plans.length);
        const operations = plans.flatMap(({ plan }) => plan.batches.flatMap((batch) => batch.operations));
        const after = executed(state.vips, operations).map((vip) => vipId(vip.key));
        expect(after.sort()).to.deep.equal(wanted.map((vip) => vipId(vip.key)).sort());
      }),
    );
  });

  it('leaves a VIP that can be changed to its reconciler, which remembers more', () => {
    const [plan] = planSync(standing({ ...web, ases: [desiredAs('10.0.0.1', 7)] }), having(web));
    expect(plan?.plan.batches).to.deep.equal([]);
  });

  it('is made anew only for a prefix on which something else is wanted by now', () => {
    const [first] = planSync(standing(web), having());
    if (first === undefined) throw new Error('no plan');
    expect(upToDate(first, standing(web, dns), sampleLbConf)).to.equal(first);
    const next = upToDate(first, standing(web, tls), sampleLbConf);
    expect(next.prefix).to.equal(ipPrefix('192.0.2.1/32'));
    expect(next.plan.batches.flatMap(({ vips }) => vips)).to.have.members([vipId(web.key), vipId(tls.key)]);
  });

  it('weighs no more than a decision waits for', () => {
    const large = {
      ...web,
      tableLength: 1 << 20,
      ases: Array.from({ length: 50 }, () => desiredAs('10.0.0.1')),
    };
    expect(weightOfPrefix({ wanted: [large], found: [] })).to.equal(50);
    expect(weightOfPrefix({ wanted: [web], found: [] })).to.be.within(0.01, 1);
  });
});
