import { expect } from 'chai';
import fc from 'fast-check';
import type { IpAddress } from '../../domain/ip.js';
import { SimulatedCrash } from '../../sim/lb/crash.js';
import { ip46FromIp } from '../../sim/lb/ip46.js';
import { serversOf } from '../../sim/lb/lb-state.js';
import { bucketsByServer, currentTable } from '../../sim/lb/new-flow-table.js';
import type { VipAddRequest } from '../../sim/lb/vip-add.js';
import { VIP_TYPE } from '../../sim/lb/vip-type.js';
import { countBuckets } from '../support/count-buckets.js';
import { address, LbBench, vipAt } from '../support/lb-bench.js';
import { ip } from '../support/lb-requests.js';

function crashRule(run: () => unknown): string {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof SimulatedCrash) return thrown.rule;
    throw thrown;
  }
  return 'survived';
}

const A = vipAt('192.0.2.1');
const B = vipAt('192.0.2.2');
const C = vipAt('192.0.2.3');

describe('sim/lb: new-flow tables', () => {
  it('are the same whenever they are built, and hold the indexes of the servers', () => {
    const bench = new LbBench();
    bench.addVip(A, { tableLength: 1024 });
    const vip = bench.lb.state.vips.get(1);
    if (vip === undefined) throw new Error('no VIP');
    bench.add(A, '10.0.0.2', '10.0.0.1');
    const early = currentTable(bench.lb.state, vip);
    bench.add(A, '10.0.0.3');
    bench.remove(A, '10.0.0.3');
    expect(currentTable(bench.lb.state, vip)).to.deep.equal(early);
    expect(countBuckets(early)).to.deep.equal(
      new Map([
        [1, 512],
        [2, 512],
      ]),
    );
    bench.lb.setServerWeight(A, address('10.0.0.1'), 0, false);
    expect(bucketsByServer(bench.lb.state, vip)).to.deep.equal(new Map([[2, 1024]]));
  });
});

describe('sim/lb: bucket counts', () => {
  it('are those of the table, whatever the servers, in both generations', () => {
    const weights = fc.array(fc.oneof(fc.constant(0), fc.nat(3), fc.nat(255)), { maxLength: 12 });
    fc.assert(
      fc.property(fc.nat(11), weights, fc.boolean(), fc.nat(1000), (log, list, legacy, seed) => {
        const bench = new LbBench({ generation: legacy ? 'legacy' : 'modern' });
        bench.addVip(A, { tableLength: 2 ** log });
        for (const [i, weight] of list.entries()) {
          const server = address(`10.${(seed * 7 + i * 37) % 251}.${i}.1`);
          bench.lb.addServers(A, [server], weight, false);
        }
        const vip = bench.lb.state.vips.get(1);
        if (vip === undefined) throw new Error('no VIP');
        const counted = countBuckets(currentTable(bench.lb.state, vip));
        counted.delete(0);
        expect(bucketsByServer(bench.lb.state, vip)).to.deep.equal(counted);
      }),
    );
  });
});

describe('sim/lb: what kills VPP', () => {
  it('a table of length 0 or of more than the heap, when it is made or when it is built again', () => {
    const heapBytes = 4 * 1024;
    expect(crashRule(() => new LbBench().addVip(A, { tableLength: 0 }))).to.equal('table-too-big');
    expect(crashRule(() => new LbBench({ heapBytes }).addVip(A, { tableLength: 1024 }))).to.equal(
      'table-too-big',
    );
    expect(crashRule(() => new LbBench().addVip(A, { tableLength: 2 ** 28 }))).to.equal('table-too-big');
    const bench = new LbBench({ heapBytes });
    expect(bench.addVip(A, { tableLength: 512 })).to.equal(1);
    expect(crashRule(() => bench.add(A, '10.0.0.1'))).to.equal('table-too-big');
  });

  it('tables that it has leaked', () => {
    const bench = new LbBench({ heapBytes: 4 * 1024 });
    const rule = crashRule(() => {
      for (let minute = 1; minute < 100; minute++) {
        bench.addVip(A, { tableLength: 64 });
        bench.lb.deleteVip(A);
        bench.tickAt(minute * 60);
      }
    });
    expect(rule).to.equal('table-too-big');
    expect(bench.lb.state.vips.size).to.be.below(3);
  });

  it('prefixes longer than their family allows, IPv4 by more than eight bits', () => {
    const long = (text: string, prefixLength: number, type: VipAddRequest['type']) =>
      crashRule(() => new LbBench().addVip({ ...vipAt(text), prefixLength }, { type }));
    expect(long('2001:db8::1', 128, VIP_TYPE.IP6_GRE6)).to.equal('survived');
    expect(long('2001:db8::1', 129, VIP_TYPE.IP6_GRE6)).to.equal('ip6-prefix-length');
    expect(long('2001:db8::1', 255, VIP_TYPE.IP6_GRE6)).to.equal('ip6-prefix-length');
    expect(long('192.0.2.1', 96 + 40, VIP_TYPE.IP4_GRE4)).to.equal('survived');
    expect(long('192.0.2.1', 96 + 41, VIP_TYPE.IP4_GRE4)).to.equal('ip4-prefix-length');
  });

  it('a server for a NAT VIP without a port', () => {
    const bench = new LbBench();
    bench.addVip({ ...A, port: 0 }, { type: VIP_TYPE.IP4_NAT4 });
    const all = { ...A, port: 0, protocol: 255 };
    expect(crashRule(() => bench.add(all, '10.0.0.1'))).to.equal('nat-all-ports');
  });

  it('two NAT VIPs that shared a server and its port, when the second one is collected', () => {
    const bench = new LbBench();
    const nat = { type: VIP_TYPE.IP4_NAT4, targetPort: 80 } as const;
    bench.addVip(A, nat);
    bench.addVip(B, nat);
    bench.addVip(C, { ...nat, targetPort: 81 });
    for (const vip of [A, B, C]) bench.add(vip, '10.0.0.1');
    bench.lb.deleteVip(A);
    bench.lb.deleteVip(C);
    bench.tickAt(120);
    bench.lb.deleteVip(B);
    expect(crashRule(() => bench.tickAt(240))).to.equal('nat-mapping-shared');
  });
});

describe('sim/lb: routes', () => {
  const dpos = (bench: LbBench): (number | null)[] =>
    [...bench.lb.state.servers.entries()].filter(([index]) => index > 0).map(([, server]) => server.dpo);

  it('share one number per prefix, and a freed slot holds its number until it is used again', () => {
    const bench = new LbBench();
    bench.addVip(A);
    bench.add(A, '10.0.0.1');
    bench.addVip(B);
    bench.add(B, '10.0.0.1', '10.0.0.2');
    // 8 and 10 are the VIPs.
    expect(dpos(bench)).to.deep.equal([9, 11, 9]);
    bench.lb.deleteVip(B);
    bench.tickAt(60, 120);
    expect(dpos(bench)).to.deep.equal([9]);
    bench.addVip(C);
    bench.add(C, '10.0.0.3');
    expect(dpos(bench)).to.deep.equal([9, 12]);
    bench.add(C, '10.0.0.4');
    expect(dpos(bench)).to.deep.equal([9, 13, 12]);
  });

  it('are shared by the VIPs by port of one prefix', () => {
    const bench = new LbBench();
    bench.addVip(vipAt('192.0.2.1', 80));
    bench.addVip(vipAt('192.0.2.1', 81));
    bench.add(vipAt('192.0.2.1', 81), '10.0.0.1');
    expect(dpos(bench)).to.deep.equal([9]);
    expect(bench.lb.deleteVip(vipAt('192.0.2.1', 80))).to.equal(0);
    expect(bench.lb.deleteVip(vipAt('192.0.2.1', 81))).to.equal(0);
    expect([...bench.lb.state.prefixIndexes]).to.deep.equal([]);
  });
});

describe('sim/lb: VIPs of type nodeport', () => {
  it('claim their port for good: a second one is refused and left behind without an entry of its own', () => {
    const bench = new LbBench();
    const nodePort = { type: VIP_TYPE.IP4_NAT4, serviceType: 1, targetPort: 80 } as const;
    expect(bench.addVip(vipAt('192.0.2.1', 8080), nodePort)).to.equal(1);
    expect(bench.addVip(vipAt('192.0.2.2', 8080), nodePort)).to.equal(null);
    expect(bench.lb.vipIndex(vipAt('192.0.2.2', 8080))).to.equal(2);
  });
});

const names: readonly IpAddress[] = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'].map(ip);

describe('sim/lb: whatever is done to it', () => {
  const operation = fc.record({
    kind: fc.constantFrom('add', 'remove', 'weight', 'tick', 'delete', 'create'),
    server: fc.constantFrom(...names),
    weight: fc.integer({ min: 0, max: 255 }),
    seconds: fc.integer({ min: 0, max: 90 }),
  });

  it('buckets add up to the length of the table, and only used servers of weight have any', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
        const bench = new LbBench();
        for (const { kind, server, weight, seconds } of operations) {
          bench.now += seconds;
          if (kind === 'create') bench.addVip(A, { tableLength: 64 });
          if (kind === 'delete') bench.lb.deleteVip(A);
          if (kind === 'add') bench.lb.addServers(A, [ip46FromIp(server)], weight, false);
          if (kind === 'remove') bench.lb.removeServers(A, [ip46FromIp(server)], false);
          if (kind === 'weight') bench.lb.setServerWeight(A, ip46FromIp(server), weight, false);
          if (kind === 'tick') bench.lb.collectGarbage();
        }
        for (const [index, vip] of bench.lb.state.vips.entries()) {
          if (index === 0) continue;
          const servers = [...serversOf(bench.lb.state, vip)];
          const counts = bucketsByServer(bench.lb.state, vip);
          const live = servers.filter(([, server]) => server.used && server.weight > 0);
          const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
          expect(total).to.equal(live.length > 0 ? 64 : 0);
          for (const at of counts.keys()) expect(live.map(([asIndex]) => asIndex)).to.include(at);
          expect(new Set(servers.map(([, server]) => server.address.text)).size).to.equal(servers.length);
        }
      }),
    );
  });
});
