import { expect } from 'chai';
import fc from 'fast-check';
import { Reader } from '../../binapi/codec/reader.js';
import { lbVipDetails } from '../../binapi/generated/lb.js';
import { DumpRows, RowMemory } from '../../binapi/row-memory.js';

const HEADER = 6;

/** What a row says, without its header, which is another one in every dump. */
const says = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex', HEADER);

const make = (reader: Reader) => {
  reader.skip(HEADER);
  return Buffer.from(reader.bytes(reader.left)).toString('hex');
};

function dump<Row>(memory: RowMemory<Row> | null, of: (reader: Reader) => Row, rows: readonly Uint8Array[]) {
  const taken = new DumpRows(of, memory);
  for (const row of rows) taken.read(new Reader(row));
  return taken.end();
}

describe('binapi/row-memory', () => {
  const row = fc
    .tuple(
      fc.uint8Array({ minLength: HEADER, maxLength: HEADER }),
      fc.constantFrom(0, 1, 2),
      fc.constantFrom(0, 0, 0, 0, 1),
    )
    .map(([header, kind, longer]) => {
      const bytes = new Uint8Array(lbVipDetails.minSize + longer).fill(kind);
      bytes.set(header);
      return bytes;
    });

  it('gives what each dump says, whatever was dumped before, and the very list of the last one if that is the same', () => {
    const dumps = fc.array(fc.array(row, { maxLength: 6 }), { minLength: 1, maxLength: 6 });
    const same = fc.property(dumps, (all) => {
      const memory = new RowMemory<string>(lbVipDetails);
      for (const rows of all) {
        const before = memory.last;
        const got = dump(memory, make, rows);
        const wanted = rows.map(says);
        expect(got).to.deep.equal(wanted);
        expect(got === before).to.equal(String(wanted) === String(before));
      }
    });
    fc.assert(same, { numRuns: 200 });
  });

  it('sees every bit that changes in any of the rows, and nothing else is decoded again', () => {
    const rows = Array.from({ length: 300 }, (_, i) => new Uint8Array(lbVipDetails.minSize).fill(i));
    let made = 0;
    const counted = (reader: Reader) => {
      made++;
      return make(reader);
    };
    const memory = new RowMemory<string>(lbVipDetails);
    dump(memory, counted, rows);
    const places = fc.tuple(
      fc.nat({ max: rows.length - 1 }),
      fc.integer({ min: HEADER, max: lbVipDetails.minSize - 1 }),
    );
    const seen = fc.property(places, fc.nat({ max: 7 }), ([i, at], bit) => {
      const changed = rows.map((one) => Uint8Array.from(one));
      const target = changed[i];
      if (target === undefined) throw new Error('no such row');
      target[at] = (target[at] ?? 0) ^ (1 << bit);
      for (const now of [changed, rows]) {
        made = 0;
        expect(dump(memory, counted, now)).to.deep.equal(now.map(says));
        expect(made).to.equal(1);
      }
    });
    fc.assert(seen, { numRuns: 150 });
  });

  it('keeps nothing of a dump that ends early, and takes dumps that are under way at once', () => {
    const [one, two, three] = [1, 2, 3].map((kind) => new Uint8Array(lbVipDetails.minSize).fill(kind));
    if (one === undefined || two === undefined || three === undefined)
      throw new Error('three rows are needed');
    const memory = new RowMemory<string>(lbVipDetails);
    const first = dump(memory, make, [one, two]);
    const broken = new DumpRows(make, memory);
    broken.read(new Reader(one));
    expect(dump(memory, make, [one, two])).to.equal(first);
    const [a, b] = [new DumpRows(make, memory), new DumpRows(make, memory)];
    for (const row of [one, three]) a.read(new Reader(row));
    for (const row of [one, two]) b.read(new Reader(row));
    expect(a.end()).to.deep.equal([one, three].map(says));
    expect(b.end()).to.deep.equal([one, two].map(says));
  });
});
