import { expect } from 'chai';
import { debtOfFlows, failoverDebt, type TableEpoch } from '../../domain/failover-debt.js';
import { bucketOf, flowHash } from '../../domain/flow-hash.js';
import type { TableSeen } from '../../domain/table-history.js';
import { predictTable, serverOfBucket, type WeightedServer } from '../../domain/table-prediction.js';
import { packetOf } from '../../sim/flow/flow.js';
import { ip46FromIp } from '../../sim/lb/ip46.js';
import { findServer } from '../../sim/lb/lb-state.js';
import { SeededRandom } from '../../sim/random.js';
import { vipKey } from '../support/domain-samples.js';
import { LbBench, vipAt } from '../support/lb-bench.js';
import { randomServers, weighted } from '../support/random-servers.js';
import { wholeOfIt } from '../support/slow-part.js';

const VIP = vipAt('192.0.2.1');
const LENGTH = 1024;

/** A simulated VIP whose weights change a few times while flows begin; none of them expires. */
class Life {
  readonly epochs: TableEpoch[] = [];
  readonly #bench = new LbBench();
  readonly #random: SeededRandom;
  #servers: WeightedServer[];

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
    this.#servers = randomServers(seed, 2 + this.#random.below(9));
    const { ip4Source, ip6Source } = this.#bench.lb.state.config;
    this.#bench.lb.configure({ ip4Source, ip6Source, bucketsPerThread: 65_536, flowTimeout: 40 });
    this.#bench.addVip(VIP, { tableLength: LENGTH });
    for (const { address } of this.#servers) this.#bench.add(VIP, address);
    this.#flowsBegin();
    for (let change = 0; change < 1 + this.#random.below(4); change++) {
      this.#change();
      this.#flowsBegin();
    }
  }

  #change(): void {
    const which = this.#random.below(this.#servers.length);
    const weight = [0, 0, 25, 50, 100][this.#random.below(5)] ?? 0;
    this.#servers = weighted(this.#servers, (place, was) => (place === which ? weight : was));
    const { address } = this.#servers[which] ?? {};
    if (address !== undefined) this.#bench.lb.setServerWeight(VIP, ip46FromIp(address), weight, false);
  }

  #flowsBegin(): void {
    const begun = 150 + this.#random.below(450);
    this.#bench.send('192.0.2.1', begun, this.#random.u32());
    this.epochs.push({ table: predictTable(LENGTH, this.#servers), begun });
  }

  get now() {
    return predictTable(LENGTH, this.#servers);
  }

  /** As VPP counts them. */
  flows() {
    const { state } = this.#bench.lb;
    const vip = state.vips.get(1);
    return this.#servers.map(({ address }) => {
      const index = vip === undefined ? null : findServer(state, vip, address);
      return { address, flows: index === null ? 0 : state.flowTable.references(index) };
    });
  }

  /** Flows that would go elsewhere if VPP forgot them: each is looked at. */
  truth(): number {
    const { now } = this;
    let away = 0;
    for (const { flow, server } of this.#bench.clients.flows()) {
      const home = serverOfBucket(now, bucketOf(flowHash(packetOf(flow, 60), false), LENGTH));
      if (server !== null && server !== home) away++;
    }
    return away;
  }
}

describe('domain/failover-debt', () => {
  it('of what VPP says is that of its flows and tables, and known to be none where there is no flow', () => {
    const [one, two] = randomServers(1, 2);
    if (one === undefined || two === undefined) throw new Error('there are two servers');
    const vip = (flows: readonly [number, number], tables: readonly TableSeen[] | null) => {
      const history = tables === null ? null : { since: 7, tables };
      const servers = [
        { ...one, flows: flows[0] },
        { ...two, weight: 0, flows: flows[1] },
      ];
      return debtOfFlows({
        key: vipKey('192.0.2.1/32'),
        tableLength: 16,
        servers,
        history,
      });
    };
    const both = { table: { length: 16, servers: [one, two] }, begun: 30 };
    const debt = { certain: 20, most: 20, flows: 30 };
    expect(vip([10, 20], [both])).to.deep.equal({ ...debt, estimate: 20, since: 7 });
    expect(vip([10, 20], null)).to.deep.equal({ ...debt, estimate: null, since: null });
    expect(vip([0, 0], null)).to.deep.equal({ certain: 0, most: 0, flows: 0, estimate: 0, since: null });
  });

  it('is never more or less than what the simulator counts, and the estimate is near it', () => {
    for (let seed = 1; seed <= (wholeOfIt ? 50 : 4); seed++) {
      const life = new Life(seed);
      const truth = life.truth();
      const debt = failoverDebt(life.flows(), life.now, life.epochs);
      const what = JSON.stringify({ seed, truth, debt });
      expect(debt.certain, what).to.be.at.most(truth);
      expect(debt.most, what).to.be.at.least(truth);
      const estimate = debt.estimate ?? 0;
      // A handful is chance.
      if (truth > 30) expect(estimate / truth, what).to.be.within(1 / 1.5, 1.5);
      else expect(Math.abs(estimate - truth), what).to.be.at.most(30);
    }
  });

  it('knows no estimate without tables, and no debt on who has all buckets', () => {
    const [one, two] = randomServers(1, 2);
    if (one === undefined || two === undefined) throw new Error('there are two servers');
    const both = predictTable(16, [one, two]);
    const flows = [
      { address: one.address, flows: 10 },
      { address: two.address, flows: 20 },
    ];
    expect(failoverDebt(flows, both, [])).to.deep.equal({ certain: 0, most: 30, estimate: null });
    const drained = predictTable(16, [one, { ...two, weight: 0 }]);
    expect(failoverDebt(flows, drained, [{ table: both, begun: 30 }])).to.deep.equal({
      certain: 20,
      most: 20,
      estimate: 20,
    });
    expect(failoverDebt(flows, drained, [])).to.include({ certain: 20, most: 20, estimate: null });
  });
});
