import { expect } from 'chai';
import { createActorSystem } from '../../actors/kernel/system.js';
import { plannerActor } from '../../actors/planner.js';
import { realClock } from '../../clock/real-clock.js';
import type { Address } from '../../protocol/address.js';
import type { PlanRequest } from '../../protocol/plan.js';
import { plannedSite } from '../support/planned-site.js';
import { recordingLog } from '../support/recording-log.js';

// How long it takes, and for how long it holds anybody up, is measured by bench/planning.ts.

describe('actors/planner', () => {
  it('plans many frontends, and compares the tables of each', async () => {
    const system = createActorSystem({ clock: realClock, log: recordingLog() });
    const planner: Address<PlanRequest> = system.start(
      plannerActor(plannedSite({ backends: 300, frontends: 150 })),
    );
    try {
      const plan = await system.ask(planner, { type: 'plan', whatIf: { kind: 'reload', file: null } });
      expect(plan.vips).to.have.length(150);
      expect(plan.vips.every(({ moved }) => (moved?.moved ?? 0) > 0)).to.equal(true);
    } finally {
      await system.stop();
    }
  });
});
