import { expect } from 'chai';
import type { ActorRef, ActorSpec } from '../../actors/kernel/contract.js';
import { type Act, boom, gate, outcome, stage } from '../support/stage.js';

describe('kernel/start and stop', () => {
  it('starts siblings in order, each after the start of the one before has settled', async () => {
    const play = stage();
    const slow = gate();
    await play.play({
      name: 'root',
      children: [{ name: 'a', start: () => slow.opened }, { name: 'b' }, { name: 'c' }],
    });
    expect(play.events()).deep.equal(['+root', '+a']);
    slow.open();
    await play.clock.settle();
    expect(play.events()).deep.equal(['+b', '+c']);
  });

  it('returns from spawn before the child starts, and starts a child while its parent is still starting', async () => {
    const play = stage();
    const slow = gate();
    const seen: string[] = [];
    await play.play({
      name: 'root',
      children: [{ name: 'a' }],
      start: () => {
        seen.push(...play.events());
        return slow.opened;
      },
    });
    expect(seen).deep.equal(['+root']);
    expect(play.events()).deep.equal(['+a']);
    expect(play.system.describe()?.state).equal('starting');
  });

  it('handles messages in order, one at a time, only after start() has settled', async () => {
    const play = stage();
    const started = gate();
    const work = gate();
    const seen: string[] = [];
    const root = play.system.start(play.spec({ name: 'root', start: () => started.opened }));
    root.tell(async () => {
      seen.push('first begins');
      await work.opened;
      seen.push('first ends');
    });
    root.tell(() => {
      seen.push('second');
    });
    await play.clock.settle();
    expect(seen).deep.equal([]);
    started.open();
    await play.clock.settle();
    expect(seen).deep.equal(['first begins']);
    work.open();
    await play.clock.settle();
    expect(seen).deep.equal(['first begins', 'first ends', 'second']);
  });

  it('ends many children in some turns of the event loop: others have theirs in between', async () => {
    const { clock, system } = stage();
    const ends: string[] = [];
    const child = (name: string): ActorSpec<null> => ({
      name,
      start: ({ signal }) => {
        signal.addEventListener('abort', () => ends.push(name));
        return { receive: () => {} };
      },
    });
    const names = Array.from({ length: 200 }, (_, n) => `child ${n}`);
    system.start<null>({
      name: 'root',
      start: (context) => {
        for (const name of names) context.spawn(child(name));
        return { receive: () => {} };
      },
    });
    await clock.settle();
    const stopped = system.stop();
    const perTurn: number[] = [];
    while (ends.length < 200) {
      const before = ends.length;
      await new Promise((resolve) => setImmediate(resolve));
      perTurn.push(ends.length - before);
    }
    await stopped;
    expect(Math.max(...perTurn)).within(1, 32);
    expect(ends).deep.equal(names.reverse());
  });

  it('stops the children first, in reverse order, each awaited with everything below it', async () => {
    const play = stage();
    const slow = gate();
    await play.play({
      name: 'root',
      children: [
        { name: 'a', children: [{ name: 'a1' }, { name: 'a2', stop: () => slow.opened }] },
        { name: 'b', children: [{ name: 'b1' }] },
      ],
    });
    play.events();
    const stopped = play.system.stop();
    await play.clock.settle();
    expect(play.events()).deep.equal(['-b1', '-b', '-a2']);
    slow.open();
    await stopped;
    expect(play.events()).deep.equal(['-a1', '-a', '-root']);
    expect(await play.system.ended).deep.include({ reason: 'stopped', error: null });
  });

  it('lets the handler under way return before stop() runs, and handles nothing after it', async () => {
    const play = stage();
    const work = gate();
    const seen: string[] = [];
    const root = await play.play({ name: 'root' });
    root.tell(async () => {
      await work.opened;
      seen.push('handler returned');
    });
    root.tell(() => {
      seen.push('never');
    });
    await play.clock.settle();
    const stopped = play.system.stop();
    await play.clock.settle();
    expect(play.events()).deep.equal(['+root']);
    work.open();
    await stopped;
    expect(seen).deep.equal(['handler returned']);
    expect(play.events()).deep.equal(['-root']);
    expect(play.lost()).deep.equal(['ended /root']);
  });

  it('aborts the signal of the incarnation when it is told to end, before its stop()', async () => {
    const play = stage();
    const seen: string[] = [];
    await play.play({
      name: 'root',
      start: ({ signal }) => {
        signal.addEventListener('abort', () => seen.push('aborted'));
      },
      stop: ({ signal }) => {
        seen.push(`stop ${signal.aborted}`);
      },
    });
    expect(play.context('root').signal.aborted).equal(false);
    await play.system.stop();
    expect(seen).deep.equal(['aborted', 'stop true']);
  });

  it('lets any number of listeners wait for the signal without a warning', async () => {
    const warnings: string[] = [];
    const listen = (warning: Error): void => void warnings.push(warning.name);
    process.on('warning', listen);
    const play = stage();
    await play.play({ name: 'root' });
    for (let n = 0; n < 100; n += 1) play.context('root').signal.addEventListener('abort', () => {});
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', listen);
    expect(warnings).deep.equal([]);
  });

  it('gives every incarnation a signal of its own', async () => {
    const play = stage();
    const root = await play.play({ name: 'root' });
    const first = play.context('root').signal;
    root.tell(boom);
    await play.clock.advance(1000);
    expect(first.aborted).equal(true);
    expect(play.context('root').signal.aborted).equal(false);
  });

  it('waits for an async start that is under way when it is told to stop, and releases what it made', async () => {
    const play = stage();
    const slow = gate();
    await play.play({ name: 'root', children: [{ name: 'a', start: () => slow.opened }, { name: 'b' }] });
    play.events();
    const stopped = play.system.stop();
    await play.clock.settle();
    expect(play.events()).deep.equal([]);
    slow.open();
    await stopped;
    expect(play.events()).deep.equal(['-a', '-root']);
  });

  it('never starts a child that was stopped before its turn came', async () => {
    const play = stage();
    const slow = gate();
    await play.play({ name: 'root', children: [{ name: 'a', start: () => slow.opened }] });
    const root = play.context('root');
    const b = root.spawn(play.spec({ name: 'b' }));
    root.spawn(play.spec({ name: 'c' }));
    await root.stopChild(b);
    slow.open();
    await play.clock.settle();
    expect(play.events()).deep.equal(['+root', '+a', '+c']);
    expect(b.tell(boom)).equal(false);
  });

  it('never starts a child that is stopped before its first turn', async () => {
    const play = stage();
    await play.play({ name: 'root' });
    const root = play.context('root');
    await root.stopChild(root.spawn(play.spec({ name: 'a' })));
    await play.clock.settle();
    expect(play.events()).deep.equal(['+root']);
  });

  it('stops one child and everything below it; a stopped child is not restarted', async () => {
    const play = stage();
    await play.play({ name: 'root', children: [{ name: 'a', children: [{ name: 'a1' }] }, { name: 'b' }] });
    play.events();
    const root = play.context('root');
    await root.stopChild(play.ref('a'));
    expect(play.events()).deep.equal(['-a1', '-a']);
    await root.stopChild(play.ref('a'));
    await play.clock.advance(60_000);
    expect(play.events()).deep.equal([]);
    expect(play.system.describe()?.children.map(({ name }) => name)).deep.equal(['b']);
  });

  it('stops only its own children', async () => {
    const play = stage();
    await play.play({ name: 'root', children: [{ name: 'a', children: [{ name: 'a1' }] }] });
    const refused = play.context('root').stopChild(play.ref('a1'));
    expect(await outcome(play.clock, refused)).contain('/root cannot stop /root/a/a1');
    expect(play.system.describe()?.children[0]?.children.length).equal(1);
  });

  it('lets a handler stop its own child and spawn another of that name', async () => {
    const play = stage();
    const root = await play.play({ name: 'root', children: [{ name: 'a' }] });
    const before = play.ref('a');
    let after: ActorRef<Act> | null = null;
    root.tell(async (context) => {
      await context.stopChild(before);
      after = context.spawn(play.spec({ name: 'a' }));
    });
    await play.clock.settle();
    expect(play.events()).deep.equal(['+root', '+a', '-a', '+a']);
    expect(before.tell(() => {})).equal(false);
    expect(play.ref('a')).equal(after);
    expect(play.ref('a').id).not.equal(before.id);
  });

  it('refuses a name that is taken, empty or contains a slash', async () => {
    const play = stage();
    await play.play({ name: 'root', children: [{ name: 'a' }] });
    const root = play.context('root');
    expect(() => root.spawn(play.spec({ name: 'a' }))).throw('/root has a child named a already');
    expect(() => root.spawn(play.spec({ name: '' }))).throw(RangeError);
    expect(() => root.spawn(play.spec({ name: '10.0.0.0/8' }))).throw(RangeError);
    expect(play.system.describe()?.children.map(({ name }) => name)).deep.equal(['a']);
  });

  it('spawns nothing for an incarnation that is ending', async () => {
    const play = stage();
    const late: string[] = [];
    const root = await play.play({
      name: 'root',
      stop: (context) => {
        try {
          context.spawn(play.spec({ name: 'late' }));
        } catch (thrown) {
          late.push(String(thrown));
        }
      },
    });
    root.tell((context) => {
      context.stopSelf();
      context.spawn(play.spec({ name: 'late' }));
    });
    await play.clock.advance(5);
    await play.system.stop();
    expect(late).deep.equal(['MaglevError: /root is ending and cannot spawn late']);
    expect(play.events()).deep.equal(['+root', '-root']);
  });

  it('ends with `finished` when it stops itself, after the handler under way', async () => {
    const play = stage();
    const root = await play.play({ name: 'root', restart: 'transient' });
    root.tell(async (context) => {
      context.stopSelf();
      context.stopSelf();
      await Promise.resolve();
      play.journal.push('handler returned');
    });
    root.tell(boom);
    const end = await play.system.ended;
    expect(end).deep.equal({ ref: root, reason: 'finished', error: null });
    expect(play.events()).deep.equal(['+root', 'handler returned', '-root']);
    expect(play.lost()).deep.equal(['ended /root']);
  });

  it('runs the functions of a behavior that is an object of a class', async () => {
    class Counter {
      count = 0;
      receive(step: number): void {
        this.count += step;
      }
      stop(): void {
        this.count *= 10;
      }
    }
    const counter = new Counter();
    const play = stage();
    const ref = play.system.start<number>({ name: 'root', start: () => counter });
    ref.tell(2);
    ref.tell(3);
    await play.clock.settle();
    expect(counter.count).equal(5);
    await play.system.stop();
    expect(counter.count).equal(50);
  });

  it('starts once only, and not after stop', async () => {
    const play = stage();
    expect(play.system.describe()).equal(null);
    await play.play({ name: 'root' });
    expect(() => play.system.start(play.spec({ name: 'root' }))).throw('once only');
    const other = stage();
    await other.system.stop();
    expect(() => other.system.start(other.spec({ name: 'root' }))).throw('once only');
  });

  it('resolves every stop() of a system only when all has ended', async () => {
    const play = stage();
    const slow = gate();
    await play.play({ name: 'root', children: [{ name: 'a', stop: () => slow.opened }] });
    const stops = [play.system.stop(), play.system.stop()];
    expect(await outcome(play.clock, Promise.race(stops))).equal('pending');
    slow.open();
    await Promise.all(stops);
    expect(play.system.describe()?.state).equal('ended');
  });
});
