import { expect } from 'chai';
import fc from 'fast-check';
import { VirtualClock } from '../../clock/virtual-clock.js';
import { recordingLog } from '../support/recording-log.js';
import { askBy } from '../support/tree.js';
import { Chaos, type Message, type Question } from './chaos.js';

describe('kernel/stress', () => {
  it('keeps its promises whatever crashes, hangs, ends and is asked', async function () {
    this.timeout(60_000);
    let handled = 0;
    let haunted = 0;
    let restarts = 0;
    let escalations = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const clock = new VirtualClock({ seed });
        const chaos = new Chaos(seed, clock, recordingLog());
        const { system } = chaos;
        system.start(chaos.spec(3, 'root'));
        await clock.advance(50);
        for (let seq = 0; seq < 150; seq += 1) {
          for (let burst = 0; burst < 3; burst += 1) {
            const [target, other] = [chaos.target(), chaos.target()];
            if (target === undefined || other === undefined) continue;
            const ms = chaos.pick([0, 0, 7]);
            const what = chaos.pick<Question['what']>(['answer', 'keep', 'crash', 'slow']);
            const message = chaos.pick<Message>([
              { type: 'work', seq: seq * 3 + burst, ms },
              { type: 'work', seq: seq * 3 + burst, ms },
              { type: 'work', seq: seq * 3 + burst, ms },
              { type: 'crash', ms },
              { type: 'spawn' },
              { type: 'ask', target: other, what },
              { type: 'ask', target: other, what },
            ]);
            const rare = chaos.below(40);
            if (rare === 0) target.tell({ type: 'finish' });
            else if (rare === 1) target.tell({ type: 'hang' });
            else if (rare === 2) target.tell({ type: 'stop-child' });
            else if (rare < 6) {
              chaos.count(
                askBy<Message, string>(system, target, (reply) => ({ type: 'question', what, reply }), {
                  timeoutMs: Number.POSITIVE_INFINITY,
                }),
              );
            } else target.tell(message);
          }
          await clock.advance(chaos.pick([0, 1, 5, 30, 100, 30, 100, 0, 1, 2500]));
        }
        const stopped = system.stop();
        await clock.advance(60_000);
        await stopped;
        await clock.settle();
        expect(chaos.broken).deep.equal([]);
        expect([...chaos.alive.keys()], 'orphans').deep.equal([]);
        expect(chaos.openAsks, 'asks that never settled').equal(0);
        expect(clock.pendingTimers, 'timers left').equal(0);
        expect(system.describe()).deep.include({ state: 'ended', children: [] });
        handled += chaos.handled;
        haunted += chaos.haunted;
        restarts += chaos.log.of('actor-restart').length;
        escalations += chaos.log.of('actor-escalate').length;
      }),
      { numRuns: 20 },
    );
    // The test is worth something only if a lot happened.
    expect([handled > 2000, haunted > 3, restarts > 200, escalations > 50]).deep.equal([
      true,
      true,
      true,
      true,
    ]);
  });

  it('the same seed gives the same history', async () => {
    const history = async (): Promise<unknown[]> => {
      const clock = new VirtualClock({ seed: 5 });
      const chaos = new Chaos(5, clock, recordingLog());
      chaos.system.start(chaos.spec(3, 'root'));
      for (let seq = 0; seq < 100; seq += 1) {
        await clock.advance(10);
        const target = chaos.refs[chaos.below(chaos.refs.length)];
        target?.tell(seq % 3 === 0 ? { type: 'crash', ms: 0 } : { type: 'spawn' });
      }
      const stopped = chaos.system.stop();
      await clock.advance(1000);
      await stopped;
      return chaos.log.records.map(({ event, fields }) => [
        event,
        fields['path'],
        fields['to'],
        fields['delayMs'],
      ]);
    };
    const first = await history();
    expect(first.length).greaterThan(20);
    expect(await history()).deep.equal(first);
  });
});
