import { expect } from 'chai';
import fc from 'fast-check';
import type { TimelineEvent } from '../../../web/contract.js';
import { EventLog } from '../../../web/ui/model/event-log.js';

function event(seq: number, epoch = 'one'): TimelineEvent {
  return { seq, epoch, at: 1000 + seq * 10, level: 'info', msg: 'backend-transition', attrs: {} };
}

describe('the page: what a maglevd told', () => {
  it('is in order and nothing twice, whoever brings it in which pieces', () => {
    const pieces = fc.array(fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 20 }), { maxLength: 12 });
    fc.assert(
      fc.property(pieces, (all) => {
        const log = new EventLog();
        for (const piece of all) log.add(piece.map((seq) => event(seq)));
        const expected = [...new Set(all.flat())].sort((a, b) => a - b);
        expect(log.events.map(({ seq }) => seq)).to.deep.equal(expected);
      }),
    );
  });

  it('says whether anything was new', () => {
    const log = new EventLog();
    expect(log.add([event(1), event(1)])).to.equal(true);
    expect(log.events).to.have.length(1);
    expect(log.add([event(1)])).to.equal(false);
    expect(log.add([event(1, 'two')])).to.equal(true);
  });

  it('is found by its time', () => {
    const log = new EventLog();
    log.add([1, 2, 3, 4, 5].map((seq) => event(seq)));
    expect(log.between(1020, 1040).map(({ seq }) => seq)).to.deep.equal([2, 3, 4]);
    expect(log.between(0, 5)).to.deep.equal([]);
    expect(log.between(1051, Number.POSITIVE_INFINITY)).to.deep.equal([]);
  });

  it('says from when on it is complete, as far as pieces join', () => {
    const log = new EventLog();
    const answer = (events: TimelineEvent[], completeSince: number, cut = false) => ({
      events,
      completeSince,
      cut,
    });
    log.take(null, null, answer([event(80), event(90)], 100, true));
    // There were more than one answer holds.
    expect(log.since).to.equal(1800);
    log.take(100, 1000, answer([event(3)], 100));
    expect(log.since, 'with a hole between').to.equal(1800);
    log.take(1200, 2000, answer([event(30)], 100));
    expect(log.since).to.equal(1200);
    log.take(0, 1300, answer([event(1)], 700));
    expect(log.since, 'nothing is kept from before').to.equal(700);
    expect(log.events.map(({ seq }) => seq)).to.deep.equal([1, 3, 30, 80, 90]);
  });

  it('is bounded', () => {
    const log = new EventLog();
    for (let seq = 0; seq < 40_000; seq += 100)
      log.add(Array.from({ length: 100 }, (_, i) => event(seq + i)));
    expect(log.events.length).to.be.within(10_000, 11_000);
    expect(log.events.at(-1)?.seq).to.equal(39_999);
    for (let i = 0; i < 300; i++) log.gap(i, 'restarted');
    expect(log.gaps).to.have.length(100);
  });
});
