import { expect } from 'chai';
import { VIP_TYPE } from '../../sim/lb/vip-type.js';
import { address, LbBench, vipAt } from '../support/lb-bench.js';

const A = vipAt('192.0.2.1');
const B = vipAt('192.0.2.2');
const C = vipAt('192.0.2.3');

describe('sim/lb: lazy deletion and garbage collection', () => {
  it('frees a removed server at the first minute that is one after the last collection', () => {
    const bench = new LbBench();
    bench.addVip(A);
    bench.add(A, '10.0.0.1', '10.0.0.2');
    bench.now = 20;
    bench.remove(A, '10.0.0.1');
    // The VIP was made in second 1, so a collection in second 60 is too early for it by one.
    bench.tickAt(60);
    expect(bench.servers(1)).to.deep.equal(['1 10.0.0.2 used 0', '2 10.0.0.1 removed 20']);
    bench.tickAt(120);
    expect(bench.servers(1)).to.deep.equal(['1 10.0.0.2 used 0']);
  });

  it('spares a server for ten seconds, and for another minute when a collection comes meanwhile', () => {
    const bench = new LbBench();
    bench.now = 0;
    bench.addVip(A);
    bench.add(A, '10.0.0.1');
    bench.now = 51;
    bench.remove(A, '10.0.0.1');
    bench.tickAt(60);
    expect(bench.servers(1)).to.deep.equal(['1 10.0.0.1 removed 51']);
    bench.tickAt(120);
    expect(bench.servers(1)).to.deep.equal([]);
    bench.add(A, '10.0.0.1');
    bench.now = 170;
    bench.remove(A, '10.0.0.1');
    bench.tickAt(180);
    expect(bench.servers(1)).to.deep.equal([]);
  });

  it('postpones the end of a server that is removed again', () => {
    const bench = new LbBench();
    bench.now = 0;
    bench.addVip(A);
    bench.add(A, '10.0.0.1');
    bench.now = 30;
    bench.remove(A, '10.0.0.1');
    bench.now = 55;
    expect(bench.remove(A, '10.0.0.1')).to.equal(0);
    bench.tickAt(60);
    expect(bench.servers(1)).to.deep.equal(['1 10.0.0.1 removed 55']);
  });

  it('collects the garbage of one VIP when a server of it is added or removed a minute later', () => {
    const bench = new LbBench();
    bench.addVip(A);
    bench.addVip(B);
    bench.add(A, '10.0.0.1', '10.0.0.2');
    bench.add(B, '10.0.0.1');
    bench.now = 5;
    bench.remove(A, '10.0.0.1');
    bench.remove(B, '10.0.0.1');
    bench.now = 60;
    bench.add(A, '10.0.0.3');
    expect(bench.servers(1)).to.deep.equal([
      '1 10.0.0.2 used 0',
      '2 10.0.0.1 removed 5',
      '4 10.0.0.3 used 0',
    ]);
    bench.now = 61;
    bench.add(A, '10.0.0.4');
    expect(bench.servers(1)).to.deep.equal(
      ['1 10.0.0.2 used 0', '5 10.0.0.4 used 0', '4 10.0.0.3 used 0'].sort(),
    );
    expect(bench.servers(2)).to.deep.equal(['3 10.0.0.1 removed 5']);
  });

  it('gives the slot to the next server, with the time at which the last one was removed', () => {
    const bench = new LbBench();
    bench.addVip(A);
    bench.add(A, '10.0.0.1', '10.0.0.2');
    bench.now = 33;
    bench.remove(A, '10.0.0.2', '10.0.0.1');
    bench.tickAt(120);
    expect(bench.servers(1)).to.deep.equal([]);
    bench.add(A, '10.0.0.7');
    bench.add(A, '10.0.0.8');
    bench.add(A, '10.0.0.9');
    expect(bench.servers(1)).to.deep.equal(['1 10.0.0.8 used 33', '2 10.0.0.7 used 33', '3 10.0.0.9 used 0']);
  });

  it('keeps a server as long as flows refer to it, for ever if need be', () => {
    const bench = new LbBench();
    bench.addVip(A);
    bench.add(A, '10.0.0.1');
    bench.send('192.0.2.1', 3);
    bench.remove(A, '10.0.0.1');
    for (let minute = 1; minute <= 60; minute++) bench.tickAt(minute * 60);
    expect(bench.servers(1)).to.deep.equal(['1 10.0.0.1 removed 1']);
    // Removed once more, with a flush.
    bench.lb.removeServers(A, [address('10.0.0.1')], true);
    bench.tickAt(61 * 60, 62 * 60);
    expect(bench.servers(1)).to.deep.equal([]);
  });

  it('never frees a deleted VIP whose servers have flows: nothing flushes it any more', () => {
    const bench = new LbBench();
    bench.addVip(A);
    bench.add(A, '10.0.0.1');
    bench.send('192.0.2.1', 3);
    bench.lb.deleteVip(A);
    expect(bench.lb.vipIndex(A)).to.equal(null);
    for (let minute = 1; minute <= 60; minute++) bench.tickAt(minute * 60);
    expect(bench.servers(1)).to.deep.equal(['1 10.0.0.1 removed 1']);
  });

  it('flushes the flows of a server that is removed, drained or revived with a flush, and of no other', () => {
    const bench = new LbBench();
    const flows = () => [1, 2].map((asIndex) => bench.lb.state.flowTable.references(asIndex));
    bench.addVip(A);
    bench.add(A, '10.0.0.1');
    bench.send('192.0.2.1', 10);
    bench.add(A, '10.0.0.2');
    bench.lb.setServerWeight(A, address('10.0.0.1'), 0, false);
    bench.send('192.0.2.1', 7, 2);
    expect(flows()).to.deep.equal([10, 7]);
    bench.lb.setServerWeight(A, address('10.0.0.2'), 0, true);
    expect(flows()).to.deep.equal([10, 0]);
    bench.remove(A, '10.0.0.1');
    expect(flows()).to.deep.equal([10, 0]);
    bench.lb.addServers(A, [address('10.0.0.1')], 1, false);
    expect(flows()).to.deep.equal([10, 0]);
    bench.remove(A, '10.0.0.1');
    bench.lb.addServers(A, [address('10.0.0.1')], 1, true);
    expect(flows()).to.deep.equal([0, 0]);
    bench.send('192.0.2.1', 10);
    bench.lb.removeServers(A, [address('10.0.0.1')], true);
    expect(flows()).to.deep.equal([0, 0]);
  });

  it('frees a deleted VIP without servers at the next collection, and gives its index to the next VIP', () => {
    const bench = new LbBench();
    expect([bench.addVip(A), bench.addVip(B)]).to.deep.equal([1, 2]);
    bench.lb.deleteVip(A);
    expect(bench.addVip(C)).to.equal(3);
    bench.tickAt(60);
    expect(bench.addVip(A)).to.equal(1);
  });

  it('keeps a deleted VIP while its servers linger, and its key is free all the same', () => {
    const bench = new LbBench();
    bench.addVip(A);
    bench.add(A, '10.0.0.1');
    bench.now = 5;
    bench.lb.deleteVip(A);
    expect(bench.addVip(A)).to.equal(2);
    expect(bench.servers(1)).to.deep.equal(['1 10.0.0.1 removed 5']);
    expect(bench.servers(2)).to.deep.equal([]);
    expect(bench.lb.vipIndex(A)).to.equal(2);
  });

  it('leaves encapsulation arguments of the last owner in a slot', () => {
    const bench = new LbBench();
    bench.addVip(A, { type: VIP_TYPE.IP4_NAT4, targetPort: 8080, serviceType: 0 });
    bench.lb.deleteVip(A);
    bench.tickAt(60);
    bench.addVip(B);
    expect(bench.lb.state.vips.get(1)).to.include({ targetPort: 8080, type: VIP_TYPE.IP4_GRE4 });
    bench.lb.deleteVip(B);
    bench.tickAt(120);
    bench.addVip(C, { type: VIP_TYPE.IP4_L3DSR, dscp: 7 });
    expect(bench.lb.state.vips.get(1)).to.include({ targetPort: 8080, dscpOrServiceType: 7 });
  });

  it('reckons time modulo 2^32 seconds', () => {
    const bench = new LbBench();
    bench.now = 2 ** 32 - 30;
    bench.addVip(A);
    bench.add(A, '10.0.0.1');
    bench.remove(A, '10.0.0.1');
    bench.tickAt(2 ** 32 + 29);
    expect(bench.servers(1)).to.have.length(1);
    bench.tickAt(2 ** 32 + 30);
    expect(bench.servers(1)).to.have.length(0);
  });
});
