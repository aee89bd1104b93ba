import { expect } from 'chai';
import fc from 'fast-check';
import { Wheel } from '../../probes/engine/wheel.js';

const number = fc.integer({ min: 0, max: 150 });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ put: number, after: fc.integer({ min: -50, max: 10_000 }) }) },
  { weight: 1, arbitrary: fc.record({ remove: number }) },
  {
    weight: 2,
    arbitrary: fc.record({
      pass: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 9000 })),
    }),
  },
);

describe('the wheel of the probe engine', () => {
  it('gives out what is due, each once and none early, whatever is put in, moved and taken out', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), fc.array(step, { maxLength: 200 }), (start, steps) => {
        const wheel = new Wheel(start);
        const expected = new Map<number, number>();
        let now = start;
        for (const each of steps) {
          if ('put' in each) {
            wheel.put(each.put, now + each.after);
            expected.set(each.put, Math.max(now + each.after, now + 1));
          } else if ('remove' in each) {
            wheel.remove(each.remove);
            expected.delete(each.remove);
          } else {
            now += each.pass;
            const due = [...expected].filter(([, at]) => at <= now).map(([one]) => one);
            for (const one of due) expected.delete(one);
            expect(wheel.take(now).sort((a, b) => a - b)).to.deep.equal(due.sort((a, b) => a - b));
          }
          expect(wheel.size).to.equal(expected.size);
          const limit = now + 300;
          expect(wheel.nextDue(limit)).to.equal(Math.min(limit, ...expected.values()));
        }
      }),
    );
  });
});
