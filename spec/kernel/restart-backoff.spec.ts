import { expect } from 'chai';
import { boom, calmly, stage } from '../support/stage.js';

describe('kernel/restart: starts that fail, and backoff', () => {
  it('a start that throws is a crash: retried after a backoff that grows, not in a hot loop', async () => {
    const play = stage();
    await play.play({
      name: 'root',
      supervision: {
        strategy: 'one-for-one',
        intensity: { restarts: 100, withinMs: 60_000 },
        backoff: { minMs: 50, maxMs: 1000, jitter: 0 },
      },
      children: [
        {
          name: 'a',
          start: () => {
            throw new Error('no');
          },
        },
        { name: 'b' },
      ],
    });
    expect(play.events()).deep.equal(['+root', '+a', '+b']);
    await play.clock.advance(50 + 100 + 200 + 400 + 800 - 1);
    expect(play.events()).deep.equal(['+a', '+a', '+a', '+a']);
    await play.clock.advance(1);
    expect(play.events()).deep.equal(['+a']);
    await play.clock.advance(10_000);
    expect(play.events().length).equal(10);
    expect(play.log.of('actor-crash')[0]?.fields).deep.include({
      path: '/root/a',
      incarnation: 1,
      message: 'start',
    });
  });

  it('a start that rejects is a crash, and the actor has a clean incarnation after it', async () => {
    const play = stage();
    await play.play({
      name: 'root',
      supervision: calmly('one-for-one'),
      children: [
        {
          name: 'a',
          children: [{ name: 'a1' }],
          start: (_, n) => (n === 1 ? Promise.reject(new Error('no')) : undefined),
        },
      ],
    });
    expect(play.events()).deep.equal(['+root', '+a']);
    await play.clock.advance(100);
    expect(play.events()).deep.equal(['+a', '+a1']);
    expect(play.system.describe()?.children[0]).deep.include({
      state: 'running',
      incarnation: 2,
      restarts: 1,
      lastError: 'no',
    });
  });

  it('under rest-for-one later siblings wait for a start that fails at first; under one-for-one they do not', async () => {
    for (const strategy of ['rest-for-one', 'one-for-one'] as const) {
      const play = stage();
      await play.play({
        name: 'root',
        supervision: calmly(strategy),
        children: [
          { name: 'a', start: (_, n) => (n === 1 ? Promise.reject(new Error('no')) : undefined) },
          { name: 'b' },
        ],
      });
      const before = strategy === 'rest-for-one' ? ['+root', '+a'] : ['+root', '+a', '+b'];
      expect(play.events()).deep.equal(before);
      await play.clock.advance(100);
      expect(play.events()).deep.equal(strategy === 'rest-for-one' ? ['+a', '+b'] : ['+a']);
    }
  });

  it('a backoff of zero is still no hot loop', async () => {
    const play = stage();
    await play.play({
      name: 'root',
      supervision: {
        strategy: 'one-for-one',
        intensity: { restarts: Number.POSITIVE_INFINITY, withinMs: 5000 },
        backoff: { minMs: 0, maxMs: 0, jitter: 1 },
      },
      children: [{ name: 'a', start: () => Promise.reject(new Error('no')) }],
    });
    play.events();
    await play.clock.advance(20);
    expect(play.events().length).equal(20);
  });

  it('a row of restarts ends with a long calm run: the backoff begins anew', async () => {
    const play = stage();
    await play.play({
      name: 'root',
      supervision: {
        strategy: 'one-for-one',
        intensity: { restarts: 10, withinMs: 5000 },
        backoff: { minMs: 50, maxMs: 1000, jitter: 0 },
      },
      children: [{ name: 'a' }],
    });
    const delays: unknown[] = [];
    for (const calm of [0, 4000, 5000]) {
      await play.clock.advance(calm);
      play.ref('a').tell(boom);
      await play.clock.settle();
      delays.push(play.log.of('actor-restart').at(-1)?.fields['delayMs']);
      await play.clock.advance(200);
    }
    expect(delays).deep.equal([50, 100, 50]);
  });
});
