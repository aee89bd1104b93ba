import { expect } from 'chai';
import fc from 'fast-check';
import type { StatsSegment } from '../../../binapi/stats/stats-segment.js';
import { realClock } from '../../../clock/real-clock.js';
import { VirtualClock } from '../../../clock/virtual-clock.js';
import { createMemfd } from '../../../linux/memfd.js';
import { SimulatedCrash } from '../../../sim/lb/crash.js';
import { StatsSegmentWriter } from '../../../sim/stats/stats-segment-writer.js';
import { lettingTimePass } from '../../support/letting-time-pass.js';
import { ServedImage } from '../../support/served-image.js';

const BASE = 0x7fde_c613_2000n;

describe('simulator: stats segment writer', () => {
  let served: ServedImage;
  let writer: StatsSegmentWriter;
  let stats: StatsSegment;

  beforeEach(async () => {
    served = new ServedImage();
    const fd = createMemfd('stat segment', 1024 * 1024);
    writer = new StatsSegmentWriter(fd, BASE);
    served.replaceBy(fd);
    stats = await served.open({ clock: realClock });
  });

  afterEach(() => {
    writer.close();
    served.close();
  });

  /** By how much the epoch grows. */
  const epochs = (act: () => void): bigint => {
    const before = writer.epoch;
    act();
    return writer.epoch - before;
  };

  it('counts the epoch when VPP does: for what comes, goes or moves, not for what changes', () => {
    let simple = 0;
    expect(epochs(() => (simple = writer.addSimple('simple')))).to.equal(1n);
    expect(epochs(() => writer.validate(simple, 0, 1))).to.equal(1n);
    // Seen in a VPP that counts for its first VIPs: a vector moves at the indexes 3 and 7.
    const moves = [2, 3, 4, 5, 6, 7, 8].map((index) => epochs(() => writer.validate(simple, 0, index)));
    expect(moves).to.deep.equal([0n, 1n, 0n, 0n, 0n, 1n, 0n]);
    expect(epochs(() => writer.validate(simple, 1, 5))).to.equal(1n);
    expect(epochs(() => writer.setSimple(simple, 1, 5, 1n))).to.equal(0n);
    expect(epochs(() => writer.addToSimple(simple, 1, 5, 1n))).to.equal(0n);
    expect(epochs(() => writer.addSymlink('symlink', simple, 1))).to.equal(0n);
    expect(epochs(() => writer.setScalar(writer.addScalar('scalar'), 1n))).to.equal(1n);
    const names = writer.addNames('names');
    expect(epochs(() => writer.setName(names, 3, 'three'))).to.equal(1n);
    expect(epochs(() => writer.setName(names, 1, null))).to.equal(0n);
    expect(epochs(() => writer.remove(simple))).to.equal(1n);
    const nested = () => {
      writer.lock();
      writer.addScalar('a');
      writer.addScalar('b');
      writer.unlock();
    };
    expect(epochs(nested)).to.equal(1n);
  });

  it('keeps readers waiting for the length of its lock', async () => {
    const clock = new VirtualClock();
    const patient = await lettingTimePass(clock, served.open({ clock }));
    writer.lock();
    const names = patient.names();
    let done = false;
    void names.then(() => {
      done = true;
    });
    await clock.advance(900);
    expect(done).to.equal(false);
    writer.addScalar('inside');
    writer.unlock();
    expect(await lettingTimePass(clock, names)).to.deep.equal(['inside']);
  });

  it('lays out vectors as VPP does', async () => {
    const simple = writer.addSimple('simple');
    writer.validate(simple, 0, 1);
    const head = served.read(0, 40);
    const at = (pointer: bigint) => Number(pointer - BASE);
    expect(head.readBigUInt64LE(0)).to.equal(2n);
    expect(head.readBigUInt64LE(8)).to.equal(BASE);
    const entry = served.read(at(head.readBigUInt64LE(32)), 144);
    expect(entry.readUInt32LE(0)).to.equal(2);
    expect(entry.toString('latin1', 16, 23)).to.equal('simple\0');
    const threads = at(entry.readBigUInt64LE(8));
    // Length 1, header of 8 words, aligned to 2^6 and from the default heap.
    expect([...served.read(threads - 8, 6)]).to.deep.equal([1, 0, 0, 0, 8, 0x86]);
    const row = at(served.read(threads, 8).readBigUInt64LE(0));
    expect(row % 64).to.equal(0);
    // Length 2, and room for 1 more, as in a VPP.
    expect([...served.read(row - 8, 8)]).to.deep.equal([2, 0, 0, 0, 8, 0x86, 1, 0]);
  });

  it('uses the places of what was removed again, and refuses what cannot be', async () => {
    const first = writer.addScalar('first');
    const second = writer.addCombined('second');
    writer.validate(second, 1, 100);
    const used = writer.memory.used;
    writer.remove(second);
    expect(writer.find('second')).to.equal(null);
    expect(writer.memory.used).to.be.below(used);
    const third = writer.addCombined('third');
    expect(third).to.equal(second);
    writer.validate(third, 1, 100);
    expect(writer.memory.used).to.equal(used);
    expect((await stats.combined('third'))?.at(100)).to.deep.equal({ packets: 0n, bytes: 0n });
    expect(() => writer.addScalar('first')).to.throw(RangeError);
    expect(() => writer.addScalar('x'.repeat(128))).to.throw(RangeError);
    expect(() => writer.setSimple(first, 0, 0, 1n)).to.throw(RangeError);
    expect(() => writer.setCombined(third, 0, 101, 1n, 1n)).to.throw(RangeError);
    expect(() => writer.setCombined(third, 2, 0, 1n, 1n)).to.throw(RangeError);
    expect(() => writer.remove(99)).to.throw(RangeError);
  });

  it('dies as VPP does when there is no room any more', () => {
    const simple = writer.addSimple('simple');
    expect(() => writer.validate(simple, 0, 200_000)).to.throw(SimulatedCrash, 'stats-segment-full');
  });

  it('is read as it was written, whatever comes, grows, changes and goes', async () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd', 'packet from existing sessions');
    const kind = fc.constantFrom<'scalar' | 'simple' | 'combined' | 'names'>(
      'scalar',
      'simple',
      'combined',
      'names',
    );
    const place = fc.record({ thread: fc.nat(3), index: fc.nat(40) });
    const value = fc.bigInt(0n, 2n ** 64n - 1n);
    const step = fc.oneof(
      fc.record({ act: fc.constant('add' as const), name, kind }),
      fc.record({ act: fc.constant('remove' as const), name }),
      fc.record({ act: fc.constant('set' as const), name, place, value }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const model = new Map<string, ModelEntry>();
        for (const one of steps) {
          const number = writer.find(one.name);
          const entry = model.get(one.name);
          if (one.act === 'add' && number === null) {
            create(writer, one.kind, one.name);
            model.set(one.name, { kind: one.kind, threads: [], scalar: 0n, names: [] });
          } else if (one.act === 'remove' && number !== null) {
            writer.remove(number);
            model.delete(one.name);
          } else if (one.act === 'set' && number !== null && entry !== undefined) {
            change(writer, number, entry, one.place, one.value);
          }
        }
        const snapshot = await stats.snapshot([...model.keys(), 'absent'].map((key) => ({ name: key })));
        expect(new Set(await stats.names())).to.deep.equal(new Set(model.keys()));
        expect(snapshot.value('absent')).to.equal(null);
        expect(snapshot.epoch).to.equal(writer.epoch);
        for (const [key, entry] of model) {
          if (entry.kind === 'scalar') expect(snapshot.scalar(key)).to.equal(entry.scalar);
          if (entry.kind === 'names') expect(snapshot.names(key)).to.deep.equal(entry.names);
          if (entry.kind === 'simple') {
            const counters = snapshot.simple(key);
            expect(counters?.length).to.equal(lengthOf(entry));
            for (let i = 0; i < 41; i++) expect(counters?.at(i)).to.equal(sumAt(entry, i));
          }
          if (entry.kind === 'combined') {
            const counters = snapshot.combined(key);
            expect(counters?.length).to.equal(lengthOf(entry));
            for (let i = 0; i < 41; i++) {
              const packets = sumAt(entry, i);
              expect(counters?.at(i)).to.deep.equal({ packets, bytes: BigInt.asUintN(64, packets * 2n) });
            }
          }
          writer.remove(writer.find(key) ?? -1);
        }
      }),
      { numRuns: 60 },
    );
  });
});

interface ModelEntry {
  readonly kind: 'scalar' | 'simple' | 'combined' | 'names';
  readonly threads: bigint[][];
  readonly names: (string | null)[];
  scalar: bigint;
}

function create(writer: StatsSegmentWriter, kind: ModelEntry['kind'], name: string): void {
  if (kind === 'scalar') writer.addScalar(name);
  else if (kind === 'simple') writer.addSimple(name);
  else if (kind === 'combined') writer.addCombined(name);
  else writer.addNames(name);
}

function change(
  writer: StatsSegmentWriter,
  number: number,
  entry: ModelEntry,
  { thread, index }: { readonly thread: number; readonly index: number },
  value: bigint,
): void {
  if (entry.kind === 'scalar') {
    writer.setScalar(number, value);
    entry.scalar = value;
  } else if (entry.kind === 'names') {
    const name = value % 4n === 0n ? null : `n${value}`;
    writer.setName(number, index, name);
    if (name === null && (entry.names[index] ?? null) === null) return;
    while (entry.names.length <= index) entry.names.push(null);
    entry.names[index] = name;
  } else {
    writer.validate(number, thread, index);
    while (entry.threads.length <= thread) entry.threads.push([]);
    for (const row of entry.threads.slice(0, thread + 1)) while (row.length <= index) row.push(0n);
    if (entry.kind === 'simple') writer.setSimple(number, thread, index, value);
    else writer.setCombined(number, thread, index, value, value * 2n);
    const row = entry.threads[thread];
    if (row !== undefined) row[index] = value;
  }
}

function lengthOf(entry: ModelEntry): number {
  return Math.max(0, ...entry.threads.map((row) => row.length));
}

function sumAt(entry: ModelEntry, index: number): bigint {
  return BigInt.asUintN(
    64,
    entry.threads.reduce((sum, row) => sum + (row[index] ?? 0n), 0n),
  );
}
