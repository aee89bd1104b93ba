import { expect } from 'chai';
import fc from 'fast-check';
import { type LbOperation, type VipState, vipId } from '../../domain/lb.js';
import { planPrefix } from '../../domain/plan.js';
import { compareTables } from '../../domain/table-change.js';
import { predictBuckets, predictTable } from '../../domain/table-prediction.js';
import { planWork, prefixWorks } from '../../domain/whole-plan.js';
import {
  anyAsStates,
  anyDesiredAses,
  desiredAs,
  desiredVip,
  sampleLbConf,
  vipKey,
  vipState,
} from '../support/domain-samples.js';

const none = new Map();

const anySite = fc
  .record({
    first: anyDesiredAses,
    second: anyDesiredAses,
    has: anyAsStates,
    stale: anyAsStates,
    length: fc.constantFrom(16, 1024),
  })
  .map(({ first, second, has, stale, length }) => ({
    wanted: [
      desiredVip('192.0.2.1/32', first),
      desiredVip('192.0.2.1/32', second, { key: vipKey('192.0.2.1/32', 6, 443), frontend: 'tls' }),
      desiredVip('192.0.2.2/32', second),
    ],
    vips: [
      vipState(desiredVip('192.0.2.1/32', []), { ases: has, tableLength: { value: length, exact: true } }),
      vipState(desiredVip('192.0.2.9/32', []), { ases: stale }),
    ],
  }));

const text = (operation: LbOperation) => JSON.stringify(operation);

describe('domain/whole-plan', () => {
  it('has the operations of the plans of all prefixes, each once, told VIP by VIP; when they are done there is nothing to do', () => {
    fc.assert(
      fc.property(anySite, ({ wanted, vips }) => {
        const state = { conf: sampleLbConf, vips };
        const works = prefixWorks(wanted, state);
        expect(works.map(({ prefix }) => prefix)).to.deep.equal([
          '192.0.2.1/32',
          '192.0.2.2/32',
          '192.0.2.9/32',
        ]);
        const after: VipState[] = [];
        for (const work of works) {
          const told = planWork(work, sampleLbConf, none).vips;
          const plan = planPrefix({ ...work, conf: sampleLbConf, memory: none });
          const sent = plan.batches.flatMap(({ operations }) => operations);
          expect(told.flatMap(({ operations }) => operations.map(text)).sort()).to.deep.equal(
            sent.map(text).sort(),
          );
          for (const { key, operations } of told) {
            const mine = sent.filter((operation) => vipId(operation.key) === vipId(key));
            expect(operations.map(text)).to.deep.equal(mine.map(text));
          }
          after.push(...plan.after);
        }
        for (const work of prefixWorks(wanted, { conf: sampleLbConf, vips: after })) {
          expect(planWork(work, sampleLbConf, none).vips).to.deep.equal([]);
        }
      }),
    );
  });

  it('has the tables before and after, and none where nothing moves', () => {
    const ases = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((address) => desiredAs(address));
    const [first, ...others] = ases;
    if (first === undefined) throw new Error('there are servers');
    const before = vipState(desiredVip('192.0.2.1/32', ases));
    const down = desiredVip('192.0.2.1/32', [{ ...first, weight: 0 }, ...others]);
    const works = (wanted: typeof down) => prefixWorks([wanted], { conf: sampleLbConf, vips: [before] });
    const [vip] = works(down).flatMap((work) => planWork(work, sampleLbConf, none).vips);
    if (vip === undefined || vip.tables === null) expect.fail('a table changes');
    const { before: was, after: is } = vip.tables;
    const change = compareTables(predictTable(was.length, was.servers), predictTable(is.length, is.servers));
    expect(change.hadToMove).to.equal(predictBuckets(1024, before.ases)[0]);
    expect(vip.vppMs).to.be.within(0.01, 1);
    // One without weight comes: the table stays as it is.
    const more = desiredVip('192.0.2.1/32', [...ases, desiredAs('10.0.0.4', 0)]);
    const [added] = works(more).flatMap((work) => planWork(work, sampleLbConf, none).vips);
    expect(added?.operations.map(({ op }) => op)).to.deep.equal(['as-add']);
    expect(added?.tables).to.equal(null);
  });

  it('says of which VIP nobody has weight when it is done, and not of one that goes', () => {
    const asked = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1', 0)]);
    const had = [
      vipState(desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1', 100)])),
      vipState(desiredVip('192.0.2.9/32', [desiredAs('10.0.0.9', 100)])),
    ];
    const told = prefixWorks([asked, desiredVip('192.0.2.2/32', [desiredAs('10.0.0.1', 1)])], {
      conf: sampleLbConf,
      vips: had,
    }).flatMap((work) => planWork(work, sampleLbConf, none).vips);
    expect(told.map(({ key, servesNobody }) => [key.prefix, servesNobody])).to.deep.equal([
      ['192.0.2.1/32', true],
      ['192.0.2.2/32', false],
      ['192.0.2.9/32', false],
    ]);
  });
});
