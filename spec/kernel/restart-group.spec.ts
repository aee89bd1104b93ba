import { expect } from 'chai';
import { type Act, boom, gate, stage } from '../support/stage.js';
import { four } from './four-siblings.js';

const finish: Act = (context) => context.stopSelf();

describe('kernel/restart: siblings together', () => {
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
    const play = await four('rest-for-one', { b: { start: (_, n) => (n === 2 ? slow.opened : undefined) } });
    play.ref('a').tell(boom);
    await play.clock.advance(100);
    expect(play.events()).deep.equal(['-a', '-d', '-c', '-b', '+a', '+b']);
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
    const play = await four('rest-for-one', { c: { stop: () => slow.opened } });
    play.ref('a').tell(boom);
    await play.clock.settle();
    const root = play.context('root');
    const stopped = [
      root.stopChild(play.ref('b')),
      root.stopChild(play.ref('c')),
      root.stopChild(play.ref('d')),
    ];
    slow.open();
    await Promise.all(stopped);
    await play.clock.advance(100);
    expect(play.events()).deep.equal(['-a', '-d', '-c', '-b', '+a']);
  });

  it('of the siblings that are stopped for a restart, temporary ones are gone and transient ones return', async () => {
    const play = await four('rest-for-one', { b: { restart: 'temporary' }, c: { restart: 'transient' } });
    const gone = play.ref('b');
    play.ref('a').tell(boom);
    await play.clock.advance(100);
    expect(play.events()).deep.equal(['-a', '-d', '-c', '-b', '+a', '+c', '+d']);
    expect(gone.tell(boom)).equal(false);
  });

  it('a transient sibling that had just finished is not brought back by a restart of the group', async () => {
    const slow = gate();
    const play = await four('rest-for-one', { c: { restart: 'transient', stop: () => slow.opened } });
    play.ref('c').tell(finish);
    play.ref('a').tell(boom);
    await play.clock.settle();
    slow.open();
    await play.clock.advance(100);
    expect(play.events()).deep.equal(['-c', '-a', '-d', '-b', '+a', '+b', '+d']);
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
});
