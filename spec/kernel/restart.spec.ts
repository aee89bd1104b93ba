import { expect } from 'chai';
import type { RestartType } from '../../actors/kernel/contract.js';
import { type Act, boom, calmly, gate, type Part, type Stage, stage } from '../support/stage.js';

const finish: Act = ({ stopSelf }) => stopSelf();

/** a, b, c, d under a root with that strategy. */
async function four(
  strategy: 'one-for-one' | 'rest-for-one' | 'all-for-one',
  parts: Partial<Record<string, Partial<Part>>> = {},
): Promise<Stage> {
  const play = stage();
  await play.play({
    name: 'root',
    supervision: calmly(strategy),
    children: ['a', 'b', 'c', 'd'].map((name) => ({ name, ...parts[name] })),
  });
  expect(play.events()).deep.equal(['+root', '+a', '+b', '+c', '+d']);
  return play;
}

describe('kernel/restart', () => {
  it('one-for-one restarts only the one that failed', async () => {
    const play = await four('one-for-one');
    play.ref('b').tell(boom);
    await play.clock.advance(1000);
    expect(play.events()).deep.equal(['-b', '+b']);
  });

  it('rest-for-one stops the later siblings in reverse order and starts all of them in order', async () => {
    const play = await four('rest-for-one');
    play.ref('b').tell(boom);
    await play.clock.advance(99);
    expect(play.events()).deep.equal(['-b', '-d', '-c']);
    await play.clock.advance(1);
    expect(play.events()).deep.equal(['+b', '+c', '+d']);
  });

  it('all-for-one stops and starts everybody', async () => {
    const play = await four('all-for-one');
    play.ref('b').tell(boom);
    await play.clock.advance(100);
    expect(play.events()).deep.equal(['-b', '-d', '-c', '-a', '+a', '+b', '+c', '+d']);
  });

  it('waits for each sibling to stop before the next one stops, and for all before any starts', async () => {
    const slow = gate();
    const play = await four('rest-for-one', { c: { stop: () => slow.opened } });
    play.ref('a').tell(boom);
    await play.clock.advance(200);
    expect(play.events()).deep.equal(['-a', '-d', '-c']);
    slow.open();
    await play.clock.settle();
    expect(play.events()).deep.equal(['-b', '+a', '+b', '+c', '+d']);
  });

  it('waits for each sibling to start before the next one starts', async () => {
    const slow = gate();
    const play = await four('all-for-one', { b: { start: (_, n) => (n === 2 ? slow.opened : undefined) } });
    play.ref('d').tell(boom);
    await play.clock.advance(100);
    expect(play.events()).deep.equal(['-d', '-c', '-b', '-a', '+a', '+b']);
    slow.open();
    await play.clock.settle();
    expect(play.events()).deep.equal(['+c', '+d']);
  });

  it('a sibling that fails in a restart begins another one, from itself on', async () => {
    const play = await four('rest-for-one', {
      c: {
        start: (_, n) => {
          if (n === 2) throw new Error('not yet');
        },
      },
    });
    play.ref('a').tell(boom);
    await play.clock.advance(100);
    expect(play.events()).deep.equal(['-a', '-d', '-c', '-b', '+a', '+b', '+c']);
    await play.clock.advance(100);
    expect(play.events()).deep.equal(['+c', '+d']);
  });

  it('a failure of an earlier sibling during the backoff of a group widens the group', async () => {
    const play = await four('rest-for-one');
    play.ref('c').tell(boom);
    await play.clock.advance(50);
    expect(play.events()).deep.equal(['-c', '-d']);
    play.ref('a').tell(boom);
    await play.clock.advance(99);
    expect(play.events()).deep.equal(['-a', '-b']);
    await play.clock.advance(1);
    expect(play.events()).deep.equal(['+a', '+b', '+c', '+d']);
  });

  it('a failure of an earlier sibling while the group stops widens the group', async () => {
    const slow = gate();
    const play = await four('rest-for-one', { d: { stop: () => slow.opened } });
    play.ref('c').tell(boom);
    await play.clock.settle();
    play.ref('a').tell(boom);
    await play.clock.advance(500);
    expect(play.events()).deep.equal(['-c', '-d', '-a']);
    slow.open();
    await play.clock.settle();
    expect(play.events()).deep.equal(['-b', '+a', '+b', '+c', '+d']);
  });

  it('a failure of an earlier sibling while the group starts stops what has started of it', async () => {
    const slow = gate();
    const play = await four('rest-for-one', { d: { start: (_, n) => (n === 2 ? slow.opened : undefined) } });
    play.ref('c').tell(boom);
    await play.clock.advance(100);
    expect(play.events()).deep.equal(['-c', '-d', '+c', '+d']);
    play.ref('a').tell(boom);
    await play.clock.advance(100);
    expect(play.events()).deep.equal(['-a']);
    slow.open();
    await play.clock.settle();
    expect(play.events()).deep.equal(['-d', '-c', '-b', '+a', '+b', '+c', '+d']);
  });

  it('a sibling that fails by itself while the group stops is one restart, not two', async () => {
    const slow = gate();
    const play = await four('rest-for-one', { d: { stop: () => slow.opened } });
    play.ref('a').tell(boom);
    await play.clock.settle();
    play.ref('b').tell(boom);
    await play.clock.settle();
    slow.open();
    await play.clock.advance(100);
    expect(play.events()).deep.equal(['-a', '-d', '-b', '-c', '+a', '+b', '+c', '+d']);
    expect(play.log.of('actor-restart').length).equal(1);
  });

  it('a child that is spawned during a restart starts after the group', async () => {
    const play = await four('rest-for-one');
    play.ref('c').tell(boom);
    await play.clock.settle();
    play.context('root').spawn(play.spec({ name: 'e' }));
    await play.clock.advance(99);
    expect(play.events()).deep.equal(['-c', '-d']);
    await play.clock.advance(1);
    expect(play.events()).deep.equal(['+c', '+d', '+e']);
  });

  it('a child that is stopped during a restart is left out of it', async () => {
    const slow = gate();
    const play = await four('all-for-one', { b: { stop: () => slow.opened } });
    play.ref('d').tell(boom);
    await play.clock.settle();
    const root = play.context('root');
    const stopped = [
      root.stopChild(play.ref('a')),
      root.stopChild(play.ref('b')),
      root.stopChild(play.ref('c')),
    ];
    slow.open();
    await Promise.all(stopped);
    await play.clock.advance(100);
    expect(play.events()).deep.equal(['-d', '-c', '-b', '-a', '+d']);
  });

  const table: [RestartType, 'crash' | 'finish', boolean][] = [
    ['permanent', 'crash', true],
    ['permanent', 'finish', true],
    ['transient', 'crash', true],
    ['transient', 'finish', false],
    ['temporary', 'crash', false],
    ['temporary', 'finish', false],
  ];
  for (const [restart, how, again] of table) {
    it(`a ${restart} child is ${again ? '' : 'not '}restarted when it ${how === 'crash' ? 'crashes' : 'finishes'}`, async () => {
      const play = await four('rest-for-one', { b: { restart } });
      play.ref('b').tell(how === 'crash' ? boom : finish);
      await play.clock.advance(100);
      expect(play.events()).deep.equal(again ? ['-b', '-d', '-c', '+b', '+c', '+d'] : ['-b']);
    });
  }

  it('of the siblings that are stopped for a restart, temporary ones are gone and transient ones return', async () => {
    const play = await four('all-for-one', { b: { restart: 'temporary' }, c: { restart: 'transient' } });
    const gone = play.ref('b');
    play.ref('a').tell(boom);
    await play.clock.advance(100);
    expect(play.events()).deep.equal(['-a', '-d', '-c', '-b', '+a', '+c', '+d']);
    expect(gone.tell(boom)).equal(false);
  });

  it('a transient sibling that had just finished is not brought back by a restart of the group', async () => {
    const slow = gate();
    const play = await four('all-for-one', { c: { restart: 'transient', stop: () => slow.opened } });
    play.ref('c').tell(finish);
    play.ref('d').tell(boom);
    await play.clock.settle();
    slow.open();
    await play.clock.advance(100);
    expect(play.events()).deep.equal(['-c', '-d', '-b', '-a', '+a', '+b', '+d']);
  });

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

  it('keeps messages through a restart, in order, but not the one that it crashed on', async () => {
    const play = await four('one-for-one');
    const seen: string[] = [];
    const say =
      (word: string): Act =>
      (context) => {
        seen.push(`${word} ${context === play.context('b') ? 'now' : 'stale'}`);
      };
    const b = play.ref('b');
    b.tell(say('before'));
    b.tell(boom);
    b.tell(say('queued'));
    await play.clock.advance(50);
    expect(seen).deep.equal(['before now']);
    expect(b.tell(say('during the backoff'))).equal(true);
    await play.clock.advance(50);
    expect(seen).deep.equal(['before now', 'queued now', 'during the backoff now']);
    expect(play.system.deadLetters().recent).deep.equal([
      { to: '/root/b', reason: 'crashed', message: boom },
    ]);
  });

  it('holds at most 10,000 messages during a restart, and refuses the others', async () => {
    const play = await four('one-for-one');
    const b = play.ref('b');
    b.tell(boom);
    await play.clock.settle();
    let taken = 0;
    for (let i = 0; i < 10_010; i += 1) if (b.tell(() => {})) taken += 1;
    expect(taken).equal(10_000);
    expect(play.system.deadLetters().recent.at(-1)?.reason).equal('full');
    await play.clock.advance(100);
    expect(play.system.describe()?.children[1]?.mailbox).equal(0);
  });

  it('does not limit an unbounded mailbox before the first start has settled', async () => {
    const play = stage();
    const slow = gate();
    await play.play({ name: 'root', children: [{ name: 'slow', start: () => slow.opened }] });
    const queued = play.context('root').spawn(play.spec({ name: 'queued' }));
    for (const ref of [play.ref('slow'), queued]) {
      for (let i = 0; i < 10_010; i += 1) expect(ref.tell(() => {})).equal(true);
    }
  });

  it('can be stopped during the backoff', async () => {
    const play = await four('one-for-one');
    play.ref('b').tell(boom);
    await play.clock.advance(50);
    await play.context('root').stopChild(play.ref('b'));
    await play.clock.advance(1000);
    expect(play.events()).deep.equal(['-b']);
    expect(play.clock.pendingTimers).equal(0);
  });

  it('starts nobody whose backoff ends while its siblings are being stopped', async () => {
    const slow = gate();
    const play = await four('one-for-one', { d: { stop: () => slow.opened } });
    play.ref('a').tell(boom);
    await play.clock.settle();
    const stopped = play.system.stop();
    await play.clock.advance(1000);
    slow.open();
    await stopped;
    expect(play.events()).deep.equal(['-a', '-d', '-c', '-b', '-root']);
  });

  it('restarts nobody who fails while its siblings are being stopped', async () => {
    const slow = gate();
    const play = await four('one-for-one', { d: { stop: () => slow.opened } });
    const stopped = play.system.stop();
    await play.clock.settle();
    play.ref('a').tell(boom);
    await play.clock.advance(1000);
    expect(play.events()).deep.equal(['-d', '-a']);
    slow.open();
    await stopped;
    expect(play.events()).deep.equal(['-c', '-b', '-root']);
  });

  it('a child that is stopped while it ends by a crash is not restarted', async () => {
    const slow = gate();
    const play = await four('one-for-one', { a: { stop: () => slow.opened } });
    play.ref('a').tell(boom);
    await play.clock.settle();
    const stopped = play.context('root').stopChild(play.ref('a'));
    slow.open();
    await stopped;
    await play.clock.advance(1000);
    expect(play.events()).deep.equal(['-a']);
  });

  it('shows the last error of an actor, be it of its stop()', async () => {
    const play = await four('all-for-one', { b: { stop: () => Promise.reject(new Error('cannot')) } });
    play.ref('a').tell(boom);
    await play.clock.advance(100);
    expect(play.system.describe()?.children.map(({ lastError }) => lastError)).deep.equal([
      'boom',
      'cannot',
      null,
      null,
    ]);
  });

  it('a widened group waits for the longest backoff of those that failed', async () => {
    const play = stage();
    await play.play({
      name: 'root',
      supervision: {
        strategy: 'rest-for-one',
        intensity: { restarts: 10, withinMs: 5000 },
        backoff: { minMs: 100, maxMs: 1000, jitter: 0 },
      },
      children: [{ name: 'a' }, { name: 'b' }],
    });
    play.ref('b').tell(boom);
    await play.clock.advance(100);
    play.ref('b').tell(boom);
    await play.clock.advance(10);
    play.ref('a').tell(boom);
    play.events();
    await play.clock.advance(189);
    expect(play.events()).deep.equal(['-a']);
    await play.clock.advance(1);
    expect(play.events()).deep.equal(['+a', '+b']);
  });

  it('restarts nothing once the parent is told to end', async () => {
    const slow = gate();
    const play = await four('all-for-one', { a: { stop: () => slow.opened } });
    play.ref('d').tell(boom);
    await play.clock.settle();
    const stopped = play.system.stop();
    slow.open();
    await stopped;
    expect(play.clock.pendingTimers).equal(0);
    await play.clock.advance(1000);
    expect(play.events()).deep.equal(['-d', '-c', '-b', '-a', '-root']);
    expect(play.clock.pendingTimers).equal(0);
  });

  it('logs the crash with its stack, and the restart with its delay', async () => {
    const play = await four('one-for-one');
    play.ref('b').tell(boom);
    await play.clock.settle();
    const crash = play.log.of('actor-crash')[0];
    expect(crash?.level).equal('error');
    expect(crash?.fields).deep.include({
      path: '/root/b',
      incarnation: 1,
      message: 'function',
      error: 'boom',
    });
    expect(crash?.fields['stack']).contain('stage');
    const restart = play.log.of('actor-restart')[0];
    expect(restart?.level).equal('warn');
    expect(restart?.fields).deep.include({ path: '/root/b', reason: 'crashed', restarts: 1, delayMs: 100 });
  });
});
