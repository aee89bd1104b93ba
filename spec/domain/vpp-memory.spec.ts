import { expect } from 'chai';
import fc from 'fast-check';
import type { DesiredVip, VipState } from '../../domain/lb.js';
import { planPrefix } from '../../domain/plan.js';
import { growthOf, leanestFirst } from '../../domain/plan-order.js';
import {
  bytesText,
  loadBalancerCost,
  MIB,
  rebuildBytes,
  stickyBytes,
  tableBytes,
} from '../../domain/vpp-memory.js';
import { countersWarning, memoryWarning } from '../../domain/vpp-memory-advice.js';
import { desiredAs, desiredVip, sampleLbConf, vipState } from '../support/domain-samples.js';

describe("domain: what a load balancer costs VPP's heap", () => {
  it('counts tables, flow tables of every thread, and a table that is being rebuilt', () => {
    expect(tableBytes(2 ** 20)).to.equal(4 * MIB);
    expect(stickyBytes(65_536)).to.equal(4 * MIB + 128);
    expect(rebuildBytes({ tableLength: 2 ** 20, weight: 0 })).to.equal(4 * MIB);
    const vip = { tableLength: 2 ** 20, servers: 0, weight: 0 };
    const { vips, sticky, rebuild, total } = loadBalancerCost([vip, vip, vip], 65_536, 5);
    expect(Math.floor(vips / MIB)).to.equal(12);
    expect(sticky).to.equal(5 * stickyBytes(65_536));
    expect(rebuild).to.equal(4 * MIB);
    expect(total).to.equal(vips + sticky + rebuild);
  });

  it('writes bytes as people do', () => {
    expect([512 * MIB, 1.5 * MIB, 0, 10.4 * MIB, 4 * MIB + 128].map(bytesText)).to.deep.equal([
      '512 MiB',
      '1.5 MiB',
      '0 MiB',
      '10 MiB',
      '4.0 MiB',
    ]);
  });

  describe('a warning', () => {
    const sized = (vips: number, tableLength: number, stickyBuckets = 65_536) => ({
      tableLength,
      stickyBuckets,
      frontends: Array.from({ length: vips }, () => [new Map([['a', { weight: 1 }]])]),
    });
    const gib = { total: 1024 * MIB, free: 900 * MIB, contiguous: 900 * MIB, threads: 1 };

    it('comes above half of the heap, by default that of a VPP without settings', () => {
      expect(memoryWarning(sized(120, 2 ** 20), null)).to.equal(null);
      expect(memoryWarning(sized(130, 2 ** 20), null)).to.match(/^this takes 529 MiB .*1024 MiB/);
      expect(memoryWarning(sized(130, 2 ** 20), { ...gib, total: 4096 * MIB })).to.equal(null);
      expect(memoryWarning(sized(60, 2 ** 20), { ...gib, total: 256 * MIB })).to.contain('this VPP, 256 MiB');
    });

    it('comes for more counters than half of the stats segment holds', () => {
      const many = (servers: number) => {
        const pool = new Map(Array.from({ length: servers }, (_, i) => [`s${i}`, { weight: 1 }]));
        return { tableLength: 1024, stickyBuckets: 1024, frontends: [[pool]] };
      };
      expect(countersWarning(many(10_000), null)).to.equal(null);
      expect(countersWarning(many(30_000), { ...gib, threads: 9 })).to.contain('statseg { size }');
      expect(countersWarning(many(10_000), { ...gib, threads: 33 })).to.match(
        /^counting for 1 VIPs and 10000 servers takes 25 MiB of VPP's stats segment on 33 threads/,
      );
    });

    it('comes for flow tables alone, times the threads that forward', () => {
      expect(memoryWarning(sized(1, 1024, 2 ** 21), null)).to.equal(null);
      expect(memoryWarning(sized(1, 1024, 2 ** 21), { ...gib, threads: 5 })).to.contain('5 threads');
      expect(memoryWarning(sized(1, 1024, 2 ** 22), { ...gib, threads: 1 })).to.equal(null);
    });
  });
});

describe('domain: the order that asks least of the heap', () => {
  /** Of each prefix, as a full sync makes them. */
  const plansOf = (desired: readonly DesiredVip[], vips: readonly VipState[]) => {
    const prefixes = new Set([...desired, ...vips].map(({ key }) => key.prefix));
    return [...prefixes].map((prefix) => {
      const wanted = desired.filter(({ key }) => key.prefix === prefix);
      const found = vips.filter(({ key }) => key.prefix === prefix);
      return { prefix, plan: planPrefix({ wanted, found, conf: sampleLbConf, memory: new Map() }) };
    });
  };
  const lengths = fc.constantFrom(16, 1024, 65_536);
  const site = fc
    .array(fc.record({ wanted: fc.option(lengths), found: fc.option(lengths) }), { maxLength: 12 })
    .map((vips) => {
      const prefix = (i: number) => `192.0.2.${i + 1}/32`;
      const desired = vips.flatMap(({ wanted }, i) =>
        wanted === null ? [] : [desiredVip(prefix(i), [desiredAs('10.0.0.1')], { tableLength: wanted })],
      );
      const found = vips.flatMap(({ found: length }, i) =>
        length === null
          ? []
          : [
              vipState(desiredVip(prefix(i), []), {
                tableLength: { value: length, exact: true },
                srcIpSticky: false,
              }),
            ],
      );
      return plansOf(desired, found);
    });

  it('keeps every plan, and never puts one that grows more before one of its kind that grows less', () => {
    fc.assert(
      fc.property(site, (plans) => {
        const ordered = leanestFirst(plans);
        expect(ordered).to.have.members(plans);
        expect(ordered.length).to.equal(plans.length);
        const growths = ordered.map(({ plan }) => growthOf(plan));
        for (const [i, { rank, growth }] of growths.entries()) {
          const before = growths[i - 1];
          if (before === undefined) continue;
          expect(before.rank).to.be.at.most(rank);
          if (before.rank === rank) expect(before.growth).to.be.at.most(growth);
          expect(rank > 0).to.equal(growth > 0);
        }
      }),
    );
  });

  it('adds VIPs that are missing before it replaces VIPs that serve', () => {
    const desired = [
      desiredVip('192.0.2.1/32', [], { tableLength: 16 }),
      desiredVip('192.0.2.2/32', [], { tableLength: 65_536 }),
      desiredVip('192.0.2.3/32', [], { tableLength: 1024 }),
    ];
    const served = vipState(desiredVip('192.0.2.1/32', []), { tableLength: { value: 1024, exact: true } });
    const stale = vipState(desiredVip('192.0.2.9/32', []));
    expect(leanestFirst(plansOf(desired, [served, stale])).map(({ prefix }) => prefix)).to.deep.equal([
      '192.0.2.9/32',
      '192.0.2.3/32',
      '192.0.2.2/32',
      '192.0.2.1/32',
    ]);
  });
});
