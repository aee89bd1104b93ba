import { expect } from 'chai';
import { VirtualClock } from '../../clock/virtual-clock.js';
import { Pace } from '../../probes/pace.js';

describe('the pace of looking at bare descriptors', () => {
  function paced() {
    const clock = new VirtualClock();
    const looks: number[] = [];
    const state = { something: false };
    const pace = new Pace(clock, () => {
      looks.push(Math.round(clock.monotonic() * 100) / 100);
      return state.something;
    });
    return { clock, looks, state, pace };
  }

  it('never looks while nobody waits', async () => {
    const { clock, looks, pace } = paced();
    await clock.advance(100);
    pace.look();
    const done = pace.wait();
    done();
    await clock.advance(100);
    expect(looks).to.deep.equal([]);
    expect(clock.pendingTimers).to.equal(0);
  });

  it('looks at once after a start, then rarer and rarer, but every 10 ms at least', async () => {
    const { clock, looks, pace } = paced();
    pace.wait();
    await clock.advance(1000);
    expect(looks.slice(0, 4)).to.deep.equal([1, 2.25, 3.81, 5.77]);
    const gaps = looks.slice(1).map((at, i) => at - (looks[i] ?? 0));
    expect(Math.max(...gaps)).to.be.within(9.9, 10.1);
    expect(looks.every((at, i) => i === 0 || at <= (looks[i - 1] ?? 0) * 1.25 + 1.01)).to.equal(true);
  });

  it('does not let a new one wait because an old one has waited long', async () => {
    const { clock, looks, pace } = paced();
    pace.wait();
    await clock.advance(500);
    const before = looks.length;
    pace.wait();
    await clock.advance(1);
    expect(looks).to.have.length(before + 1);
  });

  it('looks every millisecond while things happen, however many wait', async () => {
    const { clock, looks, state, pace } = paced();
    state.something = true;
    for (let i = 0; i < 100; i++) pace.wait();
    await clock.advance(10);
    expect(looks).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('stops when the last one has its answer', async () => {
    const { clock, looks, pace } = paced();
    const [first, second] = [pace.wait(), pace.wait()];
    await clock.advance(50);
    first();
    await clock.advance(50);
    const count = looks.length;
    second();
    await clock.advance(1000);
    expect(looks).to.have.length(count);
    expect(clock.pendingTimers).to.equal(0);
  });
});
