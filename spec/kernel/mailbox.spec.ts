import { expect } from 'chai';
import fc from 'fast-check';
import { Fifo } from '../../actors/kernel/fifo.js';
import { type Envelope, Mailbox } from '../../actors/kernel/mailbox.js';
import { gate, stage } from '../support/stage.js';

const step = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 4 }).map((kind) => ({ offer: kind })) },
  { weight: 3, arbitrary: fc.constant({ take: true }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 4 }).map((kind) => ({ remove: kind })) },
);

describe('kernel/mailbox', () => {
  it('is a queue up to its capacity, whatever is offered, taken and removed', () => {
    const capacities = fc.option(fc.integer({ min: 1, max: 6 }));
    fc.assert(
      fc.property(capacities, fc.array(step, { maxLength: 100 }), (capacity, steps) => {
        const box = new Mailbox<number>(capacity);
        let model: number[] = [];
        for (const action of steps) {
          if ('offer' in action) {
            const envelope: Envelope<number> = { message: action.offer, question: null, origin: null };
            const room = capacity === null || model.length < capacity;
            expect(box.offer(envelope)).equal(room);
            if (room) model.push(action.offer);
          } else if ('take' in action) {
            expect(box.take()?.message ?? null).equal(model.shift() ?? null);
          } else {
            const removed = box.remove(({ message }) => message === action.remove);
            expect(removed.map(({ message }) => message)).deep.equal(
              model.filter((kind) => kind === action.remove),
            );
            model = model.filter((kind) => kind !== action.remove);
          }
          expect(box.size).equal(model.length);
        }
        const rest: number[] = [];
        for (let left = box.take(); left !== null; left = box.take()) rest.push(left.message);
        expect(rest).deep.equal(model);
      }),
      { numRuns: 500 },
    );
  });

  it('its queue is first in, first out at any size, and gives its memory back', () => {
    const fifo = new Fifo<number>();
    let next = 0;
    let expected = 0;
    for (const [pushes, shifts] of [
      [5000, 10],
      [20_000, 24_900],
      [3, 93],
    ] as const) {
      for (let i = 0; i < pushes; i += 1) fifo.push(next++);
      for (let i = 0; i < shifts; i += 1) expect(fifo.shift()).equal(expected++);
    }
    expect([fifo.size, fifo.shift()]).deep.equal([0, undefined]);
  });

  it('tell returns false only for what is not taken; what is lost is a dead letter', async () => {
    const play = stage();
    const work = gate();
    const seen: string[] = [];
    const ref = play.system.start<string>({
      name: 'root',
      capacity: 2,
      start: () => ({
        receive: async (word) => {
          seen.push(word);
          await work.opened;
        },
      }),
    });
    await play.clock.settle();
    ref.tell('first');
    await play.clock.settle();
    expect(['a', 'b', 'c'].map((word) => ref.tell(word))).deep.equal([true, true, false]);
    expect(play.system.deadLetters().recent).deep.equal([{ to: '/root', reason: 'full', message: 'c' }]);
    work.open();
    await play.clock.settle();
    expect(seen).deep.equal(['first', 'a', 'b']);
  });
});
