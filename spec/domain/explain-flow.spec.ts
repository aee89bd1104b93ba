import { expect } from 'chai';
import { isRight } from 'fp-ts/lib/Either.js';
import { explainFlow, type FlowEnds } from '../../domain/explain-flow.js';
import { type LbState, PROTOCOL_ANY, type VipState } from '../../domain/lb.js';
import { predictBuckets } from '../../domain/table-prediction.js';
import { ip46FromIp } from '../../sim/lb/ip46.js';
import { ip, sampleLbConf, vipKey } from '../support/domain-samples.js';
import { LbBench, vipAt } from '../support/lb-bench.js';
import { randomServers } from '../support/random-servers.js';

const servers = randomServers(5, 6, (random) => 10 + random.below(91));

function vip(prefix: string, more: Partial<VipState> = {}): VipState {
  const buckets = predictBuckets(256, servers);
  return {
    key: vipKey(prefix, 6, 443),
    encap: 'gre4',
    tableLength: { value: 256, exact: true },
    srcIpSticky: false,
    ases: servers.map((server, i) => ({ ...server, buckets: buckets[i] ?? 0 })),
    ...more,
  };
}

const stateOf = (...vips: readonly VipState[]): LbState => ({ conf: sampleLbConf, vips });

const flow: FlowEnds = {
  source: ip('198.51.100.7'),
  sourcePort: 40_000,
  destination: ip('192.0.2.1'),
  destinationPort: 443,
  protocol: 6,
};

function explained(ends: FlowEnds, state: LbState) {
  const result = explainFlow(ends, state);
  if (isRight(result)) return result.right;
  expect.fail(result.left.message);
}

function refused(ends: FlowEnds, state: LbState): string {
  const result = explainFlow(ends, state);
  return isRight(result) ? 'explained' : result.left.code;
}

describe('domain/explain-flow', () => {
  it('names the server to which the simulator sends each flow, and the one it moves it to when that leaves', () => {
    const address = vipAt('192.0.2.1');
    const bench = new LbBench();
    bench.addVip(address, { tableLength: 256 });
    for (const { address: of, weight } of servers)
      bench.lb.addServers(address, [ip46FromIp(of)], weight, false);
    const before = bench.send('192.0.2.1', 300).flows;
    const [leaving] = servers;
    if (leaving === undefined) throw new Error('there are servers');
    bench.lb.setServerWeight(address, ip46FromIp(leaving.address), 0, true);
    const after = bench.send('192.0.2.1', 300).flows;
    let moved = 0;
    for (const [i, { flow: ends, server }] of before.entries()) {
      const { server: foretold, otherwise, hash } = explained(ends, stateOf(vip('192.0.2.1/32')));
      expect(foretold).to.equal(server);
      expect(hash).to.be.at.least(0);
      if (server !== leaving.address) continue;
      moved++;
      expect(otherwise).to.equal(after[i]?.server);
    }
    expect(moved).to.be.above(10);
  });

  it('hashes as VPP does, with and without ports', () => {
    const { hash, bucket, tableLength } = explained(flow, stateOf(vip('192.0.2.1/32')));
    expect(hash).to.equal(0xe3777cc0);
    expect([bucket, tableLength]).to.deep.equal([0xc0, 256]);
    expect(explained(flow, stateOf(vip('192.0.2.1/32', { srcIpSticky: true }))).hash).to.equal(0xd11471c9);
  });

  it('takes the longest prefix, and on it the VIP of the port or of all', () => {
    const wide = vip('192.0.2.0/24', { key: vipKey('192.0.2.0/24', PROTOCOL_ANY, 0) });
    const narrow = vip('192.0.2.1/32');
    expect(explained(flow, stateOf(wide, narrow)).key).to.deep.equal(narrow.key);
    // VPP drops it: the longest prefix has no VIP for that port.
    expect(refused({ ...flow, destinationPort: 80 }, stateOf(wide, narrow))).to.equal('MGL_FLOW_NO_VIP');
    const other = { ...flow, destination: ip('192.0.2.2'), protocol: 1 };
    expect(explained(other, stateOf(wide, narrow)).key).to.deep.equal(wide.key);
    expect(refused({ ...flow, destination: ip('192.0.3.1') }, stateOf(wide))).to.equal('MGL_FLOW_NO_VIP');
    expect(refused({ ...flow, source: ip('2001:db8::1') }, stateOf(wide))).to.equal('MGL_REQUEST_INVALID');
  });

  it('says that nobody is there, now or when the only one left', () => {
    const [first] = servers;
    if (first === undefined) throw new Error('there are servers');
    const alone = vip('192.0.2.1/32', { ases: [{ ...first, buckets: 256 }] });
    expect(explained(flow, stateOf(alone))).to.include({ server: first.address, otherwise: null });
    const idle = vip('192.0.2.1/32', { ases: [{ ...first, weight: 0, buckets: 0 }] });
    expect(explained(flow, stateOf(idle))).to.include({ server: null, otherwise: null });
    const unknown = { ...idle, tableLength: { value: 0, exact: false } };
    expect(explained(flow, stateOf(unknown))).to.include({ server: null, tableLength: 0 });
  });
});
