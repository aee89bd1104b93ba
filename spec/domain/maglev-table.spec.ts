import { createHash } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { ipFromBytes } from '../../domain/ip.js';
import { buildLegacyNewFlowTable, buildNewFlowTable, type TableServer } from '../../domain/maglev-table.js';
import { xxhash64 } from '../../domain/xxhash64.js';
import { hashVectors, type TableVector, tableVectors } from '../fixtures/maglev-tables.js';
import { countBuckets } from '../support/count-buckets.js';
import { ip } from '../support/domain-samples.js';

const MASK_64 = (1n << 64n) - 1n;

/** XXH64 of 8 bytes written down once more, in the plainest way. */
function plainXxhash64(key: bigint): bigint {
  const [p1, p2, p3] = [0x9e3779b185ebca87n, 0xc2b2ae3d27d4eb4fn, 0x165667b19e3779f9n];
  const rotate = (x: bigint, n: bigint) => ((x << n) | (x >> (64n - n))) & MASK_64;
  let hash = (0x9e3779b97f4a7c13n + 0x27d4eb2f165667c5n + 8n) & MASK_64;
  hash ^= (rotate((key * p2) & MASK_64, 31n) * p1) & MASK_64;
  hash = (rotate(hash, 27n) * p1 + 0x85ebca77c2b2ae63n) & MASK_64;
  hash = ((hash ^ (hash >> 33n)) * p2) & MASK_64;
  hash = ((hash ^ (hash >> 29n)) * p3) & MASK_64;
  return hash ^ (hash >> 32n);
}

function hashOf(key: bigint): bigint {
  const out = new Uint32Array(2);
  xxhash64(Number(key & 0xffffffffn), Number(key >> 32n), out, 0);
  return (BigInt(out[1] as number) << 32n) | BigInt(out[0] as number);
}

function serversOf(vector: TableVector): TableServer[] {
  return vector.servers.map(([address, weight], i) => ({ index: i + 1, address: ip(address), weight }));
}

const anyServers = fc
  .uniqueArray(fc.uint8Array({ minLength: 4, maxLength: 4 }), {
    minLength: 1,
    maxLength: 12,
    selector: (bytes) => bytes.join('.'),
  })
  .chain((addresses) =>
    fc.tuple(
      ...addresses.map((bytes) =>
        fc.tuple(fc.constant(ipFromBytes(bytes)), fc.integer({ max: 255, min: 0 })),
      ),
    ),
  )
  .map((pairs) => pairs.map(([address, weight], i): TableServer => ({ index: i + 1, address, weight })));

const anyLength = fc.integer({ min: 0, max: 12 }).map((exponent) => 2 ** exponent);

describe('domain/xxhash64', () => {
  for (const [key, hash] of hashVectors) {
    it(`hashes ${key}`, () => {
      expect(
        hashOf(BigInt(`0x${key}`))
          .toString(16)
          .padStart(16, '0'),
      ).to.equal(hash);
    });
  }

  it('equals the same hash written with BigInt, for every key', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: MASK_64 }), (key) => {
        expect(hashOf(key)).to.equal(plainXxhash64(key));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('domain/maglev-table', () => {
  for (const vector of tableVectors) {
    it(`gives VPP's table: ${vector.name}`, () => {
      const build = vector.variant === 'legacy' ? buildLegacyNewFlowTable : buildNewFlowTable;
      const table = build(vector.length, serversOf(vector));
      const counts = countBuckets(table);
      expect(vector.servers.map((_, i) => counts.get(i + 1) ?? 0)).to.deep.equal(vector.buckets);
      expect([...table.subarray(0, vector.firstCells.length)]).to.deep.equal(vector.firstCells);
      const bytes = Buffer.alloc(4 * table.length);
      table.forEach((cell, i) => {
        bytes.writeUInt32LE(cell, 4 * i);
      });
      expect(createHash('sha256').update(bytes).digest('hex')).to.equal(vector.sha256);
    });
  }

  it('fills every bucket as soon as one server has a weight, and none otherwise', () => {
    fc.assert(
      fc.property(anyLength, anyServers, (length, servers) => {
        const total = [...countBuckets(buildNewFlowTable(length, servers))]
          .filter(([index]) => index !== 0)
          .reduce((sum, [, count]) => sum + count, 0);
        expect(total).to.equal(servers.some((server) => server.weight > 0) ? length : 0);
      }),
    );
  });

  it('gives each unit of weight the same number of buckets, give or take one', () => {
    fc.assert(
      fc.property(anyLength, anyServers, (length, servers) => {
        const counts = countBuckets(buildNewFlowTable(length, servers));
        const units = servers.reduce((sum, server) => sum + server.weight, 0);
        for (const { index, weight } of servers) {
          const count = counts.get(index) ?? 0;
          expect(count).to.be.at.least(weight * Math.floor(length / Math.max(units, 1)));
          expect(count).to.be.at.most(weight * Math.ceil(length / Math.max(units, 1)));
        }
      }),
    );
  });

  it('does not depend on the order of the servers, nor on what was built before', () => {
    fc.assert(
      fc.property(anyLength, anyServers, fc.integer(), (length, servers, seed) => {
        const before = buildNewFlowTable(length, servers);
        const shuffled = [...servers].sort((a, b) => ((a.index * seed) % 97) - ((b.index * seed) % 97));
        buildNewFlowTable(
          length,
          servers.map((server) => ({ ...server, weight: 255 })),
        );
        expect(buildNewFlowTable(length, shuffled)).to.deep.equal(before);
      }),
    );
  });

  it('is the table of older VPPs when all weights are 1', () => {
    fc.assert(
      fc.property(anyLength, anyServers, (length, servers) => {
        const ones = servers.map((server) => ({ ...server, weight: 1 }));
        expect(buildLegacyNewFlowTable(length, servers)).to.deep.equal(buildNewFlowTable(length, ones));
      }),
    );
  });

  it('refuses a length that is no power of two, a weight above 255, an address twice and index 0', () => {
    const server = { index: 1, address: ip('10.0.0.1'), weight: 1 };
    expect(() => buildNewFlowTable(1000, [server])).to.throw(RangeError, '1000 is not a power of two');
    expect(() => buildNewFlowTable(0, [server])).to.throw(RangeError);
    expect(() => buildNewFlowTable(16, [{ ...server, weight: 256 }])).to.throw(
      RangeError,
      '256 is not a weight',
    );
    expect(() => buildNewFlowTable(16, [server, { ...server, index: 2 }])).to.throw(
      RangeError,
      'has the address',
    );
    expect(() => buildNewFlowTable(16, [{ ...server, index: 0 }])).to.throw(RangeError, 'index 0');
  });

  it('builds 65,536 buckets for 200 servers of weight 100 in equal shares', () => {
    const servers = Array.from({ length: 200 }, (_, i) => ({
      index: i + 1,
      address: ip(`198.18.7.${i}`),
      weight: 100,
    }));
    const counts = countBuckets(buildNewFlowTable(65_536, servers));
    expect([...counts.values()].every((count) => count === 327 || count === 328)).to.equal(true);
  });
});
