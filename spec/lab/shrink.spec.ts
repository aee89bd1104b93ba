import { expect } from 'chai';
import { scenarioOfSeed } from '../../lab/draw.js';
import type { Invariant } from '../../lab/invariant.js';
import type { Scenario } from '../../lab/scenario.js';
import { shrink } from '../../lab/shrink.js';
import { storyOf } from '../../lab/story.js';

/** Broken by what cannot be helped: the process is killed. */
const neverKilled: Invariant = {
  name: 'never-killed',
  promise: 0,
  says: 'The process has only one life.',
  observe: (world, { broken }) => ({
    second: () => {
      if ((world.process?.pid ?? 0) > 101) broken('it has another');
    },
  }),
};

/** With more than what it takes, and not so much more that it takes long. */
function smallDay(): Scenario {
  for (let seed = 1; ; seed++) {
    const scenario = scenarioOfSeed(seed);
    const { faults, fleet } = scenario;
    if (faults.length > 9 || faults.length < 4 || fleet.backends.length > 3) continue;
    if (faults.some(({ kind }) => kind === 'restart')) return scenario;
  }
}

describe('lab/shrink', () => {
  it('leaves of a day what it takes to break the same invariant, and tells it', async () => {
    const scenario = smallDay();
    const shrunk = await shrink(scenario, { invariants: [neverKilled], patience: 90 });
    expect(shrunk?.scenario.faults.map(({ kind }) => kind).join()).to.match(/^(kill|restart)$/);
    expect(shrunk?.scenario.fleet.frontends).to.have.length(1);
    expect(shrunk?.scenario.fleet.backends).to.have.length(1);
    const story = shrunk === null ? '' : storyOf(shrunk.scenario, { violations: [shrunk.violation] });
    expect(story).to.match(/the process is (killed|told to end)[\s\S]*broken: never-killed: it has another$/);
  });

  it('finds nothing on a day on which nothing is broken', async () => {
    expect(await shrink(scenarioOfSeed(2), { invariants: [] })).to.equal(null);
  });
});
