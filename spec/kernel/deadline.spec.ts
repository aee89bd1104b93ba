import { expect } from 'chai';
import type { Context } from '../../actors/kernel/contract.js';
import { type Act, boom, calmly, gate, outcome, stage } from '../support/stage.js';

describe('kernel/stop deadline', () => {
  it('abandons a stop() that never settles, and goes on', async () => {
    const play = stage();
    const never = gate();
    await play.play({
      name: 'root',
      children: [{ name: 'a' }, { name: 'b', stop: () => never.opened }],
    });
    play.events();
    const stopped = play.system.stop();
    await play.clock.advance(4999);
    expect(play.events()).deep.equal(['-b']);
    await play.clock.advance(1);
    await stopped;
    expect(play.events()).deep.equal(['-a', '-root']);
    expect(play.log.of('actor-abandoned')[0]?.fields).deep.include({
      path: '/root/b',
      message: 'stop',
      deadlineMs: 5000,
    });
  });

  it('runs stop() also when the handler was abandoned, so that what it holds is released', async () => {
    const play = stage();
    const never = gate();
    const root = await play.play({ name: 'root' });
    root.tell(() => never.opened);
    await play.clock.settle();
    const stopped = play.system.stop();
    await play.clock.advance(4999);
    expect(play.events()).deep.equal(['+root']);
    await play.clock.advance(1);
    await stopped;
    expect(play.events()).deep.equal(['-root']);
    expect(play.log.of('actor-abandoned').map(({ fields }) => fields['message'])).deep.equal(['function']);
  });

  for (const ending of ['returns', 'fails'] as const) {
    it(`an abandoned handler that ${ending} during stop() changes nothing: stop() has its deadline`, async () => {
      const play = stage();
      const [work, never] = [gate(), gate()];
      const root = await play.play({ name: 'root', stop: () => never.opened });
      root.tell(() => work.opened);
      await play.clock.settle();
      const stopped = play.system.stop();
      await play.clock.advance(7500);
      if (ending === 'returns') work.open();
      else work.break(new Error('late'));
      await play.clock.advance(2499);
      expect(await outcome(play.clock, stopped)).equal('pending');
      await play.clock.advance(1);
      expect(await outcome(play.clock, stopped)).equal(undefined);
      expect(play.log.of('actor-abandoned').length).equal(2);
    });
  }

  it('a stop() that settles after its deadline changes nothing: the next incarnation runs on', async () => {
    const play = stage();
    const slow = gate();
    await play.play({
      name: 'root',
      supervision: calmly('one-for-one'),
      children: [{ name: 'a', stop: (_, n) => (n === 1 ? slow.opened : undefined) }],
    });
    play.ref('a').tell(boom);
    await play.clock.advance(6000);
    expect(play.events()).deep.equal(['+root', '+a', '-a', '+a']);
    slow.open();
    await play.clock.advance(6000);
    expect(play.events()).deep.equal([]);
    expect(play.system.describe()?.children[0]).deep.include({ state: 'running', incarnation: 2 });
    expect(play.log.of('actor-crash').map(({ fields }) => fields['path'])).deep.equal(['/root/a']);
  });

  it('a stop() that throws is logged and ends all the same', async () => {
    const play = stage();
    await play.play({
      name: 'root',
      children: [
        { name: 'a' },
        { name: 'b', stop: () => Promise.reject(new Error('cannot')) },
        { name: 'c', stop: () => boom(play.context('c')) },
      ],
    });
    await play.system.stop();
    expect(play.events()).deep.equal(['+root', '+a', '+b', '+c', '-c', '-b', '-a', '-root']);
    expect(
      play.log.of('actor-crash').map(({ fields }) => [fields['path'], fields['message'], fields['error']]),
    ).deep.equal([
      ['/root/c', 'stop', 'boom'],
      ['/root/b', 'stop', 'cannot'],
    ]);
  });

  it('a stop() that throws after a crash does not keep the actor from its restart', async () => {
    const play = stage();
    await play.play({
      name: 'root',
      supervision: calmly('one-for-one'),
      children: [{ name: 'a', stop: () => Promise.reject(new Error('cannot')) }],
    });
    play.ref('a').tell(boom);
    await play.clock.advance(100);
    expect(play.events()).deep.equal(['+root', '+a', '-a', '+a']);
  });

  it('abandons a start that never settles; when it does so later, what it made is released', async () => {
    const play = stage();
    const slow = gate();
    await play.play({
      name: 'root',
      children: [{ name: 'a', start: () => slow.opened }],
    });
    const stopped = play.context('root').stopChild(play.ref('a'));
    await play.clock.advance(5000);
    await stopped;
    expect(play.events()).deep.equal(['+root', '+a']);
    slow.open();
    await play.clock.settle();
    expect(play.events()).deep.equal(['-a']);
    expect(play.system.describe()?.children).deep.equal([]);
  });

  it('a restart does not wait longer than the deadline for a handler that hangs', async () => {
    const play = stage();
    const never = gate();
    await play.play({
      name: 'root',
      supervision: calmly('rest-for-one'),
      children: [{ name: 'a' }, { name: 'b' }],
    });
    play.ref('b').tell(() => never.opened);
    play.ref('a').tell(boom);
    await play.clock.advance(4999);
    expect(play.events()).deep.equal(['+root', '+a', '+b', '-a']);
    await play.clock.advance(1);
    expect(play.events()).deep.equal(['-b', '+a', '+b']);
  });

  it('runs stop() to its end behind an abandoned handler, whatever it waits for', async () => {
    const play = stage();
    const [never, closing] = [gate(), gate()];
    let closed = false;
    const stop = async (context: Context<Act>): Promise<void> => {
      await context.outside(closing.opened);
      closed = true;
    };
    await play.play({ name: 'root', children: [{ name: 'a', stop }] });
    play.ref('a').tell((context) => context.outside(never.opened));
    await play.clock.settle();
    const stopped = play.system.stop();
    await play.clock.advance(6000);
    closing.open();
    await play.clock.settle();
    expect(closed).equal(true);
    expect(await outcome(play.clock, stopped)).equal(undefined);
  });

  it('does not silence what outlives an actor which ended in time: it may belong to others', async () => {
    const play = stage();
    await play.play({ name: 'root', children: [{ name: 'a' }, { name: 'b' }] });
    const shared = gate();
    let heard = false;
    play.ref('a').tell((context) => {
      void context.outside(shared.opened).then(() =>
        play.ref('b').tell(() => {
          heard = true;
        }),
      );
    });
    await play.clock.settle();
    await play.context('root').stopChild(play.ref('a'));
    shared.open();
    await play.clock.settle();
    expect(heard).equal(true);
  });
});
