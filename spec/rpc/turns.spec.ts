import { expect } from 'chai';
import { realClock } from '../../clock/real-clock.js';
import type { Clock } from '../../protocol/clock.js';
import { Turns } from '../../rpc/turns.js';

describe('rpc/turns', () => {
  let elapsed: number;
  const clock: Clock = { ...realClock, monotonic: () => elapsed };
  beforeEach(() => {
    elapsed = 0;
  });

  /** Lets so many jobs of a millisecond each have their turn; `round` runs in every turn of the event loop. */
  const play = async (jobs: number, round: () => void = () => undefined) => {
    const turns = new Turns(clock);
    const order: number[] = [];
    const perRound: number[] = [];
    await new Promise<void>((resolve) => {
      for (let i = 0; i < jobs; i++) {
        turns.take(() => {
          elapsed += 1;
          order.push(i);
          if (order.length === jobs) resolve();
        });
      }
      let before = 0;
      const look = () => {
        if (order.length > before) perRound.push(order.length - before);
        before = order.length;
        round();
        if (order.length < jobs) setImmediate(look);
      };
      setImmediate(look);
    });
    return { order, perRound };
  };

  it('gives everybody a turn, in the order in which they came, and others theirs in between', async () => {
    const { order, perRound } = await play(5000);
    expect(order).to.deep.equal(Array.from({ length: 5000 }, (_, i) => i));
    expect(Math.max(...perRound)).to.equal(3);
    expect(perRound.length).to.be.above(1500);
  });

  it('cuts the turns short while the others need long for theirs', async () => {
    const { perRound } = await play(200, () => {
      elapsed += elapsed < 300 ? 10 : 0;
    });
    expect(perRound[0]).to.equal(3);
    expect(Math.max(...perRound.slice(3, 10))).to.equal(1);
    expect(perRound.at(-2)).to.equal(3);
  });

  it('takes what comes during a turn', async () => {
    const turns = new Turns(clock);
    const done: string[] = [];
    await new Promise<void>((resolve) => {
      turns.take(() => {
        done.push('first');
        turns.take(() => {
          done.push('second');
          resolve();
        });
      });
    });
    expect(done).to.deep.equal(['first', 'second']);
  });
});
