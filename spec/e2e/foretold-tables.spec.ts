import { expect } from 'chai';
import { createLbApi } from '../../binapi/lb/lb-api.js';
import { type IpAddress, ipFromBytes } from '../../domain/ip.js';
import type { LbOperation } from '../../domain/lb.js';
import { bucketDifferences, type WeightedServer } from '../../domain/table-prediction.js';
import { SeededRandom } from '../../sim/random.js';
import { liveVpp, Stage } from '../support/daemon-stage.js';
import { vipKey } from '../support/domain-samples.js';
import { randomServers } from '../support/random-servers.js';

/** Sets of weights. A live VPP gets as many as there is reason for; the simulator was asked elsewhere. */
const SETS = liveVpp === '' ? 25 : 1000;
/** VIPs that are in VPP at a time. */
const AT_ONCE = 25;

interface Site {
  readonly key: ReturnType<typeof vipKey>;
  readonly length: number;
  readonly servers: readonly WeightedServer[];
}

/** A VIP of IPv4 servers or of IPv6 ones, with a table of 1 to 65,536 buckets. */
function siteOf(seed: number): Site {
  const random = new SeededRandom(seed);
  const four = randomServers(seed, 1 + random.below(20), () => random.below(101));
  const six = random.below(4) === 0;
  return {
    key: vipKey(`198.18.${seed >> 8}.${seed & 255}/32`),
    length: 2 ** random.below(17),
    servers: six ? four.map((server) => ({ ...server, address: sixOf(random) })) : four,
  };
}

function sixOf(random: SeededRandom): IpAddress {
  return ipFromBytes(Uint8Array.of(0x20, 0x01, 0x0d, 0xb8, ...random.bytes(12)));
}

function operationsOf({ key, length, servers }: Site): LbOperation[] {
  const encap = servers.some(({ address }) => address.includes(':')) ? 'gre6' : 'gre4';
  const reason = 'spec';
  return [
    { op: 'vip-add', key, encap, tableLength: length, srcIpSticky: false, reason },
    ...servers.map(({ address, weight }): LbOperation => ({ op: 'as-add', key, address, weight, reason })),
    // Weights that change later count in the same way.
    ...servers.slice(0, 2).map(({ address, weight: from }, i): LbOperation => {
      return { op: 'as-weight', key, address, from, weight: 7 + i, flush: false, reason };
    }),
  ];
}

describe('e2e: the tables of VPP', function () {
  this.timeout(300_000);
  const stage = new Stage(liveVpp);
  before(() => (liveVpp === '' ? stage.simulator() : undefined));
  after(() => stage.end());

  it(`have the buckets that are foretold, for ${SETS} random sets of weights`, async () => {
    await stage.withVpp(async (client) => {
      const api = createLbApi(client);
      let compared = 0;
      for (let from = 1; from <= SETS; from += AT_ONCE) {
        const sites = Array.from({ length: Math.min(AT_ONCE, SETS + 1 - from) }, (_, i) => siteOf(from + i));
        for (const site of sites) await Promise.all(operationsOf(site).map((one) => api.apply(one)));
        const { vips } = await api.getLbState();
        for (const { key } of sites) {
          const vip = vips.find((one) => one.key.prefix === key.prefix);
          if (vip === undefined) expect.fail(`VPP lacks ${key.prefix}`);
          expect(bucketDifferences(vip), key.prefix).to.deep.equal([]);
          expect(vip.ases.length).to.be.above(0);
          compared++;
        }
        for (const { key, servers } of sites) {
          const reason = 'spec';
          const gone = servers.map(({ address }): LbOperation => {
            return { op: 'as-del', key, address, flush: true, reason };
          });
          await Promise.all([...gone, { op: 'vip-del', key, reason } as const].map((one) => api.apply(one)));
        }
      }
      expect(compared).to.equal(SETS);
    });
  });
});
