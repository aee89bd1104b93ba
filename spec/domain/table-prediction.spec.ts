import { expect } from 'chai';
import { bucketOf, flowHash } from '../../domain/flow-hash.js';
import type { VipState } from '../../domain/lb.js';
import {
  bucketDifferences,
  lengthOfTable,
  predictBuckets,
  predictTable,
  serverOfBucket,
  type WeightedServer,
} from '../../domain/table-prediction.js';
import { packetOf } from '../../sim/flow/flow.js';
import { ip46FromIp } from '../../sim/lb/ip46.js';
import { currentTable } from '../../sim/lb/new-flow-table.js';
import { SeededRandom } from '../../sim/random.js';
import { tableVectors } from '../fixtures/maglev-tables.js';
import { countBuckets } from '../support/count-buckets.js';
import { ip, vipKey } from '../support/domain-samples.js';
import { LbBench, vipAt } from '../support/lb-bench.js';
import { randomServers } from '../support/random-servers.js';
import { wholeOfIt } from '../support/slow-part.js';

const VIP = vipAt('192.0.2.1');

/** A simulated VPP with one VIP, whose servers came in any order and got their weights later. */
function simulated(length: number, servers: readonly WeightedServer[], random: SeededRandom): LbBench {
  const bench = new LbBench();
  bench.addVip(VIP, { tableLength: length });
  for (const { address, weight } of random.shuffled(servers)) {
    bench.lb.addServers(VIP, [ip46FromIp(address)], random.below(101), false);
    bench.lb.setServerWeight(VIP, ip46FromIp(address), weight, false);
  }
  return bench;
}

/** Buckets of each server in the simulator's own table. */
function bucketsIn({ lb }: LbBench, servers: readonly WeightedServer[]): number[] {
  const vip = lb.state.vips.get(1);
  if (vip === undefined) throw new Error('the simulator has no VIP');
  const counts = new Map<string, number>();
  for (const [index, count] of countBuckets(currentTable(lb.state, vip))) {
    const address = lb.state.servers.get(index)?.address.text;
    if (address !== undefined && index !== 0) counts.set(address, count);
  }
  return servers.map(({ address }) => counts.get(address) ?? 0);
}

function vipOf(
  servers: readonly WeightedServer[],
  buckets: readonly number[],
  tableLength: VipState['tableLength'],
): VipState {
  const ases = servers.map((server, i) => ({ ...server, buckets: buckets[i] ?? 0 }));
  return { key: vipKey('192.0.2.1/32'), encap: 'gre4', tableLength, srcIpSticky: false, ases };
}

describe('domain/table-prediction', () => {
  it("foretells the buckets of all of VPP's vectors", () => {
    const modern = tableVectors.filter(({ variant }) => variant !== 'legacy');
    expect(modern.length).to.be.above(5);
    for (const { length, servers, buckets } of modern) {
      const given = servers.map(([address, weight]) => ({ address: ip(address), weight }));
      expect(predictBuckets(length, given)).to.deep.equal(buckets);
      expect(bucketDifferences(vipOf(given, buckets, { value: length, exact: true }))).to.deep.equal([]);
    }
  });

  it('foretells the buckets of the simulator for random sets of weights', () => {
    for (let seed = 1; seed <= (wholeOfIt ? 1000 : 200); seed++) {
      const random = new SeededRandom(seed);
      const length = 2 ** random.below(12);
      const servers = randomServers(seed, 1 + random.below(12), () => random.below(101));
      const buckets = bucketsIn(simulated(length, servers, random), servers);
      expect(predictBuckets(length, servers), `seed ${seed}`).to.deep.equal(buckets);
    }
  });

  it('foretells the server of each of many thousand flows, and so the shares that they show', () => {
    const random = new SeededRandom(7);
    const servers = randomServers(7, 5, () => 20 + random.below(81));
    const length = 4096;
    const predicted = predictTable(length, servers);
    const count = wholeOfIt ? 100_000 : 20_000;
    const seen = new Map<string | null, number>();
    let wrong = 0;
    for (const { flow, server } of simulated(length, servers, random).send('192.0.2.1', count).flows) {
      const bucket = bucketOf(flowHash(packetOf(flow, 60), false), length);
      if (serverOfBucket(predicted, bucket) !== server) wrong++;
      seen.set(server, (seen.get(server) ?? 0) + 1);
    }
    expect(wrong).to.equal(0);
    for (const [i, buckets] of predictBuckets(length, servers).entries()) {
      const share = buckets / length;
      const chance = 4 * Math.sqrt((share * (1 - share)) / count);
      expect((seen.get(servers[i]?.address ?? null) ?? 0) / count).to.be.closeTo(share, chance);
    }
  });

  it('names servers that have other buckets than they must, and no others', () => {
    const servers = randomServers(1, 3);
    const buckets = predictBuckets(1024, servers);
    const wrong = buckets.map((count, i) => count + (i === 0 ? 1 : i === 1 ? -1 : 0));
    const differences = bucketDifferences(vipOf(servers, wrong, { value: 1024, exact: true }));
    expect(differences.map(({ address }) => address)).to.deep.equal([
      servers[0]?.address,
      servers[1]?.address,
    ]);
    expect(differences[0]).to.include({ predicted: buckets[0], reported: wrong[0], weight: 100 });
  });

  it('finds a length that VPP tells modulo 65536 in the buckets, and compares with that', () => {
    const servers = randomServers(2, 4, (random) => 1 + random.below(100));
    const buckets = predictBuckets(131_072, servers);
    const vip = vipOf(servers, buckets, { value: 0, exact: false });
    expect(lengthOfTable(vip)).to.equal(131_072);
    expect(bucketDifferences(vip)).to.deep.equal([]);
    const odd = vipOf(servers, [5, 6, 7, 8], { value: 26, exact: false });
    expect(bucketDifferences(odd)).to.have.length(4);
  });

  it('compares nothing where nobody has weight or there are no servers', () => {
    const idle = randomServers(3, 2, () => 0);
    expect(bucketDifferences(vipOf(idle, [0, 0], { value: 0, exact: false }))).to.deep.equal([]);
    expect(bucketDifferences(vipOf([], [], { value: 1024, exact: true }))).to.deep.equal([]);
    const serving = randomServers(3, 2);
    expect(bucketDifferences(vipOf(serving, [0, 0], { value: 0, exact: false }))).to.have.length(2);
  });
});
