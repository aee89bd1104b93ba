import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { allCases } from './all-cases.js';
import { lethalCases } from './cases/lethal.js';
import { runCase } from './run-case.js';
import { runLethal } from './run-lethal.js';
import { openSimulatorTarget, type SimulatorTarget } from './simulator-target.js';

describe('conformance: the simulator does what VPP does', () => {
  let target: SimulatorTarget;
  before(async () => {
    target = await openSimulatorTarget();
  });
  after(() => target.close());

  for (const conformanceCase of allCases) {
    it(conformanceCase.name, async () => {
      const outcomes = await runCase(target, conformanceCase);
      expect(outcomes.filter(({ expected, found }) => expected !== found)).to.deep.equal([]);
    });
  }
});

describe('conformance: the simulator dies of what VPP dies of', () => {
  let target: SimulatorTarget;
  beforeEach(async () => {
    target = await openSimulatorTarget();
  });
  afterEach(() => target.close());

  for (const lethalCase of lethalCases) {
    it(lethalCase.name, async () => {
      const { outcomes, fate } = await runLethal(target, lethalCase, target.client.closed, async () => {
        for (let i = 0; i < 100; i++) await turn();
      });
      expect(outcomes.filter(({ expected, found }) => expected !== found)).to.deep.equal([]);
      const { death } = target.simulator;
      expect(fate).to.equal(lethalCase.rule === null ? 'survives' : 'dies');
      expect(death?.kind === 'crashed' ? death.crash.rule : null).to.equal(lethalCase.rule);
    });
  }
});
