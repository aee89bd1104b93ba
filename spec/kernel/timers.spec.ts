import { expect } from 'chai';
import { Belongings } from '../../actors/kernel/belongings.js';
import { VirtualClock } from '../../clock/virtual-clock.js';
import { boom, calmly, type Deed, gate, type Stage, stage } from '../support/stage.js';

/** One actor `a` under a root, and an act that writes the time of its handling into `beats`. */
async function scene(): Promise<{ play: Stage; beats: number[]; beat: Deed }> {
  const play = stage();
  const beats: number[] = [];
  await play.play({ name: 'root', supervision: calmly('one-for-one'), children: [{ name: 'a' }] });
  const beat: Deed = ({ clock }) => void beats.push(clock.monotonic());
  return { play, beats, beat };
}

describe('kernel/timers', () => {
  it('after() sends one message at its time; cancelled, none', async () => {
    const { play, beats, beat } = await scene();
    const a = play.context('a');
    a.after(100, beat);
    a.after(0, beat);
    const cancel = a.after(50, beat);
    a.after(Number.POSITIVE_INFINITY, beat);
    cancel();
    cancel();
    await play.clock.advance(1e9);
    expect(beats).deep.equal([0, 100]);
    expect(play.clock.pendingTimers).equal(0);
  });

  it('every() beats without drift, also when the handler takes long', async () => {
    const { play, beats, beat } = await scene();
    const cancel = play.context('a').every(100, async (context) => {
      await beat(context);
      await new Promise<void>((resolve) => {
        context.clock.schedule(30, resolve);
      });
    });
    await play.clock.advance(350);
    cancel();
    await play.clock.advance(1000);
    expect(beats).deep.equal([100, 200, 300]);
  });

  it('every() sends the first at once when told so', async () => {
    const { play, beats, beat } = await scene();
    play.context('a').every(100, beat, { immediate: true });
    await play.clock.advance(250);
    expect(beats).deep.equal([0, 100, 200]);
  });

  it('every() can be cancelled by the message it sent', async () => {
    const { play, beats, beat } = await scene();
    const cancel = play.context('a').every(100, (context) => {
      cancel();
      return beat(context);
    });
    await play.clock.advance(1000);
    expect(beats).deep.equal([100]);
  });

  it('every() makes up for a late beat, and leaves out those of a time in which the process stood still', () => {
    let now = 0;
    const scheduled: { at: number; run: () => void }[] = [];
    const clock = {
      ...new VirtualClock(),
      monotonic: () => now,
      schedule: (ms: number, run: () => void) => {
        scheduled.push({ at: now + ms, run });
        return () => {};
      },
    };
    const beats: number[] = [];
    new Belongings({ path: '/a' }, clock).every(100, () => beats.push(now));
    for (const arrived of [103, 1070, 1175]) {
      now = arrived;
      scheduled.at(-1)?.run();
    }
    expect(beats).deep.equal([103, 1070, 1175]);
    expect(scheduled.map(({ at }) => at)).deep.equal([100, 200, 1170, 1270]);
  });

  it('forgets the timers that have fired', async () => {
    const clock = new VirtualClock();
    let cancelled = 0;
    const held = new Belongings(
      { path: '/a' },
      {
        ...clock,
        schedule: (ms, run) => {
          const cancel = clock.schedule(ms, run);
          return () => {
            cancelled += 1;
            cancel();
          };
        },
      },
    );
    held.every(1, () => {});
    held.after('sender', 1, () => {});
    await clock.advance(100);
    held.cutOff(null);
    expect(cancelled).equal(1);
  });

  it('refuses a gap that is not positive', async () => {
    const { play, beat } = await scene();
    const context = play.context('a');
    expect(() => context.every(0, beat)).throw(RangeError);
    expect(() => context.after(Number.NaN, beat)).throw(RangeError);
  });

  it('all timers end with the incarnation: at its crash, and at its stop', async () => {
    const { play, beats, beat } = await scene();
    const arm = (): void => {
      const a = play.context('a');
      a.every(10, beat);
      a.after(1000, beat);
      a.clock.schedule(1000, () => beats.push(-1));
    };
    arm();
    play.ref('a').tell(boom);
    await play.clock.advance(200);
    expect(beats).deep.equal([]);
    expect(play.clock.pendingTimers).equal(0);
    arm();
    await play.context('root').stopChild(play.ref('a'));
    await play.clock.advance(2000);
    expect(beats).deep.equal([]);
    expect(play.clock.pendingTimers).equal(0);
  });

  it('a message that a timer had sent before the crash does not reach the next incarnation', async () => {
    const { play, beats, beat } = await scene();
    const work = gate();
    play.ref('a').tell(async (context) => {
      context.after(10, beat);
      await work.opened;
      throw new Error('boom');
    });
    await play.clock.advance(20);
    work.open();
    await play.clock.advance(1000);
    expect(beats).deep.equal([]);
    expect(play.lost()).include('stale /root/a');
  });

  it('code that runs by the clock of a context crashes the actor when it throws, not the process', async () => {
    const { play } = await scene();
    play.context('a').clock.schedule(10, () => {
      throw new Error('in a callback');
    });
    await play.clock.advance(200);
    expect(play.events()).deep.equal(['+root', '+a', '-a', '+a']);
    expect(play.system.describe()?.children[0]?.lastError).equal('in a callback');
  });

  it('stop() can use the clock', async () => {
    const play = stage();
    await play.play({
      name: 'root',
      stop: ({ clock }) =>
        new Promise<void>((resolve) => {
          clock.schedule(50, resolve);
        }),
    });
    const stopped = play.system.stop();
    await play.clock.advance(50);
    await stopped;
    expect(play.log.of('actor-abandoned')).deep.equal([]);
  });
});

describe('kernel/pipe', () => {
  it('turns the value or the error of a promise into a message', async () => {
    const { play } = await scene();
    const seen: string[] = [];
    const write =
      (text: string): Deed =>
      () =>
        void seen.push(text);
    const context = play.context('a');
    const failed = (error: Error): Deed => write(`${error.name}: ${error.message}`);
    context.pipe(Promise.resolve(7), (value) => write(`value ${value}`), failed);
    context.pipe(Promise.reject(new RangeError('no')), () => write('?'), failed);
    context.pipe(Promise.reject('a string'), () => write('?'), failed);
    await play.clock.settle();
    expect(seen).deep.equal(['value 7', 'RangeError: no', 'Error: a string']);
  });

  it('makes a dead letter of what comes after the end of the incarnation, and nothing of it is unhandled', async () => {
    const { play } = await scene();
    const [slow, failing] = [gate<string>(), gate()];
    const seen: unknown[] = [];
    const note = (value: unknown): Deed => {
      seen.push(value);
      return () => {};
    };
    play.context('a').pipe(slow.opened, note, note);
    play.context('a').pipe(failing.opened, note, note);
    play.ref('a').tell(boom);
    await play.clock.advance(100);
    slow.open('late');
    failing.break(new Error('late too'));
    await play.clock.settle();
    expect(seen).deep.equal([]);
    expect(play.lost().slice(1)).deep.equal(['stale /root/a', 'stale /root/a']);
  });

  it('crashes the actor when a promise rejects for whose failure there is no message', async () => {
    const { play } = await scene();
    play.context('a').pipe(Promise.reject(new Error('a bug')), () => boom);
    await play.clock.advance(100);
    expect(play.events()).deep.equal(['+root', '+a', '-a', '+a']);
  });

  it('crashes the actor when the message cannot be made', async () => {
    const { play } = await scene();
    play.context('a').pipe(
      Promise.resolve(),
      () => {
        throw new Error('no message');
      },
      () => boom,
    );
    await play.clock.advance(100);
    expect(play.events()).deep.equal(['+root', '+a', '-a', '+a']);
  });
});
