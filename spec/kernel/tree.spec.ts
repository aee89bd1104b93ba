import { expect } from 'chai';
import type { ActorRef, ActorSpec, Context } from '../../actors/kernel/contract.js';
import { createActorSystem } from '../../actors/kernel/system.js';
import { VirtualClock } from '../../actors/kernel/virtual-clock.js';
import { recordingLog } from '../support/recording-log.js';

describe('kernel/tree', () => {
  it('starts in order, restarts what depends on the failed one, and stops in reverse order', async () => {
    const clock = new VirtualClock();
    const log = recordingLog();
    const system = createActorSystem({ clock, log });
    const events: string[] = [];
    let a: ActorRef<string> | null = null;
    const child = (name: string): ActorSpec<string> => ({
      name,
      start: async (context: Context<string>) => {
        await Promise.resolve();
        events.push(`start ${name}`);
        return {
          receive: (m) => {
            events.push(`${name}:${m}`);
            if (m === 'boom') throw new Error('boom');
          },
          stop: () => {
            events.push(`stop ${name} ${context.signal.aborted}`);
          },
        };
      },
    });
    system.start<string>({
      name: 'root',
      supervision: {
        strategy: 'rest-for-one',
        intensity: { restarts: 3, withinMs: 5000 },
        backoff: { minMs: 50, maxMs: 1000, jitter: 0 },
      },
      start: (context) => {
        context.spawn(child('x'));
        a = context.spawn(child('a'));
        context.spawn(child('b'));
        return {
          receive: () => {},
          stop: () => {
            events.push('stop root');
          },
        };
      },
    });
    await clock.settle();
    const ref = a as ActorRef<string> | null;
    ref?.tell('hi');
    ref?.tell('boom');
    ref?.tell('after');
    await clock.advance(49);
    expect(events.splice(0)).deep.equal([
      'start x',
      'start a',
      'start b',
      'a:hi',
      'a:boom',
      'stop a true',
      'stop b true',
    ]);
    await clock.advance(1);
    expect(events.splice(0)).deep.equal(['start a', 'start b', 'a:after']);
    expect(system.describe()?.children.map((c) => [c.name, c.state, c.incarnation])).deep.equal([
      ['x', 'running', 1],
      ['a', 'running', 2],
      ['b', 'running', 2],
    ]);
    await system.stop();
    expect(events.splice(0)).deep.equal(['stop b true', 'stop a true', 'stop x true', 'stop root']);
    expect((await system.ended).reason).equal('stopped');
    expect(log.of('actor-crash').length).equal(1);
  });
});
