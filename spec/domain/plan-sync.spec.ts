import { expect } from 'chai';
import fc from 'fast-check';
import { vipId } from '../../domain/lb.js';
import { planPrefix } from '../../domain/plan.js';
import { executed } from '../../domain/plan-execute.js';
import {
  leftToReconciler,
  type PlannedPrefix,
  planSync,
  upToDate,
  weightOfPrefix,
} from '../../domain/plan-sync.js';
import { isSettled } from '../../domain/settled-vips.js';
import { StandingDecision } from '../../domain/standing-decision.js';
import {
  desiredAs,
  desiredVip,
  ip,
  ipPrefix,
  sampleDecision,
  sampleLbConf,
} from '../support/domain-samples.js';

const web = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1')], { frontend: 'web' });
const tls = { ...web, frontend: 'tls', key: { ...web.key, port: 443 } };
const dns = desiredVip('192.0.2.2/32', [desiredAs('10.0.0.2')], { frontend: 'dns' });
const standing = (...vips: (typeof web)[]) => new StandingDecision(sampleDecision(vips));
/** What is done on a prefix in the end, also what its reconciler is left with. */
const operationsOf = ({ wanted, found, plan }: PlannedPrefix) => {
  const whole =
    plan === leftToReconciler ? planPrefix({ wanted, found, conf: sampleLbConf, memory: new Map() }) : plan;
  return whole.batches.flatMap((batch) => batch.operations);
};
/** A VPP that has these. */
const having = (...vips: (typeof web)[]) => {
  const plans = planSync(standing(...vips), { conf: sampleLbConf, vips: [] });
  const operations = plans.flatMap(operationsOf);
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
        const operations = plans.flatMap(operationsOf);
        const after = executed(state.vips, operations).map((vip) => vipId(vip.key));
        expect(after.sort()).to.deep.equal(wanted.map((vip) => vipId(vip.key)).sort());
      }),
    );
  });

  it('leaves a VIP that can be changed, or made, to its reconciler, which remembers more', () => {
    const [plan] = planSync(standing({ ...web, ases: [desiredAs('10.0.0.1', 7)] }), having(web));
    expect(plan?.plan).to.equal(leftToReconciler);
    expect(planSync(standing(web), having()).map((one) => one.plan)).to.deep.equal([leftToReconciler]);
    const sourceless = { ...having(), conf: { ...sampleLbConf, ipv4Source: ip('255.255.255.255') } };
    const [refused] = planSync(standing(web), sourceless);
    expect(refused?.plan.refused.map(({ kind }) => kind)).to.deep.equal(['source']);
  });

  it('leaves out a VIP that is settled, but not when it has company on its prefix', () => {
    const settled = { has: ({ frontend }: typeof web) => frontend === 'web' };
    const left = (wanted: (typeof web)[], had: (typeof web)[]) =>
      planSync(standing(...wanted), having(...had), (work) => isSettled(work, settled)).map(
        (one) => one.prefix,
      );
    expect(left([web, dns], [web, dns])).to.deep.equal([dns.key.prefix]);
    expect(left([web, tls], [web])).to.deep.equal([web.key.prefix]);
    expect(left([web], [web, tls])).to.deep.equal([web.key.prefix]);
    expect(left([web], [])).to.deep.equal([web.key.prefix]);
  });

  it('goes from the smallest growth of the heap to the largest, whoever plans', () => {
    const servers = (count: number) => Array.from({ length: count }, (_, i) => desiredAs(`10.0.1.${i}`));
    const vips = [3, 1, 2].map((count) =>
      desiredVip(`192.0.2.1${count}/32`, servers(count), { frontend: `f${count}` }),
    );
    const plans = planSync(standing(...vips, web, tls), having(web));
    expect(plans.map(({ wanted }) => wanted.map(({ frontend }) => frontend).join())).to.deep.equal([
      'f1',
      'web,tls',
      'f2',
      'f3',
    ]);
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
