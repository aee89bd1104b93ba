import { expect } from 'chai';
import type { Flow } from '../../../sim/flow/flow.js';
import { SimulatedCrash } from '../../../sim/lb/crash.js';
import type { VipCounters } from '../../../sim/lb/flow-table.js';
import type { VipAddress } from '../../../sim/lb/vip-lookup.js';
import { VIP_TYPE } from '../../../sim/lb/vip-type.js';
import { address, LbBench, vipAt } from '../../support/lb-bench.js';
import { ip } from '../../support/lb-requests.js';

const A = vipAt('192.0.2.1');
const ALL_PORTS: VipAddress = { prefix: address('192.0.2.2'), prefixLength: 128, protocol: 255, port: 0 };

function prefixOf(text: string, length: number, port = 0): VipAddress {
  return { prefix: address(text), prefixLength: length, protocol: port === 0 ? 255 : 17, port };
}

/** `next/first/untracked/noServer` of a VIP. */
function counters(bench: LbBench, vipIndex: number): string {
  const { next, first, untracked, noServer }: VipCounters = bench.lb.state.flowTable.counters(vipIndex);
  return [next, first, untracked, noServer].join('/');
}

function flow(destination: string, options: Partial<Flow> = {}): Flow {
  const ports = { sourcePort: 40_000, destinationPort: 443 };
  return { source: ip('198.51.100.7'), destination: ip(destination), protocol: 6, ...ports, ...options };
}

function configure(bench: LbBench, bucketsPerThread: number, flowTimeout = 40): void {
  const { ip4Source, ip6Source } = bench.lb.state.config;
  bench.lb.configure({ ip4Source, ip6Source, bucketsPerThread, flowTimeout });
}

function crashRule(run: () => unknown): string {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof SimulatedCrash) return thrown.rule;
    throw thrown;
  }
  return 'survived';
}

describe('sim/flow: a packet on its way', () => {
  it('goes to the server that the VIP has for it, and so do the next ones of its flow', () => {
    const bench = new LbBench();
    configure(bench, 65_536);
    bench.addVip(A, { tableLength: 1024 });
    bench.add(A, '10.0.0.1', '10.0.0.2');
    const first = bench.send('192.0.2.1', 1000);
    expect(counters(bench, 1)).to.equal('0/1000/0/0');
    expect(first.counted).to.deep.equal({ next: 0, first: 1000, untracked: 0, noServer: 0 });
    const again = bench.send('192.0.2.1', 1000);
    expect(counters(bench, 1)).to.equal('1000/1000/0/0');
    expect(again.moved).to.deep.equal([]);
    expect(again.flows.map(({ server }) => server)).to.deep.equal(first.flows.map(({ server }) => server));
    expect(new Set(first.flows.map(({ server }) => server))).to.deep.equal(new Set(['10.0.0.1', '10.0.0.2']));
    const references = [1, 2].map((asIndex) => bench.lb.state.flowTable.references(asIndex));
    expect(references[0]).to.be.within(400, 600);
    expect((references[0] ?? 0) + (references[1] ?? 0)).to.equal(1000);
  });

  it('counts at the route of the VIP as it came, and at that of the server as it leaves', () => {
    const bench = new LbBench();
    const six = vipAt('2001:db8::1');
    bench.addVip(A);
    bench.add(A, '10.0.0.1');
    bench.addVip(six, { type: VIP_TYPE.IP6_GRE6 });
    bench.add(six, '2001:db8:a::1');
    const { fib } = bench.lb.state;
    const traffic = (way: 'to' | 'via', route: string) => {
      const { packets, bytes } = fib.counters.total(way, fib.loadBalanceOf(route) ?? -1);
      return `${packets}/${bytes}`;
    };
    bench.clients.send({ flows: [flow('192.0.2.1')], packetsPerFlow: 3, bytes: 100 });
    const source = ip('2001:db8:f::1');
    bench.clients.send({ flows: [flow('2001:db8::1', { source })], packetsPerFlow: 2, bytes: 1000 });
    expect([traffic('to', '192.0.2.1/32'), traffic('via', '10.0.0.1/32')]).to.deep.equal(['3/300', '3/372']);
    expect([traffic('to', '2001:db8::1/128'), traffic('via', '2001:db8:a::1/128')]).to.deep.equal([
      '2/2000',
      '2/2088',
    ]);
    expect(traffic('via', '192.0.2.1/32')).to.equal('0/0');
  });

  it('to a port that has no VIP is dropped, and counts as that of VIP 0', () => {
    const bench = new LbBench();
    bench.addVip(A);
    bench.add(A, '10.0.0.1');
    const others = [
      flow('192.0.2.1', { destinationPort: 80 }),
      flow('192.0.2.1', { protocol: 17 }),
      flow('192.0.2.1', { protocol: 1, sourcePort: 0, destinationPort: 0 }),
    ];
    expect(bench.clients.send({ flows: others }).flows.map(({ server }) => server)).to.deep.equal([
      null,
      null,
      null,
    ]);
    expect(counters(bench, 0)).to.equal('0/0/0/3');
    expect(counters(bench, 1)).to.equal('0/0/0/0');
  });

  it('for no VIP at all counts nowhere but at its route', () => {
    const bench = new LbBench();
    bench.addVip(A);
    bench.lb.deleteVip(A);
    const { lost, counted } = bench.clients.send({ flows: [flow('192.0.2.1')] });
    expect([lost, counted]).to.deep.equal([1, { next: 0, first: 0, untracked: 0, noServer: 0 }]);
    expect(bench.lb.state.fib.counters.total('to', 1)).to.deep.equal({ packets: 1, bytes: 60 });
  });

  it('finds the VIP with the longest prefix, and TCP and UDP alike in one for all ports', () => {
    const bench = new LbBench();
    const wide = prefixOf('10.9.0.0', 96 + 16);
    const narrow = prefixOf('10.9.8.0', 96 + 24);
    bench.addVip(wide);
    bench.addVip(narrow);
    bench.add(wide, '10.0.0.1');
    bench.add(narrow, '10.0.0.2');
    const flows = [flow('10.9.8.7'), flow('10.9.9.7'), flow('10.9.8.7', { protocol: 17 }), flow('10.8.0.1')];
    const servers = bench.clients.send({ flows }).flows.map(({ server }) => server);
    expect(servers).to.deep.equal(['10.0.0.2', '10.0.0.1', '10.0.0.2', null]);
    // One entry for both protocols: the second packet was one of a known flow.
    expect(counters(bench, 2)).to.equal('1/1/0/0');
  });

  it('goes by its addresses alone where the VIP is sticky by source', () => {
    const bench = new LbBench();
    bench.addVip(ALL_PORTS, { tableLength: 1024, srcIpSticky: true });
    bench.add(ALL_PORTS, '10.0.0.1', '10.0.0.2', '10.0.0.3');
    const flows = Array.from({ length: 50 }, (_, i) => flow('192.0.2.2', { sourcePort: 1000 + i }));
    const { flows: sent } = bench.clients.send({ flows });
    expect(new Set(sent.map(({ server }) => server)).size).to.equal(1);
    expect(counters(bench, 1)).to.equal('49/1/0/0');
  });

  it('takes a place in the table even when there is no server, and is untracked when four have', () => {
    const bench = new LbBench();
    bench.addVip(A);
    const send = (packetsPerFlow = 1) => bench.clients.send({ flows: [flow('192.0.2.1')], packetsPerFlow });
    send(6);
    expect(counters(bench, 1)).to.equal('0/0/2/4');
    // A server comes, but nothing is free to remember it in.
    bench.add(A, '10.0.0.1');
    expect(send(2).flows[0]?.server).to.equal('10.0.0.1');
    expect(counters(bench, 1)).to.equal('0/0/4/4');
    // Every packet gave a new life to the first of the four entries; the others are over.
    bench.now += 41;
    send(1);
    expect(counters(bench, 1)).to.equal('0/1/4/4');
    expect(bench.lb.state.flowTable.references(1)).to.equal(1);
  });

  it('stays untracked for as long as flushed entries would have lived', () => {
    const bench = new LbBench();
    bench.addVip(A);
    bench.add(A, '10.0.0.1');
    configure(bench, 1, 40);
    bench.send('192.0.2.1', 4);
    bench.lb.flushVip(1);
    expect(bench.lb.state.flowTable.references(1)).to.equal(0);
    bench.send('192.0.2.1', 4);
    expect(counters(bench, 1)).to.equal('0/4/4/0');
    bench.now += 40;
    bench.send('192.0.2.1', 4);
    expect(counters(bench, 1)).to.equal('0/8/4/0');
  });

  it('is forgotten when its time is over, but the server is not let go before another flow needs the place', () => {
    const bench = new LbBench();
    bench.addVip(A);
    bench.add(A, '10.0.0.1');
    configure(bench, 16, 5);
    bench.send('192.0.2.1', 1);
    bench.now += 4;
    bench.send('192.0.2.1', 1);
    bench.now += 5;
    expect(bench.lb.state.flowTable.threads()[0]?.liveEntries).to.equal(0);
    expect(bench.lb.state.flowTable.references(1)).to.equal(1);
    bench.send('192.0.2.1', 1);
    expect(counters(bench, 1)).to.equal('1/2/0/0');
    expect(bench.lb.state.flowTable.references(1)).to.equal(1);
  });

  it('finds an empty table after the number of buckets has changed, and nobody refers to servers any more', () => {
    const bench = new LbBench();
    bench.addVip(A);
    bench.add(A, '10.0.0.1');
    bench.send('192.0.2.1', 50);
    configure(bench, 2048);
    // Not before a packet comes.
    expect(bench.lb.state.flowTable.references(1)).to.equal(50);
    bench.send('192.0.2.1', 1);
    expect(bench.lb.state.flowTable.references(1)).to.equal(1);
    expect(bench.lb.state.flowTable.threads()[0]).to.include({ liveEntries: 1, buckets: 2048 });
    bench.lb.state.flowTable.drop();
    expect([bench.lb.state.flowTable.references(1), bench.lb.state.flowTable.threads()]).to.deep.equal([
      0,
      [],
    ]);
  });

  it('that is not UDP is counted by a NAT VIP, and dropped', () => {
    const bench = new LbBench();
    const nat = prefixOf('192.0.2.5', 128, 53);
    bench.addVip(nat, { type: VIP_TYPE.IP4_NAT4, targetPort: 5353 });
    bench.add(nat, '10.0.0.1');
    const dns = flow('192.0.2.5', { protocol: 17, destinationPort: 53 });
    expect(bench.clients.send({ flows: [dns] }).flows[0]?.server).to.equal('10.0.0.1');
    const tcp = vipAt('192.0.2.5', 53);
    bench.addVip(tcp, { type: VIP_TYPE.IP4_NAT4, targetPort: 5353 });
    bench.add(tcp, '10.0.0.2');
    expect(bench.clients.send({ flows: [{ ...dns, protocol: 6 }] }).lost).to.equal(1);
    expect(counters(bench, 2)).to.equal('0/1/0/0');
  });

  it('passes a second VIP when the server has the address of one', () => {
    const bench = new LbBench();
    const inner = prefixOf('10.99.0.0', 96 + 24);
    bench.addVip(inner);
    bench.add(inner, '10.1.1.1');
    bench.addVip(A);
    bench.add(A, '10.99.0.5');
    const { flows } = bench.clients.send({ flows: [flow('192.0.2.1')] });
    expect(flows[0]?.server).to.equal('10.1.1.1');
    expect([counters(bench, 1), counters(bench, 2)]).to.deep.equal(['0/1/0/0', '0/1/0/0']);
    const { fib } = bench.lb.state;
    const via = (route: string) => fib.counters.total('via', fib.loadBalanceOf(route) ?? -1).bytes;
    expect([via('10.99.0.5/32'), via('10.1.1.1/32')]).to.deep.equal([84, 108]);
  });

  it('is spread over the workers, each of which has a table and counters of its own', () => {
    const bench = new LbBench({ workers: 3 });
    bench.addVip(A);
    bench.add(A, '10.0.0.1');
    bench.send('192.0.2.1', 300);
    bench.send('192.0.2.1', 300);
    const { flowTable, fib } = bench.lb.state;
    expect(flowTable.threads().map(({ index }) => index)).to.deep.equal([1, 2, 3]);
    expect(flowTable.threads().reduce((sum, { liveEntries }) => sum + liveEntries, 0)).to.equal(300);
    const perThread = [0, 1, 2, 3].map((thread) => flowTable.countersOfThread(thread, 1).next);
    expect(perThread[0]).to.equal(0);
    for (const count of perThread.slice(1)) expect(count).to.be.within(60, 140);
    expect(counters(bench, 1)).to.equal('300/300/0/0');
    const via = fib.loadBalanceOf('10.0.0.1/32') ?? -1;
    expect(fib.counters.of('via', 1, via).packets).to.equal(2 * (perThread[1] ?? 0));
    bench.lb.flushVip(1);
    expect(flowTable.references(1)).to.equal(0);
  });
});

describe('sim/flow: packets that kill VPP', () => {
  function ready(heapBytes?: number): LbBench {
    const bench = new LbBench(heapBytes === undefined ? {} : { heapBytes });
    bench.addVip(A);
    bench.add(A, '10.0.0.1');
    return bench;
  }

  it('the first one after the buckets were set to 0', () => {
    const bench = ready();
    bench.send('192.0.2.1', 1);
    configure(bench, 0);
    expect(crashRule(() => bench.send('192.0.2.1', 1))).to.equal('sticky-buckets-zero');
  });

  it('the first one after more buckets were asked for than the heap has room for, or 32 bits', () => {
    const heapBytes = 2 ** 20;
    const bench = ready(heapBytes);
    configure(bench, 2 ** 13);
    bench.send('192.0.2.1', 1);
    configure(bench, 2 ** 14);
    expect(crashRule(() => bench.send('192.0.2.1', 1))).to.equal('sticky-table-too-big');
    const large = ready(2 ** 40);
    configure(large, 2 ** 26);
    expect(crashRule(() => large.send('192.0.2.1', 1))).to.equal('sticky-table-too-big');
  });

  it('one for a VIP whose server lies inside its own prefix, whatever the encapsulation', () => {
    const cases = [
      { type: VIP_TYPE.IP4_GRE4, vip: prefixOf('10.50.9.0', 120), server: '10.50.9.5', to: '10.50.9.1' },
      { type: VIP_TYPE.IP4_L3DSR, vip: prefixOf('10.50.9.0', 120), server: '10.50.9.5', to: '10.50.9.1' },
      { type: VIP_TYPE.IP4_GRE4, vip: prefixOf('10.50.9.1', 128), server: '10.50.9.1', to: '10.50.9.1' },
      {
        type: VIP_TYPE.IP6_GRE6,
        vip: prefixOf('2001:db8:1::', 48),
        server: '2001:db8:1::5',
        to: '2001:db8:1::1',
      },
    ];
    for (const { type, vip, server, to } of cases) {
      const bench = new LbBench();
      bench.addVip(vip, { type });
      bench.add(vip, server);
      expect(
        crashRule(() => bench.send(to, 1)),
        `${type} ${server}`,
      ).to.equal('encapsulation-loop');
    }
    const nat = (targetPort: number) => {
      const bench = new LbBench();
      const vip = prefixOf('10.50.9.0', 120, 53);
      bench.addVip(vip, { type: VIP_TYPE.IP4_NAT4, targetPort });
      bench.add(vip, '10.50.9.5');
      const flows = [flow('10.50.9.1', { protocol: 17, destinationPort: 53 })];
      return crashRule(() => bench.clients.send({ flows }));
    };
    expect([nat(53), nat(5353)]).to.deep.equal(['encapsulation-loop', 'survived']);
  });

  it('not one whose server lies in a VIP by port: it is dropped there', () => {
    const bench = new LbBench();
    const vip = { ...prefixOf('10.50.9.0', 120, 443), protocol: 6 };
    bench.addVip(vip);
    bench.add(vip, '10.50.9.5');
    expect(bench.send('10.50.9.1', 1).lost).to.equal(1);
    expect([counters(bench, 1), counters(bench, 0)]).to.deep.equal(['0/1/0/0', '0/0/0/1']);
  });
});
