import { expect } from 'chai';
import fc from 'fast-check';
import { EventQueue } from '../../domain/event-queue.js';
import type { ToldEvent } from '../../domain/events.js';
import { logTold, statesIn, stateTold } from '../support/told-events.js';

type Step = { readonly take: number } | { readonly backend: string; readonly up: boolean } | 'log';

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ take: fc.integer({ min: 1, max: 20 }) }) },
  { weight: 5, arbitrary: fc.record({ backend: fc.constantFrom('a', 'b', 'c'), up: fc.boolean() }) },
  { weight: 5, arbitrary: fc.constant<Step>('log') },
);

describe('the queue of a subscriber', () => {
  it('loses nothing while it has room, keeps the order, and counts what it drops', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), fc.array(step, { maxLength: 200 }), (capacity, steps) => {
        const queue = new EventQueue(capacity);
        const pushed: ToldEvent[] = [];
        const taken: ToldEvent[] = [];
        let lost = 0;
        const take = (atMost: number) => {
          const batch = queue.take(atMost);
          taken.push(...batch.events);
          lost += batch.lost;
        };
        for (const one of steps) {
          if (typeof one === 'object' && 'take' in one) {
            take(one.take);
            continue;
          }
          const seq = pushed.length + 1;
          const told = one === 'log' ? logTold(seq) : stateTold(seq, one.backend, one.up ? 'up' : 'down');
          const roomy = queue.length < capacity;
          const before = queue.lost;
          queue.push(told);
          pushed.push(told);
          if (roomy) expect(queue.lost).to.equal(before);
          expect(queue.length).to.be.at.most(capacity + 6);
        }
        take(Number.MAX_SAFE_INTEGER);
        const numbers = taken.map(({ seq }) => seq);
        expect(numbers).to.deep.equal([...new Set(numbers)].sort((a, b) => a - b));
        expect(taken.length + lost).to.equal(pushed.length);
        expect(statesIn(taken)).to.deep.equal(statesIn(pushed));
      }),
    );
  });

  it('keeps the state of everything, however many things there are', () => {
    const queue = new EventQueue(10);
    for (let round = 0; round < 5; round++)
      for (let i = 0; i < 100; i++)
        queue.push(stateTold(round * 100 + i + 1, `b${i}`, round % 2 ? 'up' : 'down'));
    const { events, lost } = queue.take(1000);
    expect(statesIn(events).size).to.equal(100);
    expect(new Set(statesIn(events).values())).to.deep.equal(new Set(['down']));
    expect(events.length + lost).to.equal(500);
  });

  it('drops events that tell no state before it drops what is true now', () => {
    const queue = new EventQueue(10);
    queue.push(stateTold(1, 'a', 'down'));
    for (let i = 2; i < 1000; i++) queue.push(logTold(i));
    const { events } = queue.take(1000);
    expect(events[0]).to.deep.equal(stateTold(1, 'a', 'down'));
    expect(events.at(-1)).to.deep.equal(logTold(999));
  });
});
