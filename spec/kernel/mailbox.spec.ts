import { expect } from 'chai';
import fc from 'fast-check';
import { Fifo } from '../../domain/fifo.js';
import { gate, stage } from '../support/stage.js';

const step = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 4 }).map((kind) => ({ push: kind })) },
  { weight: 3, arbitrary: fc.constant({ shift: true }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 4 }).map((kind) => ({ remove: kind })) },
);

describe('kernel/mailbox', () => {
  it('is a queue, whatever is put into it, taken and removed', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const queue = new Fifo<number>();
        let model: number[] = [];
        for (const action of steps) {
          if ('push' in action) {
            queue.push(action.push);
            model.push(action.push);
          } else if ('shift' in action) expect(queue.shift()).equal(model.shift());
          else {
            const unwanted = (kind: number) => kind === action.remove;
            expect(queue.remove(unwanted)).deep.equal(model.filter(unwanted));
            model = model.filter((kind) => !unwanted(kind));
          }
          expect(queue.size).equal(model.length);
        }
        expect(queue.remove(() => true)).deep.equal(model);
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
    expect(play.lost()).deep.equal(['full /root']);
    work.open();
    await play.clock.settle();
    expect(seen).deep.equal(['first', 'a', 'b']);
  });
});
