import { expect } from 'chai';
import fc from 'fast-check';
import { ClockJumps } from '../../domain/clock-jump.js';

describe('domain/clock-jump', () => {
  it('tells each jump once, forwards and back, and nothing of a clock that drifts, however far in the end', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(fc.integer({ min: -249, max: 249 }), fc.constantFrom(-3_600_000, -250, 250, 86_400_000)),
        ),
        (steps) => {
          const jumps = new ClockJumps();
          let offset = 1_800_000_000_000;
          expect(jumps.look(offset, 0), 'the first look knows of none before').to.equal(null);
          for (const [i, step] of steps.entries()) {
            offset += step;
            const monotonic = (i + 1) * 1000;
            expect(jumps.look(offset + monotonic, monotonic)).to.equal(Math.abs(step) < 250 ? null : step);
          }
        },
      ),
    );
  });
});
