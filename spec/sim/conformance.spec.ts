import { expect } from 'chai';
import { realClock } from '../../actors/kernel/real-clock.js';
import { type Simulator, startSimulator } from '../../sim/simulator.js';
import { RawVppClient } from '../support/raw-vpp-client.js';
import { type ConformanceCase, runCase } from './conformance/case.js';
import { commandCases } from './conformance/command-cases.js';
import { serverCases } from './conformance/server-cases.js';
import { vipCases } from './conformance/vip-cases.js';

/** Names the API socket of a live VPP, which nobody else may be using. */
const livePath = process.env['MAGLEV_TEST_VPP_API'];

const cases: readonly ConformanceCase[] = [...vipCases, ...serverCases, ...commandCases];

async function check(path: string, conformanceCase: ConformanceCase): Promise<void> {
  const client = await RawVppClient.connect(path);
  try {
    const outcomes = await runCase(client, conformanceCase);
    const wrong = outcomes.filter(({ expected, found }) => expected !== found);
    expect(wrong).to.deep.equal([]);
  } finally {
    await client.close();
  }
}

describe('sim: the simulator answers as VPP does', () => {
  let simulator: Simulator;
  before(async () => {
    simulator = await startSimulator({ clock: realClock });
  });
  after(() => simulator.stop());

  for (const conformanceCase of cases) {
    it(conformanceCase.name, () => check(simulator.socketPath, conformanceCase));
  }
});

if (livePath !== undefined) {
  describe(`sim: VPP answers at ${livePath} as the cases say`, () => {
    for (const conformanceCase of cases) {
      it(conformanceCase.name, () => check(livePath, conformanceCase));
    }
  });
}
