import { expect } from 'chai';
import fc from 'fast-check';
import { parseHeapText, parseStickyBuckets } from '../../binapi/lb/heap-text.js';
import { MemoryGuard } from '../../binapi/lb/memory-guard.js';
import type { LbOperation } from '../../domain/lb.js';
import { nextTurn } from '../../domain/turns.js';
import { MIB, stickyBytes, tableBytes, type VppMemory } from '../../domain/vpp-memory.js';
import { desiredVip, ip, sampleLbConf, vipKey, vipState } from '../support/domain-samples.js';

const key = (n: number) => vipKey(`192.0.${n >> 8}.${n & 255}/32`);
const add = (n: number, tableLength = 2 ** 20): LbOperation => {
  return { op: 'vip-add', key: key(n), encap: 'gre4', tableLength, srcIpSticky: false, reason: '' };
};
const remove = (n: number): LbOperation => ({ op: 'vip-del', key: key(n), reason: '' });
const weigh = (n: number): LbOperation => {
  return {
    op: 'as-weight',
    key: key(n),
    address: ip('10.0.0.1'),
    from: 1,
    weight: 1,
    flush: false,
    reason: '',
  };
};

/** A VPP that has a heap, and dies when it is asked for more. */
class HeapModel {
  used = 60 * MIB;
  peak = 0;
  looks = 0;
  tells = true;
  now = 0;
  sticky: readonly number[] = [];
  readonly tables = new Map<number, number>();

  constructor(readonly total: number) {}

  readonly guard = new MemoryGuard({
    memory: async () => {
      this.looks++;
      return this.tells ? this.memory() : null;
    },
    stickyBuckets: async () => this.sticky,
    now: () => this.now,
  });

  memory(): VppMemory {
    const free = this.total - this.used;
    return { total: this.total, free, contiguous: free, threads: 1 };
  }

  /** Sends what the guard lets through. True: it was sent. */
  async write(...operations: LbOperation[]): Promise<boolean> {
    const admission = this.guard.admit(operations);
    if (admission !== null && (await admission) !== null) return false;
    for (const operation of operations) {
      if (this.guard.send(operation) !== null) return false;
      if (operation.op === 'vip-add') this.used += tableBytes(operation.tableLength);
      this.peak = Math.max(this.peak, this.used + tableBytes(2 ** 20));
    }
    return true;
  }
}

describe('binapi/lb: the memory guard', () => {
  it('lets VIPs through until the heap has no more to give, with a reserve, and looks seldom', async () => {
    const vpp = new HeapModel(512 * MIB);
    let given = 0;
    for (let n = 1; n <= 130; n++) if (await vpp.write(add(n))) given++;
    // 512 less 60 in use, 32 in reserve, and 8 for the last one that is built.
    expect(given).to.equal(Math.floor((512 - 60 - 32 - 4) / 4) - 1);
    expect(vpp.peak).to.be.below(512 * MIB - 16 * MIB);
    expect(vpp.looks, 'once before the first, once before the first refusal').to.be.at.most(3);
  });

  it('counts what VPP leaks when VIPs are replaced, whoever did it', async () => {
    const vpp = new HeapModel(128 * MIB);
    let replaced = 0;
    while (replaced < 100 && (await vpp.write(remove(1), add(1)))) replaced++;
    expect(replaced).to.be.within(8, 13);
    const other = new HeapModel(128 * MIB);
    other.used = 120 * MIB;
    expect(await other.write(add(1)), 'filled before this connection').to.equal(false);
  });

  it('refuses a batch as a whole, so that no VIP goes that cannot come back', async () => {
    const vpp = new HeapModel(128 * MIB);
    vpp.used = 110 * MIB;
    const refused = await vpp.guard.admit([remove(1), add(1)]);
    expect(refused).to.include({ code: 'MGL_VPP_MEMORY' });
    expect(refused?.message).to.match(
      /^VIP 192\.0\.0\.1\/32,tcp,80 was left as it is, and not replaced: it takes 8.* MiB, and of VPP's main heap of 128 MiB/,
    );
  });

  it('lets those that waited for one look go on some at a time, in their order: each of them has much to send', async () => {
    const vpp = new HeapModel(4096 * MIB);
    const gone: number[] = [];
    const all = Promise.all(
      Array.from({ length: 40 }, async (_, n) => {
        expect(await vpp.guard.admit([add(n)])).to.equal(null);
        gone.push(n);
      }),
    );
    const perTurn: number[] = [];
    while (gone.length < 40) {
      const before = gone.length;
      await nextTurn();
      perTurn.push(gone.length - before);
    }
    await all;
    expect(gone).to.deep.equal(Array.from({ length: 40 }, (_, n) => n));
    expect(Math.max(...perTurn)).to.be.at.most(2);
    expect(vpp.looks).to.equal(1);
  });

  it('looks again before it refuses: memory may have come free', async () => {
    const vpp = new HeapModel(128 * MIB);
    vpp.used = 110 * MIB;
    expect(await vpp.write(add(1))).to.equal(false);
    vpp.used = 60 * MIB;
    expect(await vpp.write(add(1)), 'the last look stands for a moment').to.equal(false);
    vpp.now += 5000;
    expect(await vpp.write(add(1))).to.equal(true);
  });

  it('learns the same reading again after a VIP of it was removed: somebody has put it back', async () => {
    const vpp = new HeapModel(128 * MIB);
    vpp.used = 122 * MIB;
    await vpp.write(add(2));
    const large = vipState(desiredVip('192.0.0.1/32', [], { tableLength: 2 ** 20 }));
    const reading = { conf: sampleLbConf, vips: [large] };
    for (let i = 0; i < 2; i++) {
      vpp.guard.learn(reading);
      expect(await vpp.guard.admit([weigh(1)])).to.include({ code: 'MGL_VPP_MEMORY' });
      expect(vpp.guard.send(remove(1))).to.equal(null);
      expect(vpp.guard.admit([weigh(1)]), 'there is no table to be built again').to.equal(null);
    }
  });

  it('does not make a change of weight wait, nor refuses one while a table can be rebuilt', async () => {
    const vpp = new HeapModel(128 * MIB);
    vpp.guard.learn({ conf: sampleLbConf, vips: [vipState(desiredVip('192.0.0.1/32', []))] });
    expect(vpp.guard.admit([weigh(1)])).to.equal(null);
    vpp.used = 122 * MIB;
    await vpp.write(add(2));
    expect(vpp.guard.admit([weigh(1)]), 'the reserve is for this').to.equal(null);
    vpp.used = 127 * MIB;
    vpp.now += 5000;
    await vpp.write(add(2));
    expect(await vpp.guard.admit([weigh(1)])).to.include({ code: 'MGL_VPP_MEMORY' });
  });

  it('counts the tables it has seen against the default heap when VPP does not tell', async () => {
    const vpp = new HeapModel(1024 * MIB);
    vpp.tells = false;
    let given = 0;
    for (let n = 1; n <= 300; n++) if (await vpp.write(add(n))) given++;
    expect(given).to.be.within(200, 225);
    expect(vpp.looks, 'a VPP that does not tell is not asked again').to.equal(1);
    expect(vpp.guard.admit([weigh(1)]), 'an estimate stops no weight').to.equal(null);
  });

  it('refuses a VIP that was never admitted, when it is about to be sent', async () => {
    const vpp = new HeapModel(128 * MIB);
    vpp.used = 110 * MIB;
    await vpp.guard.admit([add(1)]);
    expect(vpp.guard.send(add(2))).to.include({ code: 'MGL_VPP_MEMORY' });
  });

  it('refuses flow tables that do not fit on all threads, and knows those that are there', async () => {
    const vpp = new HeapModel(1024 * MIB);
    const wide = { ...sampleLbConf, stickyBucketsPerCore: 2 ** 22 };
    vpp.guard.learnConf(sampleLbConf);
    expect(await vpp.guard.admitConf(wide), '256 MiB').to.equal(null);
    vpp.memory = () => ({ total: 1024 * MIB, free: 960 * MIB, contiguous: 960 * MIB, threads: 5 });
    vpp.guard.learn({ conf: sampleLbConf, vips: [] });
    expect((await vpp.guard.admitConf(wide))?.message).to.match(
      /^sticky-buckets-per-core 4194304 was not set: it takes 1280 MiB/,
    );
    expect(await vpp.guard.admitConf({ ...sampleLbConf, stickyBucketsPerCore: 2 ** 18 })).to.equal(null);
    // Threads whose tables of 128 MiB are replaced need only as much again.
    vpp.sticky = [2 ** 21, 2 ** 21, 2 ** 21, 2 ** 21, 2 ** 21];
    expect(await vpp.guard.admitConf(wide)).to.equal(null);
  });

  it('keeps flow tables that are not made yet out of what VIPs may take', async () => {
    const vpp = new HeapModel(512 * MIB);
    vpp.guard.learnConf({ ...sampleLbConf, stickyBucketsPerCore: 2 ** 22 });
    let given = 0;
    for (let n = 1; n <= 130; n++) if (await vpp.write(add(n))) given++;
    expect(given).to.equal(Math.floor((512 - 60 - 32 - 256 - 8) / 4));
    vpp.sticky = [2 ** 22];
    vpp.used += stickyBytes(2 ** 22);
    vpp.now += 5000;
    expect(await vpp.write(add(200)), 'they are made').to.equal(false);
  });

  it('never lets through more than there is, in whatever order', async () => {
    const step = fc.record({
      vip: fc.integer({ min: 1, max: 40 }),
      length: fc.constantFrom(2 ** 10, 2 ** 18, 2 ** 20),
      replace: fc.boolean(),
      seen: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
        const vpp = new HeapModel(128 * MIB);
        for (const { vip, length, replace, seen } of steps) {
          if (seen) vpp.guard.learn({ conf: sampleLbConf, vips: [] });
          await vpp.write(...(replace ? [remove(vip)] : []), add(vip, length));
          expect(vpp.used).to.be.below(128 * MIB - 8 * MIB);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('refuses no weight for what a VPP said that does not tell any more, and asks it again', async () => {
    const vpp = new HeapModel(512 * MIB);
    await vpp.write(add(1));
    vpp.used = vpp.total - MIB;
    vpp.now += 6000;
    vpp.guard.learn({ conf: sampleLbConf, vips: [vipState(desiredVip('192.0.0.1/32', []))] });
    expect(await vpp.write(add(2)), 'there is no room').to.equal(false);
    vpp.tells = false;
    vpp.used = 60 * MIB;
    vpp.now += 6000;
    expect(await vpp.write(weigh(1)), 'of a VPP that was too busy to tell').to.equal(true);
    vpp.tells = true;
    vpp.used = vpp.total - MIB;
    vpp.guard.learn({ conf: sampleLbConf, vips: [] });
    expect(await vpp.write(add(3)), 'it tells again').to.equal(false);
  });
});

describe("binapi/lb: VPP's text about its heap", () => {
  const text = `  base 0x7fffb4600000, size 512m, locked, unmap-on-destroy, name 'main heap'
    page stats: page-size 4K, total 131072, populated 7325, not-populated 123747
      numa 0: 7325 pages, 28.61m bytes
    total: 512.00M, used: 28.61M, free: 483.39M, trimmable: 480.00M
`;

  it('is read, rounding down what is free', () => {
    const heap = parseHeapText(text);
    expect(heap?.total).to.equal(512 * MIB);
    expect(heap?.free).to.be.within(483.38 * MIB, 483.39 * MIB);
    expect(heap?.contiguous).to.be.within(479.99 * MIB, 480 * MIB);
    expect(parseHeapText('total: 2.00G, used: 12, free: 1.99G, trimmable: 940.00K')?.total).to.equal(
      2048 * MIB,
    );
  });

  it('is nothing when it says something else', () => {
    fc.assert(fc.property(fc.string(), (noise) => parseHeapText(noise) === null));
    expect(parseHeapText('total: 1..2M, used: 1, free: 2, trimmable: 3')).to.equal(null);
  });

  it('tells the buckets of each thread', () => {
    expect(
      parseStickyBuckets('lb_main\n #vips: 1\ncore 0\n  timeout: 40s\n  usage: 3 / 1027\n'),
    ).to.deep.equal([1024]);
  });
});
