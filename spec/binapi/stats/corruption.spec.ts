import { closeSync, openSync, writeSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { openStats } from '../../../binapi/stats/stats-segment.js';
import { createMemfd } from '../../../linux/memfd.js';
import { hurryingClock } from '../../support/hurrying-clock.js';
import { passedDescriptors } from '../../support/passed-descriptors.js';
import { rejection } from '../../support/rejection.js';
import { ServedImage } from '../../support/served-image.js';
import { BASE, StatsImage, TYPE } from '../../support/stats-image.js';

/** A segment with something of everything. */
function varied(): StatsImage {
  const image = new StatsImage();
  const s = image.simple('no server configured', [[1n, 2n, 3n], [4n, 5n], null]);
  const c = image.combined('/net/route/via', [
    [1n, 2n, 3n, 4n],
    [5n, 6n],
  ]);
  image.symlink('s[1]', s, 1);
  image.symlink('c[0]', c, 0);
  image.entry('/if/names', TYPE.names, image.vector([image.text('local0'), 0n, image.text('host-eth0')]));
  image.entry('', TYPE.empty, 0n);
  image.entry('gauge', TYPE.gauge, 1n);
  image.entry('histogram', TYPE.histogram, image.vector([image.vector([1n, 2n])]));
  return image;
}

/** Does everything that a reader can do; says how each of it ended: ok, or the code of the error. */
async function readAll(socketPath: string): Promise<string[]> {
  const ends: string[] = [];
  const end = async (act: () => Promise<unknown>) => {
    try {
      await act();
      ends.push('ok');
    } catch (thrown) {
      ends.push(thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown));
    }
  };
  await end(async () => {
    const stats = await openStats({ socketPath, clock: hurryingClock() });
    let names: readonly string[] = [];
    await end(async () => {
      names = await stats.names();
    });
    await end(async () => {
      const snapshot = await stats.snapshot(names.map((name) => ({ name })));
      for (const name of names) {
        const value = snapshot.value(name);
        if (value?.kind === 'simple') for (let i = 0; i < value.counters.length; i++) value.counters.at(i);
        if (value?.kind === 'combined') for (let i = 0; i < value.counters.length; i++) value.counters.at(i);
      }
    });
    await end(() => stats.threads('no server configured'));
    stats.close();
  });
  return ends;
}

const named = ['ok', 'MGL_STATS_LAYOUT', 'MGL_STATS_BUSY'];

describe('binapi/stats: corrupted segments', function () {
  this.timeout(30_000);
  let served: ServedImage;
  let sound: Buffer;

  beforeEach(() => {
    served = new ServedImage(varied());
    sound = Buffer.from(served.image.bytes);
  });

  afterEach(() => served.close());

  it('are read when they are sound', async () => {
    expect(await readAll(served.socketPath)).to.deep.equal(['ok', 'ok', 'ok', 'ok']);
  });

  /** Where it hurts: header, entries, vectors with their headers. */
  const place = fc.oneof(
    fc.nat(39),
    fc.integer({ min: 0x1000 - 8, max: 0x1000 + 144 * 12 }),
    fc.integer({ min: 0x10000, max: 0x10400 }),
    fc.nat(0x1ffff),
  );
  const bytes = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 1 }),
    fc.uint8Array({ minLength: 8, maxLength: 8 }),
    // Lengths and pointers that are nearly right.
    fc.constantFrom(0, 1, 0xffff, 0x1fff8, 0x20000, 0xffff_ffff).map((n) => u64(BigInt(n))),
    fc.integer({ min: -16, max: 0x20010 }).map((n) => u64(BigInt.asUintN(64, BASE + BigInt(n)))),
  );
  const damage = fc.array(fc.tuple(place, bytes), { minLength: 1, maxLength: 6 });

  it('are read or refused with a named error, whatever bytes are wrong', async () => {
    const before = passedDescriptors();
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(damage, async (changes) => {
        sound.copy(served.image.bytes);
        for (const [at, wrong] of changes) served.image.bytes.set(wrong.subarray(0, 0x20000 - at), at);
        served.image.publish();
        for (const end of await readAll(served.socketPath)) {
          expect(named).to.include(end);
          seen.add(end);
        }
      }),
      { numRuns: 150 },
    );
    expect([...seen].sort()).to.deep.equal([...named].sort());
    expect(passedDescriptors()).to.deep.equal(before);
  });

  it('are read or refused wherever they are cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.nat(200), fc.integer({ min: 0xff0, max: 0x10400 })), async (size) => {
        const fd = createMemfd('stat segment', size);
        writeSync(fd, sound, 0, size, 0);
        served.replaceBy(fd);
        const ends = await readAll(served.socketPath);
        closeSync(fd);
        for (const end of ends) expect(named).to.include(end);
        // Without the whole header there is nothing to read.
        if (size < 40) expect(ends).to.deep.equal(['MGL_STATS_LAYOUT']);
      }),
      { numRuns: 80 },
    );
  });

  it('cannot make a reader go in circles', async () => {
    const large = new ServedImage(new StatsImage(0x80000));
    const image = large.image;
    // Thousands of names, all of them the same long one; threads without number; a directory as long as can be said.
    const name = image.text('x'.repeat(1000));
    const many = image.vector(Array.from({ length: 6000 }, () => name));
    image.entry('all alike', TYPE.names, many);
    image.entry('threads', TYPE.simple, many);
    const row = image.vector(
      Array.from({ length: 2000 }, () => 1n),
      1000,
    );
    image.entry('one row', TYPE.combined, image.vector(Array.from({ length: 1000 }, () => row)));
    image.publish();
    const stats = await large.open();
    for (const one of ['all alike', 'threads', 'one row']) {
      expect(await rejection(stats.snapshot([{ name: one }]))).to.include({ code: 'MGL_STATS_LAYOUT' });
    }
    image.bytes.writeUInt32LE(0xffff_ffff, 0x1000 - 8);
    image.publish();
    expect(await rejection(stats.names())).to.include({ code: 'MGL_STATS_LAYOUT' });
    large.close();
  });

  it('that are none are refused', async () => {
    const refused = async (fd: number, reason: string) => {
      served.replaceBy(fd);
      const thrown = await rejection(served.open());
      closeSync(fd);
      expect(thrown).to.include({ code: 'MGL_STATS_LAYOUT' });
      expect(String(thrown)).to.contain(reason);
    };
    await refused(openSync('/dev/zero', 'r'), 'not one of memory');
    await refused(createMemfd('huge', 2 ** 40), '1099511627776 bytes');
    await refused(createMemfd('blank', 4096), 'version is 0');
    const future = createMemfd('future', 4096);
    writeSync(future, u64(3n), 0, 8, 0);
    await refused(future, 'version is 3');
  });
});

function u64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
}
