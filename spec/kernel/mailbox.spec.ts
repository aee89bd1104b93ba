import { expect } from 'chai';
import fc from 'fast-check';
import type { MailboxPolicy } from '../../actors/kernel/contract.js';
import { Fifo } from '../../actors/kernel/fifo.js';
import { type Envelope, Mailbox } from '../../actors/kernel/mailbox.js';
import { gate, stage } from '../support/stage.js';

interface Item {
  readonly key: number;
  readonly value: number;
}

/** What a mailbox is meant to do, written down as simply as possible: returns what is lost. */
function offerToModel(model: Item[], policy: MailboxPolicy<Item>, item: Item): Item | null {
  if (policy.kind === 'coalesce') {
    const place = model.findIndex(({ key }) => key === item.key && key !== 0);
    if (place >= 0) return model.splice(place, 1, item)[0] ?? null;
  }
  if (policy.kind !== 'unbounded' && model.length >= policy.capacity) {
    if (policy.kind !== 'drop-oldest') return item;
    const lost = model.shift() ?? null;
    model.push(item);
    return lost;
  }
  model.push(item);
  return null;
}

const key = (item: Item): string | null => (item.key === 0 ? null : String(item.key));
const policies: fc.Arbitrary<MailboxPolicy<Item>> = fc
  .integer({ min: 1, max: 6 })
  .chain((capacity) =>
    fc.constantFrom<MailboxPolicy<Item>>(
      { kind: 'unbounded' },
      { kind: 'drop-oldest', capacity },
      { kind: 'reject', capacity },
      { kind: 'coalesce', capacity, key },
    ),
  );
const step = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 4 }).map((k) => ({ offer: k })) },
  { weight: 3, arbitrary: fc.constant({ take: true }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 4 }).map((k) => ({ remove: k })) },
);

describe('kernel/mailbox', () => {
  it('does what its policy says, whatever is offered, taken and removed', () => {
    fc.assert(
      fc.property(policies, fc.array(step, { maxLength: 100 }), (policy, steps) => {
        const box = new Mailbox(policy);
        let model: Item[] = [];
        let value = 0;
        for (const action of steps) {
          if ('offer' in action) {
            value += 1;
            const item = { key: action.offer, value };
            const envelope: Envelope<Item> = { message: item, question: null, origin: null };
            const lost = box.offer(envelope);
            expect(lost?.message ?? null).equal(offerToModel(model, policy, item));
          } else if ('take' in action) {
            expect(box.take()?.message ?? null).equal(model.shift() ?? null);
          } else {
            const removed = box.remove(({ message }) => message.key === action.remove);
            expect(removed.map(({ message }) => message)).deep.equal(
              model.filter((item) => item.key === action.remove),
            );
            model = model.filter((item) => item.key !== action.remove);
          }
          expect(box.size).equal(model.length);
          if (policy.kind !== 'unbounded') expect(box.size).most(policy.capacity);
        }
        const rest: Item[] = [];
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
    expect(() => fifo.replace(1, 1)).throw(RangeError);
  });

  it('tell returns false only for what is not taken; what is lost is a dead letter', async () => {
    const expected: Record<string, [boolean[], string]> = {
      reject: [[true, true, false], 'c'],
      'drop-oldest': [[true, true, true], 'a'],
      coalesce: [[true, true, false], 'c'],
    };
    for (const kind of ['reject', 'drop-oldest', 'coalesce'] as const) {
      const play = stage();
      const work = gate();
      const seen: string[] = [];
      const ref = play.system.start<string>({
        name: 'root',
        mailbox: kind === 'coalesce' ? { kind, capacity: 2, key: (word) => word } : { kind, capacity: 2 },
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
      const taken = ['a', 'b', 'c'].map((word) => ref.tell(word));
      const [answers, lost] = expected[kind] ?? [];
      expect(taken).deep.equal(answers);
      expect(play.system.deadLetters().recent).deep.equal([{ to: '/root', reason: 'full', message: lost }]);
      work.open();
      await play.clock.settle();
      expect(seen).deep.equal(['first', 'a', 'b', 'c'].filter((word) => word !== lost));
    }
  });

  it('a key function that throws costs the message and crashes the actor, never the sender', async () => {
    const play = stage();
    const root = await play.play({
      name: 'root',
      mailbox: {
        kind: 'coalesce',
        capacity: 2,
        key: () => {
          throw new Error('no key');
        },
      },
    });
    expect(root.tell(() => {})).equal(false);
    await play.clock.advance(1000);
    expect(play.events()).deep.equal(['+root', '-root', '+root']);
    expect(play.system.deadLetters().recent.map(({ reason }) => reason)).deep.equal(['crashed']);
  });
});
