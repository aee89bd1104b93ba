import { expect } from 'chai';
import { runDay } from '../../lab/day.js';
import { scenarioOfSeed } from '../../lab/draw.js';
import { invariants } from '../../lab/invariants/all.js';
import { storyOf } from '../../lab/story.js';

const seeds = Array.from({ length: 40 }, (_, i) => i + 1);

describe('lab: days of faults', () => {
  it('plays 40 days of ten minutes, and nothing is broken', async function () {
    this.timeout(120_000);
    const looks = new Map<string, number>();
    for (const seed of seeds) {
      // Small fleets have as many faults as large ones, and cost a third.
      const scenario = scenarioOfSeed(seed, { backends: 2 + (seed % 5) });
      const day = await runDay(scenario);
      expect(day.violations, storyOf(scenario, day)).to.deep.equal([]);
      for (const [name, count] of day.checks) looks.set(name, (looks.get(name) ?? 0) + count);
    }
    // Hardly anybody is given up in forty days.
    const unseen = invariants.filter(({ name }) => name !== 'patience-ends' && (looks.get(name) ?? 0) === 0);
    expect(unseen.map(({ name }) => name)).to.deep.equal([]);
  });

  it('plays the same day twice', async () => {
    const [first, again, other] = [
      await runDay(scenarioOfSeed(5)),
      await runDay(scenarioOfSeed(5)),
      await runDay(scenarioOfSeed(6)),
    ];
    expect(again.digest).to.equal(first.digest);
    expect(other.digest).to.not.equal(first.digest);
  });
});
