import { expect } from 'chai';
import fc from 'fast-check';
import { StickyTable } from '../../../sim/flow/sticky-table.js';

interface Entry {
  hash: number;
  vip: number;
  server: number;
  expiry: number;
}

/** The rules once more, over a list for each bucket. */
class Model {
  readonly #buckets: Entry[][];
  readonly #timeout: number;

  constructor(buckets: number, timeout: number) {
    this.#timeout = timeout;
    this.#buckets = Array.from({ length: buckets }, () =>
      Array.from({ length: 4 }, () => ({ hash: 0, vip: 0, server: 0, expiry: 0 })),
    );
  }

  /** Returns the server found, and whether there was room. */
  pass(hash: number, vip: number, choice: number, now: number): [number, boolean] {
    const bucket = this.#buckets[hash % this.#buckets.length] as Entry[];
    const match = bucket.find((entry) => entry.expiry > now && entry.hash === hash && entry.vip === vip);
    const room = bucket.find((entry) => entry.expiry <= now);
    if (match !== undefined) match.expiry = now + this.#timeout;
    if ((match?.server ?? 0) === 0 && room !== undefined) {
      Object.assign(room, { hash, vip, server: choice, expiry: now + this.#timeout });
    }
    return [match?.server ?? 0, room !== undefined];
  }

  flush(vip: number, server: number): void {
    for (const entry of this.#buckets.flat()) {
      if (entry.vip === vip && entry.server === server) Object.assign(entry, { vip: -1, server: 0 });
    }
  }

  live(now: number): number {
    return this.#buckets.flat().filter((entry) => entry.expiry > now).length;
  }
}

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ hash: fc.nat(31), vip: fc.nat(2), choice: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ wait: fc.nat(12) }) },
  { weight: 1, arbitrary: fc.record({ flushVip: fc.nat(2), server: fc.nat(3) }) },
);

describe('sim/flow: the table of one thread', () => {
  it('does what the rules say, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 4),
        fc.nat(20),
        fc.array(step, { maxLength: 200 }),
        (buckets, timeout, steps) => {
          const table = new StickyTable(buckets, timeout);
          const model = new Model(buckets, timeout);
          let now = 10_000;
          for (const one of steps) {
            if ('wait' in one) now += one.wait;
            else if ('flushVip' in one) {
              table.flush(one.flushVip, one.server, () => undefined);
              model.flush(one.flushVip, one.server);
            } else {
              const { server, free } = table.find(one.hash, one.vip, now);
              if (server === 0 && free !== null) table.put(free, one.hash, one.vip, one.choice, now);
              expect([server, free !== null]).to.deep.equal(model.pass(one.hash, one.vip, one.choice, now));
            }
            expect(table.liveEntries(now)).to.equal(model.live(now));
          }
        },
      ),
    );
  });

  it('compares times as signed numbers: half of all timeouts are over at once', () => {
    for (const [timeout, known] of [
      [2 ** 31 - 1 - 10_000, 7],
      [2 ** 31 - 10_000, 0],
      [2 ** 32 - 1, 0],
    ] as const) {
      const table = new StickyTable(16, timeout);
      table.put(table.find(5, 1, 10_000).free ?? -1, 5, 1, 7, 10_000);
      expect(table.find(5, 1, 10_000).server, String(timeout)).to.equal(known);
    }
  });

  it('tells the server of the entry that a new one overwrites', () => {
    const table = new StickyTable(1, 5);
    expect(table.put(0, 1, 1, 7, 100)).to.equal(0);
    expect(table.find(1, 1, 104)).to.deep.equal({ server: 7, free: 1 });
    expect(table.find(2, 1, 109)).to.deep.equal({ server: 0, free: 0 });
    expect(table.put(0, 2, 1, 8, 109)).to.equal(7);
  });
});
