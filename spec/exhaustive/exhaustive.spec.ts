import { expect } from 'chai';
import { fleets } from './fleet.js';
import { search } from './search.js';

const now = () => performance.now() / 1000;

describe('every state of small fleets', () => {
  for (const fleet of fleets) {
    // First probes in every order are too much for here: `npm run exhaustive` has them.
    const most = fleet.faults.includes('daemon-restart') ? 0 : 1;
    it(`${fleet.name}: ${fleet.what}, with ${most} fault at most`, () => {
      const { states, ends, whole, story } = search({ ...fleet, most }, 100_000, now);
      expect(story?.join('\n') ?? null).to.equal(null);
      expect(whole, 'all of them').to.equal(true);
      expect(ends, 'everything that begins ends').to.be.above(0);
      console.log(`      ${states} states, ${ends} ends`);
    });
  }

  it('has a story to tell when something must not be: a table that VPP would die of', () => {
    const [fleet] = fleets;
    if (fleet === undefined) throw new Error('there is no fleet');
    const lethal = { ...fleet, down: ['a', 'b', 'c'], most: 0, configs: fleet.configs.map(withLethalTable) };
    const { story, whole } = search(lethal, 1000, now);
    expect(whole).to.equal(false);
    expect(story?.at(-1)).to.include('nothing lethal is sent');
    expect(story?.join('\n')).to.include('VPP answers: a full read');
  });
});

type Config = (typeof fleets)[number]['configs'][number];

function withLethalTable(config: Config): Config {
  return { ...config, lb: { ...config.lb, newFlowsTableLength: 1000 } };
}
