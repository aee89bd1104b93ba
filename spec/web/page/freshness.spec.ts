import { expect } from 'chai';
import fc from 'fast-check';
import { clockText, offsetOf, presentOf, Watchdog } from '../../../web/ui/model/freshness.js';

/** Looks once a second for so many seconds, and gives what was to be done when. */
function looks(watchdog: Watchdog, from: number, to: number): string[] {
  const measures = [];
  for (let at = from + 1000; at <= to; at += 1000) {
    const measure = watchdog.look(at);
    if (measure !== 'none') measures.push(`${at}: ${measure}`);
  }
  return measures;
}

describe('the page: how fresh it is', () => {
  it('lets a stream be silent for a while, then asks, then opens it anew', () => {
    const watchdog = new Watchdog(0);
    const measures = looks(watchdog, 0, 21_000);
    expect(measures[0]).to.equal('6000: ask');
    expect(measures.at(-1)).to.equal('21000: reopen');
  });

  it('asks no more when it was answered, and opens the stream anew all the same', () => {
    const watchdog = new Watchdog(0);
    for (let at = 1000; at <= 20_000; at += 1000) {
      watchdog.answered(at);
      expect(watchdog.look(at)).to.equal('none');
    }
    expect(watchdog.look(21_000)).to.equal('reopen');
    expect(watchdog.look(22_000)).to.equal('none');
  });

  it('does nothing while the stream is heard', () => {
    const watchdog = new Watchdog(0);
    for (let at = 1000; at < 200_000; at += 1000) {
      watchdog.streamed(at - 10);
      expect(watchdog.look(at)).to.equal('none');
    }
  });

  it('opens the stream anew when the machine slept', () => {
    const watchdog = new Watchdog(0);
    watchdog.streamed(900);
    watchdog.look(1000);
    watchdog.streamed(1100);
    expect(watchdog.look(3_600_000)).to.equal('reopen');
  });

  it('learns the difference of two clocks within half of the time that an answer takes', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e6, max: 1e6 }), fc.nat(2000), fc.nat(2000), (truth, there, back) => {
        const { offset, error } = offsetOf(5000, 5000 + there + back, 5000 + there + truth);
        expect(Math.abs(offset - truth)).to.be.at.most(error);
      }),
    );
  });

  it('says how clocks differ, when that is known and worth a word', () => {
    expect(clockText(3240, 20, "the dashboard's")).to.equal("3.2 s ahead of the dashboard's");
    expect(clockText(-61_000, 20, "the dashboard's")).to.equal("61 s behind the dashboard's");
    expect(clockText(900, 20, 'it')).to.equal(null);
    expect(clockText(3000, 4000, 'it')).to.equal(null);
  });

  it('counts ages by the clock of the maglevd, to now, or to when it was heard the last time', () => {
    const live = { state: 'live' } as const;
    const connected = { link: { state: 'connected', since: 0 }, clock: { skewMs: 2000 } } as const;
    expect(presentOf(connected, live, 100_000, 500)).to.equal(102_500);
    const lost = {
      link: { state: 'lost', since: 90_000, error: { code: '', message: '', advice: '' } },
      clock: null,
    } as const;
    expect(presentOf(lost, live, 100_000, 500)).to.equal(90_000);
    expect(presentOf(connected, { state: 'lost', since: 80_000, why: '' }, 100_000, 500)).to.equal(82_500);
    // It cannot be fresher than the page.
    expect(presentOf(lost, { state: 'lost', since: 80_000, why: '' }, 100_000, 0)).to.equal(80_000);
  });
});
