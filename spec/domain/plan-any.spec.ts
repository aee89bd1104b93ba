import { expect } from 'chai';
import fc from 'fast-check';
import type { IpAddress } from '../../domain/ip.js';
import { type DesiredAs, type DesiredVip, type VipState, vipId } from '../../domain/lb.js';
import { type PrefixPlan, planPrefix } from '../../domain/plan.js';
import { loadOf, pieceOf } from '../../domain/plan-cost.js';
import type { VipMemory } from '../../domain/plan-vip.js';
import {
  anyAsStates,
  anyDesiredAses,
  desiredVip,
  sampleLbConf,
  vipKey,
  vipState,
} from '../support/domain-samples.js';
import { PluginModel } from '../support/plugin-model.js';

const memoryOf = (ases: readonly DesiredAs[]): VipMemory => ({
  servers: ases,
  owed: new Set(),
});
const operationsOf = ({ batches }: PrefixPlan) => batches.flatMap(({ operations }) => operations);

/** VIPs of one prefix, as a config may want them: on different ports, with one encapsulation. */
const anyWanted: fc.Arbitrary<DesiredVip[]> = fc
  .uniqueArray(
    fc.record({
      port: fc.integer({ min: 80, max: 83 }),
      ases: anyDesiredAses,
      srcIpSticky: fc.boolean(),
      tableLength: fc.constantFrom(1024, 2048, 65536),
    }),
    { selector: ({ port }) => port, maxLength: 3 },
  )
  .map((vips) =>
    vips.map(({ port, ases, ...more }) =>
      desiredVip('192.0.2.1/32', ases, {
        ...more,
        frontend: `f${port}`,
        key: vipKey('192.0.2.1/32', 6, port),
      }),
    ),
  );

/** What VPP may have on that prefix: anything that it takes. */
const anyFound: fc.Arbitrary<VipState[]> = fc
  .record({
    encap: fc.constantFrom('gre4', 'gre4', 'gre6', 'nat4' as const),
    vips: fc.uniqueArray(
      fc.record({
        port: fc.integer({ min: 80, max: 84 }),
        ases: anyAsStates,
        srcIpSticky: fc.constantFrom(true, false, null),
        tableLength: fc.constantFrom(
          { value: 1024, exact: true },
          { value: 2048, exact: true },
          { value: 0, exact: false },
          { value: 1024, exact: false },
        ),
      }),
      { selector: ({ port }) => port, maxLength: 3 },
    ),
  })
  .map(({ encap, vips }) =>
    vips.map(({ port, ...vip }): VipState => ({ ...vip, encap, key: vipKey('192.0.2.1/32', 6, port) })),
  );

const serving = ({ ases }: VipState) => ases.some(({ weight }) => weight > 0);

describe('domain/plan: any prefix', () => {
  const anyCase = fc.record({ wanted: anyWanted, found: anyFound, seed: anyDesiredAses });

  it('makes VPP what the plan foresees, and then plans nothing more', () => {
    fc.assert(
      fc.property(anyCase, ({ wanted, found, seed }) => {
        const memory = new Map(wanted.map(({ key }) => [vipId(key), memoryOf(seed)]));
        const first = planPrefix({ wanted, found, conf: sampleLbConf, memory });
        const model = new PluginModel(found);
        for (const operation of operationsOf(first)) model.execute(operation);
        expect(model.plain()).to.deep.equal(new PluginModel(first.after).plain());
        const settled = new Map(wanted.map(({ key, ases }) => [vipId(key), memoryOf(ases)]));
        const again = planPrefix({ wanted, found: first.after, conf: sampleLbConf, memory: settled });
        expect(operationsOf(again)).to.deep.equal([]);
        expect(again.refused).to.deep.equal(first.refused);
      }),
    );
  });

  it('lets no VIP that serves pass through nobody, but those that are made anew in one batch', () => {
    fc.assert(
      fc.property(anyCase, ({ wanted, found }) => {
        const first = planPrefix({ wanted, found, conf: sampleLbConf, memory: new Map() });
        const anew = new Set(first.batches.filter(({ kind }) => kind === 'anew').flatMap(({ vips }) => vips));
        const after = new Map(first.after.map((vip) => [vipId(vip.key), vip]));
        const model = new PluginModel(found);
        for (const { operations } of first.batches) {
          for (const operation of operations) {
            model.execute(operation);
            for (const vip of found) {
              const then = after.get(vipId(vip.key));
              if (then === undefined || anew.has(vipId(vip.key)) || !serving(vip) || !serving(then)) continue;
              expect(model.serves(vip.key)).to.equal(true);
            }
          }
        }
      }),
    );
  });

  it('lets nobody go who is well for one that VPP refuses', () => {
    fc.assert(
      fc.property(anyDesiredAses, anyAsStates, fc.nat(20), fc.boolean(), (ases, present, nth, long) => {
        const wanted = desiredVip(
          '192.0.2.1/32',
          ases.map((as) => (as.weight > 0 ? as : { ...as, relieved: true as const })),
          { tableLength: long ? 2 ** 20 : 1024 },
        );
        const found = vipState(wanted, { ases: present });
        const { batches, after } = planPrefix({
          wanted: [wanted],
          found: [found],
          conf: null,
          memory: new Map(),
        });
        fc.pre(serving(found) && after.some(serving));
        const all = operationsOf({ batches, after, refused: [] });
        const coming = all.filter(
          (one) => one.op === 'as-add' || (one.op === 'as-weight' && one.weight > one.from),
        );
        const leaves = all.findIndex((one) => one.op === 'as-weight' && one.weight === 0 && one.from > 0);
        if (leaves >= 0) expect(all.slice(leaves).filter((one) => coming.includes(one))).to.deep.equal([]);
        const refused = coming[nth % Math.max(1, coming.length)];
        const model = new PluginModel([found]);
        for (const { operations } of batches) {
          for (const operation of operations) if (operation !== refused) model.execute(operation);
          expect(model.serves(wanted.key)).to.equal(true);
          // What comes behind a batch of which something failed is not sent.
          if (refused !== undefined && operations.includes(refused)) break;
        }
      }),
    );
  });

  it('removes before it adds, and tears nothing apart that comes back', () => {
    fc.assert(
      fc.property(anyCase, ({ wanted, found }) => {
        const { batches } = planPrefix({ wanted, found, conf: sampleLbConf, memory: new Map() });
        const all = batches.flatMap(({ operations }) => operations.map(({ op }) => op));
        const stale = batches.filter(({ kind }) => kind === 'remove').length;
        const firstAdd = all.indexOf('vip-add');
        const deletes = all
          .slice(0, firstAdd < 0 ? undefined : firstAdd)
          .filter((op) => op === 'vip-del').length;
        expect(deletes, 'what nobody wants goes first').to.be.at.least(stale);
        for (const { operations } of batches) {
          const adds = new Set(operations.filter(({ op }) => op === 'vip-add').map(({ key }) => vipId(key)));
          const gone = operations.filter(({ op }) => op === 'vip-del').map(({ key }) => vipId(key));
          const back = gone.filter((id) => wanted.some(({ key }) => vipId(key) === id));
          for (const id of back) expect(adds.has(id), `${id} comes back in its batch`).to.equal(true);
        }
      }),
    );
  });

  it('is carried out piece by piece with the same end, and no VIP passes through nobody either', () => {
    fc.assert(
      fc.property(anyDesiredAses, anyAsStates, (ases, present) => {
        // Each change of a table this long is a piece of its own.
        const wanted = desiredVip('192.0.2.1/32', ases, { tableLength: 2 ** 20 });
        const found = vipState(wanted, { ases: present });
        const [end] = planPrefix({ wanted: [wanted], found: [found], conf: null, memory: new Map() }).after;
        const model = new PluginModel([found]);
        const done = new Map<IpAddress, DesiredAs>();
        for (let i = 0; i < 100; i++) {
          const [now] = model.vips();
          const memory = new Map([
            [vipId(wanted.key), { servers: [...done.values()], owed: new Set<IpAddress>() }],
          ]);
          const next = planPrefix({
            wanted: [wanted],
            found: now === undefined ? [] : [now],
            conf: null,
            memory,
          });
          const [batch] = next.batches;
          if (batch === undefined) break;
          for (const operation of pieceOf(batch.operations, loadOf(wanted))) {
            model.execute(operation);
            const as = 'address' in operation && ases.find(({ address }) => address === operation.address);
            if (as) done.set(as.address, as);
          }
          if (end !== undefined && serving(found) && serving(end))
            expect(model.serves(wanted.key)).to.equal(true);
        }
        expect(model.plain()).to.deep.equal(new PluginModel(end === undefined ? [] : [end]).plain());
      }),
    );
  });
});
