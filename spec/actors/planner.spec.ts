import { expect } from 'chai';
import { createActorSystem } from '../../actors/kernel/system.js';
import { plannerActor } from '../../actors/planner.js';
import { realClock } from '../../clock/real-clock.js';
import { plannedSite } from '../support/planned-site.js';
import { recordingLog } from '../support/recording-log.js';

// How long it takes, and for how long it holds anybody up, is measured by bench/planning.ts.

describe('actors/planner', () => {
  it('plans many frontends, and compares the tables of each', async () => {
    const system = createActorSystem({ clock: realClock, log: recordingLog() });
    const planner = system.start(plannerActor(plannedSite({ backends: 500, frontends: 250 })));
    try {
      const plan = await system.ask(planner, { type: 'plan', whatIf: { kind: 'reload' } });
      expect(plan.vips).to.have.length(250);
      expect(plan.vips.every(({ moved }) => (moved?.moved ?? 0) > 0)).to.equal(true);
    } finally {
      await system.stop();
    }
  });
});
