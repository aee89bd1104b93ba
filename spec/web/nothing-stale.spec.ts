import { expect } from 'chai';
import { VirtualClock } from '../../clock/virtual-clock.js';
import type { Event } from '../../rpc/generated/maglev.js';
import { RpcError } from '../../rpc/rpc-error.js';
import type { Change, StreamMessage } from '../../web/contract.js';
import { Fleet } from '../../web/fleet.js';
import type { UpstreamApi } from '../../web/upstream-api.js';
import { StandInMaglevd } from '../support/stand-in-maglevd.js';

const gone = new RpcError('UNAVAILABLE', 'MGL_VPP_UNAVAILABLE', 'VPP is not there', '');
const unheardOf = new RpcError('UNIMPLEMENTED', 'MGL_RPC', 'it knows no such call', '');

describe('web: what is not known any more', () => {
  let clock: VirtualClock;
  let fleet: Fleet;
  let lb1: StandInMaglevd;
  let told: Change[] = [];
  let slow: Partial<UpstreamApi> = {};
  const start = async (setUp: () => void = () => {}) => {
    clock = new VirtualClock();
    lb1 = new StandInMaglevd(clock.now, { shop: ['web1', 'web2'], mail: ['mx1'] });
    setUp();
    fleet = new Fleet({
      places: [{ id: 'lb1', name: 'lb1', address: 'h1:9090', api: { ...lb1.api, ...slow } }],
      clock,
      epoch: 'e',
    });
    told = [];
    fleet.journal.follow(({ bytes }) => {
      const [, data = ''] = /^data: (.*)$/m.exec(bytes.toString()) ?? [];
      told.push(...(JSON.parse(data) as (StreamMessage & { event: 'changes' })['data']));
    });
    void fleet.run();
    await clock.advance(2000);
  };
  afterEach(() => {
    slow = {};
    fleet.end();
  });
  const row = () => fleet.maglevds().maglevds[0];
  const eventSeqs = () => told.flatMap((one) => (one.kind === 'event' ? [one.row.seq] : []));
  const pastEvent = (seq: number): Event => ({
    seq: BigInt(seq),
    atNs: BigInt(clock.now() - 1000 + seq) * 1_000_000n,
    replay: false,
    event: { $case: 'log', value: { level: 'info', msg: 'spec', attrs: [] } },
  });

  describe('of the tables of VPP', () => {
    const buckets = () =>
      fleet
        .picture('lb1')
        ?.picture?.frontends.find(({ name }) => name === 'shop')
        ?.pools[0]?.members.map((one) => one.buckets);
    const withTable = () =>
      start(() => {
        lb1.digests.set('shop', 's1');
        lb1.tables.set('shop', { web1: 700, web2: 324 });
        lb1.setVpp('shop', { vppWeight: 100 });
      });

    it('is left out from a change of VPP on until they are read again', async () => {
      await withTable();
      expect(buckets()).to.deep.equal([700, 324]);
      lb1.faults.set('getVPPLBState', gone);
      const attrs = [
        { key: 'frontend', value: 'shop' },
        { key: 'asWeightUpdated', value: '1' },
      ];
      lb1.tell({ $case: 'sync', value: { level: 'info', msg: 'vpp-lbsync-done', attrs } });
      await clock.advance(0);
      expect(buckets()).to.deep.equal([null, null]);
      await clock.advance(2000);
      lb1.faults.clear();
      lb1.tables.set('shop', { web1: 0, web2: 1024 });
      await clock.advance(31_000);
      expect(buckets()).to.deep.equal([0, 1024]);
    });

    it('is left out where VPP has another weight than they were made of', async () => {
      await withTable();
      lb1.faults.set('getVPPLBState', new RpcError('UNAVAILABLE', 'MGL_VPP_UNAVAILABLE', 'slow', ''));
      lb1.setVpp('shop', { vppWeight: 0 });
      lb1.log('backend-checked', { frontend: 'shop' });
      await clock.advance(2000);
      expect(buckets()).to.deep.equal([null, null]);
    });

    it('is left out while VPP is not there', async () => {
      await withTable();
      lb1.faults.set('getVPPLBState', gone);
      await clock.advance(31_000);
      expect(buckets()).to.deep.equal([null, null]);
      expect(row()?.summary?.digest).to.equal(null);
    });
  });

  it('is said with the status: since when it could not be read, and why', async () => {
    await start(() => lb1.faults.set('getCaller', unheardOf));
    // A maglevd that cannot say for whom it takes us says the rest.
    expect(row()?.summary?.backendsTotal).to.equal(3);
    expect(row()).to.deep.include({ role: null, readError: null });
    const { readAt } = row() ?? {};
    lb1.faults.set('getStatus', gone);
    await clock.advance(60_000);
    expect(row()?.readAt).to.be.within(readAt ?? 0, (readAt ?? 0) + 1000);
    expect(row()?.readError?.code).to.equal('MGL_VPP_UNAVAILABLE');
    lb1.faults.clear();
    await clock.advance(31_000);
    expect(row()).to.deep.include({ role: 'admin', readError: null });
  });

  describe('of the past', () => {
    it('is read when a maglevd was started again, and told to those who follow, once', async () => {
      await start();
      lb1.breakOff();
      await clock.advance(100);
      lb1.past = [pastEvent(1), pastEvent(2)];
      told = [];
      lb1.comeBack(true);
      await clock.advance(1000);
      expect(eventSeqs()).to.deep.equal([1, 2]);
      lb1.log('first');
      await clock.advance(1000);
      // It has a number that was told already.
      expect(eventSeqs()).to.deep.equal([1, 2]);
    });

    it('is asked for again when it could not be had', async () => {
      await start(() => {
        lb1.faults.set('listEvents', gone);
        lb1.past = [pastEvent(1)];
      });
      expect(eventSeqs()).to.deep.equal([]);
      const before = fleet.upstream('lb1')?.timeline.between(0, 1e14, 10).completeSince ?? 0;
      lb1.faults.clear();
      await clock.advance(11_000);
      expect(eventSeqs()).to.deep.equal([1]);
      expect(fleet.upstream('lb1')?.timeline.between(0, 1e14, 10).completeSince).to.be.below(before);
    });

    it('fills no gap that came while it was asked for', async () => {
      slow = {
        listEvents: async () => {
          await new Promise<void>((resolve) => {
            clock.schedule(5000, resolve);
          });
          return lb1.api.listEvents();
        },
      };
      await start(() => {
        lb1.past = [pastEvent(1)];
      });
      lb1.lag(7);
      const lagged = clock.now();
      await clock.advance(10_000);
      expect(eventSeqs()).to.deep.equal([1]);
      expect(fleet.upstream('lb1')?.timeline.between(0, 1e14, 10).completeSince).to.be.at.least(lagged);
    });
  });
});
