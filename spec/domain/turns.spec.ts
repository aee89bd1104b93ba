import { expect } from 'chai';
import fc from 'fast-check';
import { atOnce, Doorway, inTurns, nextTurn, type Piecemeal } from '../../domain/turns.js';
import { inWindow } from '../../domain/window.js';

/** How much is done in each turn of the event loop, until `over`. `mark` is called for what is done. */
async function perTurn(begin: (mark: () => void) => Promise<unknown>): Promise<number[]> {
  const turns = [0];
  let over = false;
  let turn = nextTurn();
  const done = begin(() => {
    turns.push((turns.pop() ?? 0) + 1);
  }).then(() => {
    over = true;
  });
  while (!over) {
    await turn;
    turns.push(0);
    turn = nextTurn();
  }
  await done;
  return turns.filter((count) => count > 0);
}

function* pieces(sizes: readonly number[], did: (size: number) => void): Piecemeal<string> {
  for (const size of sizes) {
    did(size);
    yield size;
  }
  return sizes.join();
}

describe('domain/turns', () => {
  it('does piecemeal work to the same end in one go and in turns, and in each turn only what it may', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 20 }), async (some, aTurn) => {
        const whole = atOnce(pieces(some, () => {}));
        const turns = await perTurn(async (mark) => {
          const did = (size: number) => {
            for (let i = 0; i < size; i++) mark();
          };
          expect(await inTurns(pieces(some, did), aTurn)).to.equal(whole);
        });
        expect(turns.reduce((sum, one) => sum + one, 0)).to.equal(some.reduce((sum, one) => sum + one, 0));
        // A turn ends with the piece that fills it.
        for (const one of turns) expect(one).to.be.below(aTurn + 5);
      }),
      { numRuns: 50 },
    );
  });

  it('lets those who wait for one thing pass in their order, some a turn', async () => {
    const passed: number[] = [];
    const doorway = new Doorway(4);
    const turns = await perTurn((mark) =>
      Promise.all(
        Array.from({ length: 30 }, async (_, i) => {
          await doorway.pass();
          passed.push(i);
          mark();
        }),
      ),
    );
    expect(passed).to.deep.equal(Array.from({ length: 30 }, (_, i) => i));
    expect(Math.max(...turns)).to.be.at.most(4);
  });

  it('begins few items of a window in one turn, also when many end together', async () => {
    const ends: (() => void)[] = [];
    const items = Array.from({ length: 200 }, (_, i) => i);
    let results: number[] = [];
    const turns = await perTurn(async (mark) => {
      const work = (i: number) => {
        mark();
        return new Promise<number>((resolve) => ends.push(() => resolve(i * 2)));
      };
      const all = inWindow(items, 64, work);
      for (let ended = 0; ended < 200; ended += ends.splice(0).map((end) => end()).length) {
        for (let i = 0; i < 5; i++) await nextTurn();
      }
      results = await all;
    });
    expect(Math.max(...turns)).to.be.within(1, 8);
    expect(results).to.deep.equal(items.map((i) => i * 2));
  });
});
