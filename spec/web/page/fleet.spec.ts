import { expect } from 'chai';
import fc from 'fast-check';
import type { Change, StateAnswer, TimelineEvent } from '../../../web/contract.js';
import { Refetches } from '../../../web/ui/model/event-log.js';
import { Fleet, positionOf } from '../../../web/ui/model/fleet.js';
import type { Touched } from '../../../web/ui/model/site.js';
import { maglevdOf, pictureOf } from '../../support/dashboard/standing-fleet.js';

const NOW = 1_800_000_000_000;

function stateOf(seq: number, epoch = 'first'): StateAnswer {
  const picture = pictureOf({ frontends: 2, members: 3 }, NOW);
  return { epoch, seq, maglevds: [maglevdOf('lb1', picture, NOW)], pictures: { lb1: picture } };
}

function watched() {
  const touched: Touched[] = [];
  const refetched: string[] = [];
  let reloads = 0;
  const fleet = new Fleet({
    reloaded: () => reloads++,
    touched: (_, what) => touched.push(what),
    refetch: (id) => refetched.push(id),
  });
  return { fleet, touched, refetched, reloads: () => reloads };
}

function downAt(seq: number, name = 'shop-01'): Change {
  const row = pictureOf({ frontends: 2, members: 3 }, NOW).backends.find((one) => one.name === name);
  if (row === undefined) throw new Error(`no ${name}`);
  return { maglevd: 'lb1', kind: 'backend', row: { ...row, state: 'down', since: NOW + seq } };
}

function event(seq: number): TimelineEvent {
  return { seq, epoch: 'life', at: NOW + seq, level: 'info', msg: 'backend-transition', attrs: {} };
}

describe('the page: what it knows of the fleet', () => {
  it('is the state, and the changes behind it', () => {
    const { fleet, touched } = watched();
    fleet.load(stateOf(7));
    expect(fleet.apply({ epoch: 'first', seq: 8 }, [downAt(8)])).to.equal(true);
    expect(fleet.sites.get('lb1')?.backends.get('shop-01')?.state).to.equal('down');
    expect(touched).to.deep.equal([{ what: 'backend', backend: 'shop-01' }]);
    expect(fleet.position).to.deep.equal({ epoch: 'first', seq: 8 });
  });

  it('has every message once, whatever comes again after a connection broke', () => {
    const length = 30;
    const cuts = fc.array(fc.tuple(fc.nat(length), fc.nat(5)), { maxLength: 8 });
    fc.assert(
      fc.property(cuts, (breaks) => {
        const { fleet } = watched();
        fleet.load(stateOf(0));
        const back = new Map(breaks);
        const got: number[] = [];
        for (let seq = 1; seq <= length; ) {
          if (fleet.apply({ epoch: 'first', seq }, [{ maglevd: 'lb1', kind: 'event', row: event(seq) }]))
            got.push(seq);
          const again = back.get(seq);
          back.delete(seq);
          // The stream breaks here, and goes on from somewhat before: more than was asked for.
          seq = again === undefined ? seq + 1 : Math.max(1, seq - again);
        }
        expect(got).to.deep.equal(Array.from({ length }, (_, i) => i + 1));
        const told = fleet.sites.get('lb1')?.log.events.map(({ seq }) => seq);
        expect(told).to.deep.equal(got);
      }),
    );
  });

  it('takes nothing from another life of maglevd-frontend', () => {
    const { fleet } = watched();
    fleet.load(stateOf(7));
    expect(fleet.apply({ epoch: 'second', seq: 8 }, [downAt(8)])).to.equal(false);
    expect(fleet.sites.get('lb1')?.backends.get('shop-01')?.state).to.equal('up');
  });

  it('does not apply to a picture that was fetched meanwhile what is in it already, but hears its events', () => {
    const { fleet } = watched();
    const { maglevds, pictures, epoch } = stateOf(7);
    fleet.load(stateOf(7));
    const [maglevd] = maglevds;
    if (maglevd === undefined) throw new Error('none');
    // The picture has everything up to 20; the stream is behind it.
    expect(fleet.loadOne({ epoch, seq: 20, maglevd, picture: pictures['lb1'] ?? null })).to.equal(true);
    fleet.apply({ epoch, seq: 9 }, [downAt(9), { maglevd: 'lb1', kind: 'event', row: event(1) }]);
    expect(fleet.sites.get('lb1')?.backends.get('shop-01')?.state).to.equal('up');
    expect(fleet.sites.get('lb1')?.log.events).to.have.length(1);
    fleet.apply({ epoch, seq: 21 }, [downAt(21)]);
    expect(fleet.sites.get('lb1')?.backends.get('shop-01')?.state).to.equal('down');
  });

  it('asks for a picture anew when it is told to, and refuses one of another life', () => {
    const { fleet, refetched, touched } = watched();
    const { maglevds, epoch } = stateOf(7);
    fleet.load(stateOf(7));
    fleet.apply({ epoch, seq: 8 }, [{ maglevd: 'lb1', kind: 'refetch' }]);
    expect(refetched).to.deep.equal(['lb1']);
    const [maglevd] = maglevds;
    if (maglevd === undefined) throw new Error('none');
    expect(fleet.loadOne({ epoch: 'second', seq: 9, maglevd, picture: null })).to.equal(false);
    expect(touched).to.deep.equal([]);
  });

  it('knows no rows that the picture lacks: they come with the next one', () => {
    const { fleet, touched } = watched();
    fleet.load(stateOf(0));
    const change = downAt(1);
    if (change.kind !== 'backend') throw new Error('no backend');
    fleet.apply({ epoch: 'first', seq: 1 }, [{ ...change, row: { ...change.row, name: 'stranger' } }]);
    fleet.apply({ epoch: 'first', seq: 2 }, [{ ...change, maglevd: 'lb9' }]);
    expect(touched).to.deep.equal([]);
    expect(fleet.sites.get('lb1')?.backends.size).to.equal(6);
  });

  it('keeps events over a new state: they are told only once', () => {
    const { fleet } = watched();
    fleet.load(stateOf(0));
    fleet.apply({ epoch: 'first', seq: 1 }, [{ maglevd: 'lb1', kind: 'event', row: event(1) }]);
    fleet.load(stateOf(4, 'second'));
    expect(fleet.sites.get('lb1')?.log.events).to.have.length(1);
    expect(fleet.position).to.deep.equal({ epoch: 'second', seq: 4 });
  });

  it('keeps counters of VIPs that a reading leaves out because they are as before', () => {
    const { fleet, touched } = watched();
    fleet.load(stateOf(0));
    const [first] = pictureOf({ frontends: 2, members: 3 }, NOW).counters?.vips ?? [];
    if (first === undefined) throw new Error('none');
    const vip = { ...first, packetsPerSecond: 5 };
    fleet.apply({ epoch: 'first', seq: 1 }, [
      { maglevd: 'lb1', kind: 'counters', at: NOW + 1000, vips: [vip] },
    ]);
    const site = fleet.sites.get('lb1');
    expect(site?.counters.get('shop')?.packetsPerSecond).to.equal(5);
    expect(site?.counters.get('api')?.packetsPerSecond).to.be.above(5);
    expect(touched).to.deep.equal([{ what: 'counters', frontend: 'shop' }]);
  });

  it('is asked for one at a time, and once more when that was asked for meanwhile', () => {
    const refetches = new Refetches();
    expect(refetches.begin('lb1')).to.equal(true);
    expect(refetches.begin('lb2')).to.equal(true);
    expect(refetches.end('lb2')).to.equal(false);
    expect([refetches.begin('lb1'), refetches.begin('lb1')]).to.deep.equal([false, false]);
    expect(refetches.end('lb1')).to.equal(true);
    expect(refetches.begin('lb1')).to.equal(true);
    expect(refetches.end('lb1')).to.equal(false);
  });

  it('reads the id of a message', () => {
    expect(positionOf('17283-9')).to.deep.equal({ epoch: '17283', seq: 9 });
    expect(positionOf('a-b-9')).to.deep.equal({ epoch: 'a-b', seq: 9 });
    expect(positionOf('')).to.equal(null);
    expect(positionOf('first-')).to.equal(null);
  });
});
