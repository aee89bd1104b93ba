import { expect } from 'chai';
import { runDay } from '../../lab/day.js';
import { scenarioOfSeed } from '../../lab/draw.js';
import { invariants } from '../../lab/invariants/all.js';
import { storyOf } from '../../lab/story.js';

const seeds = Array.from({ length: 40 }, (_, i) => i + 1);

/** Small fleets have as many faults as large ones, and cost a third. */
const dayOfSeed = (seed: number) => scenarioOfSeed(seed, { backends: 2 + (seed % 5) });

describe('lab: days of faults', () => {
  /** By seed. */
  const digests = new Map<number, string>();

  it('plays 40 days of ten minutes, and nothing is broken', async function () {
    this.timeout(120_000);
    const looks = new Map<string, number>();
    for (const seed of seeds) {
      const scenario = dayOfSeed(seed);
      const day = await runDay(scenario);
      expect(day.violations, storyOf(scenario, day)).to.deep.equal([]);
      for (const [name, count] of day.checks) looks.set(name, (looks.get(name) ?? 0) + count);
      digests.set(seed, day.digest);
    }
    // Hardly anybody is given up in forty days.
    const unseen = invariants.filter(({ name }) => name !== 'patience-ends' && (looks.get(name) ?? 0) === 0);
    expect(unseen.map(({ name }) => name)).to.deep.equal([]);
  });

  it('plays the same day twice, and no two days alike', async () => {
    const { digest } = await runDay(dayOfSeed(5));
    expect(digest).to.equal(digests.get(5));
    expect(new Set(digests.values()).size).to.equal(seeds.length);
  });
});
