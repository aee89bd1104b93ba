import { expect } from 'chai';
import type { ActorRef, Context } from '../../actors/kernel/contract.js';
import type { MaglevError } from '../../domain/errors.js';
import { type Act, askAct, boom, calmly, gate, outcome, type Stage, stage } from '../support/stage.js';

describe('kernel: nothing of an abandoned incarnation reaches anybody', () => {
  /**
   * The first incarnation of `a` hangs in a handler, is abandoned, and does `act` when the second one runs.
   * Returns the dead letters of that.
   */
  async function abandoned(
    act: (context: Context<Act>, play: Stage) => void | Promise<void>,
  ): Promise<string[]> {
    const play = stage();
    const late = gate();
    const children = [{ name: 'other' }, { name: 'a' }];
    await play.play({ name: 'root', supervision: calmly('rest-for-one'), children });
    play.ref('a').tell(async (context) => {
      await late.opened;
      await act(context, play);
    });
    play.ref('other').tell(boom);
    await play.clock.advance(5000);
    expect(play.events()).deep.equal(['+root', '+other', '+a', '-other', '-a', '+other', '+a']);
    const before = play.lost().length;
    late.open();
    await play.clock.advance(60_000);
    expect(play.events()).deep.equal([]);
    return play.lost().slice(before);
  }

  const heard = { count: 0 };
  const hear: Act = () => {
    heard.count += 1;
  };
  beforeEach(() => {
    heard.count = 0;
  });
  afterEach(() => {
    expect(heard.count).equal(0);
  });

  for (const [what, wait] of [
    ['a promise of the outside', (context: Context<Act>, late) => context.outside(late)],
    [
      'one that is rejected',
      (context: Context<Act>, late) =>
        context.outside(late.then(() => Promise.reject(new Error('late')))).catch(() => {}),
    ],
    ['a child that it stops', (context: Context<Act>, _late, slow) => context.stopChild(slow)],
  ] satisfies [
    string,
    (context: Context<Act>, late: Promise<void>, slow: ActorRef<Act>) => Promise<void>,
  ][]) {
    it(`what comes behind ${what}`, async () => {
      const play = stage();
      const late = gate();
      const slow = { name: 'slow', stop: () => late.opened };
      await play.play({ name: 'root', children: [{ name: 'other' }, { name: 'a', children: [slow] }] });
      play.ref('slow').tell(() => late.opened);
      let goneOn = false;
      const answer = askAct<string>(play.system, play.ref('a'), (reply) => async (context) => {
        await wait(context, late.opened, play.ref('slow'));
        goneOn = true;
        play.ref('other').tell(hear);
        reply.ok('late');
      });
      await play.clock.settle();
      void play.context('root').stopChild(play.ref('a'));
      await play.clock.advance(12_000);
      expect(await outcome(play.clock, answer)).equal('MGL_ACTOR_STOPPED');
      late.open();
      await play.clock.advance(60_000);
      expect(goneOn).equal(false);
      expect(play.lost()).deep.equal([]);
    });
  }

  it('what comes behind a start() that is too late; what it had opened is released', async () => {
    const play = stage();
    const late = gate();
    await play.play({ name: 'root', children: [{ name: 'other' }] });
    let released = '';
    const a = play.context('root').spawn<Act>({
      name: 'a',
      start: async (context) => {
        const opening = late.opened.then(() => 'what it opened');
        await context.outside(opening, (opened) => {
          released = opened;
        });
        play.ref('other').tell(hear);
        return { receive: () => {} };
      },
    });
    await play.clock.settle();
    void play.context('root').stopChild(a);
    await play.clock.advance(5000);
    late.open();
    await play.clock.settle();
    expect(released).equal('what it opened');
  });

  it('its timers', async () => {
    const letters = await abandoned((context) => {
      context.after(1, hear)();
      context.after(1, hear);
      context.every(1, hear, { immediate: true });
    });
    expect(letters).deep.equal(['stale /root/a', 'stale /root/a', 'stale /root/a']);
  });

  it('the timers of its clock', async () => {
    let fired = false;
    await abandoned(({ clock }) => {
      clock.schedule(1, () => {
        fired = true;
      });
    });
    expect(fired).equal(false);
  });

  it('what comes of its promises', async () => {
    const letters = await abandoned((context) => {
      context.pipe(
        Promise.resolve(1),
        () => hear,
        () => hear,
      );
      context.pipe(
        Promise.reject(new Error('no')),
        () => hear,
        () => hear,
      );
    });
    expect(letters).deep.equal(['stale /root/a', 'stale /root/a']);
  });

  it('what it asks', async () => {
    const codes: unknown[] = [];
    const letters = await abandoned(async (context, play) => {
      const answer = askAct<number>(context, play.ref('other'), (reply) => () => {
        heard.count += 1;
        reply.ok(1);
      });
      await answer.catch((thrown: MaglevError) => codes.push(thrown.code));
    });
    expect(codes).deep.equal(['MGL_ACTOR_STOPPED']);
    expect(letters).deep.equal(['stale /root/other']);
  });

  it('what it watches, spawns and stops', async () => {
    let refused = '';
    const letters = await abandoned(async (context, play) => {
      const root = play.context('root');
      const gone = root.spawn(play.spec({ name: 'gone' }));
      await root.stopChild(gone);
      context.watch(gone, () => hear);
      context.stopSelf();
      try {
        context.spawn(play.spec({ name: 'late' }));
      } catch (thrown) {
        refused = String(thrown);
      }
    });
    expect(refused).contain('/root/a is ending');
    expect(letters).deep.equal([]);
  });

  it('its answers', async () => {
    const play = stage();
    const late = gate();
    await play.play({ name: 'root', children: [{ name: 'a' }] });
    const a = play.ref('a');
    const answered: boolean[] = [];
    const answer = askAct<string>(play.system, a, (reply) => async () => {
      await late.opened;
      answered.push(reply.ok('late'));
    });
    await play.clock.settle();
    void play.context('root').stopChild(a);
    await play.clock.advance(4999);
    expect(await outcome(play.clock, answer)).equal('pending');
    await play.clock.advance(1);
    expect(await outcome(play.clock, answer)).equal('MGL_ACTOR_STOPPED');
    late.open();
    await play.clock.settle();
    expect(answered).deep.equal([false]);
  });

  it('the messages that it had sent to itself and that were not handled', async () => {
    const play = stage();
    const never = gate();
    await play.play({ name: 'root', supervision: calmly('one-for-one'), children: [{ name: 'a' }] });
    play.ref('a').tell(async (context) => {
      context.after(10, hear);
      context.pipe(
        Promise.resolve(),
        () => hear,
        () => hear,
      );
      await Promise.resolve();
      await Promise.resolve();
      setImmediate(() => context.stopSelf());
      await never.opened;
    });
    play.ref('a').tell(() => void play.journal.push('from others'));
    await play.clock.advance(6000);
    expect(play.events()).deep.equal(['+root', '+a', '-a', '+a', 'from others']);
    expect(play.lost()).deep.equal(['stale /root/a']);
  });
});
