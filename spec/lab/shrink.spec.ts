import { expect } from 'chai';
import { scenarioOfSeed } from '../../lab/draw.js';
import type { Invariant } from '../../lab/invariant.js';
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

describe('lab/shrink', () => {
  it('leaves of a day what it takes to break the same invariant, and tells it', async () => {
    const scenario = scenarioOfSeed(2);
    expect(scenario.faults.length).to.be.above(3);
    const shrunk = await shrink(scenario, { invariants: [neverKilled], patience: 60 });
    expect(shrunk?.scenario.faults.map(({ kind }) => kind)).to.deep.equal(['restart']);
    expect(shrunk?.scenario.fleet.frontends).to.have.length(1);
    expect(shrunk?.scenario.fleet.backends).to.have.length(1);
    const story = shrunk === null ? '' : storyOf(shrunk.scenario, { violations: [shrunk.violation] });
    expect(story).to.match(
      /the process is told to end, and is back [\d.]+ s later[\s\S]*broken: never-killed: it has another$/,
    );
  });

  it('finds nothing on a day on which nothing is broken', async () => {
    expect(await shrink(scenarioOfSeed(2), { invariants: [] })).to.equal(null);
  });
});
