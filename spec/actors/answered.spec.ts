import { expect } from 'chai';
import { MaglevError } from '../../domain/errors.js';
import type { OperatorAnswer } from '../../protocol/operator.js';
import type { Hook } from '../support/instrument.js';
import { World } from '../support/world.js';
import { fleetConfig } from './checked-fleet.js';

const a = '10.0.0.1';
const text = (point: Parameters<Hook>[0]) => `${point.actor} ${point.message} ${point.phase}`;

/** A life in which somebody takes a server out; the hook is on from that moment. */
async function life(hook: Hook) {
  const world = new World(fleetConfig);
  world.machine.start();
  let armed = false;
  await world.begin((point) => {
    if (armed) void hook(point);
  });
  await world.tree.clock.advance(20_000);
  armed = true;
  let answer: OperatorAnswer | MaglevError | null = null;
  let weightThen: number | undefined;
  const set = (value: OperatorAnswer | MaglevError) => {
    answer ??= value;
    weightThen = world.weights('192.0.2.1/32')[a];
    return true;
  };
  const { ask, operator } = world.targets;
  ask(operator, { type: 'act-on-backend', name: 'a', action: 'disable' } as const).then(set, set);
  await world.tree.clock.settle();
  armed = false;
  await world.tree.clock.advance(10_000);
  const at10 = answer as OperatorAnswer | MaglevError | null;
  await world.tree.clock.advance(60_000);
  const weight = world.weights('192.0.2.1/32')[a];
  await world.tree.end();
  return { answer: at10, weightThen, weight };
}

describe('what an operator asks for, when any actor crashes at any message on the way', () => {
  it('is answered all the same, and comes into force', async function () {
    this.timeout(60_000);
    const points: string[] = [];
    const normal = await life((point) => {
      points.push(text(point));
    });
    expect(normal.answer).to.include({ warning: null });
    expect(normal.weight).to.equal(0);
    expect(points.map((point) => point.split(' ')[0])).to.include.members([
      'operator',
      'decision',
      'health',
      'vpp',
    ]);
    for (const crashAt of new Set(points)) {
      let crashes = 0;
      const { answer, weightThen, weight } = await life((point) => {
        if (text(point) === crashAt && crashes++ === 0) throw new Error(`crash at ${crashAt}`);
      });
      expect(crashes, crashAt).to.equal(1);
      expect(answer, `${crashAt}: no answer`).not.to.equal(null);
      // Only a crash of who was asked loses the question itself.
      if (!crashAt.startsWith('operator')) expect(answer, crashAt).not.to.be.instanceOf(MaglevError);
      // Without a warning VPP has it, whatever happened.
      if (answer !== null && 'warning' in answer && answer.warning === null) {
        expect(weightThen, `${crashAt}: ${answer.summary}`).to.equal(0);
      }
      if (crashAt !== 'operator act-on-backend before') expect(weight, crashAt).to.equal(0);
    }
  });
});
