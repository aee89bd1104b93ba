import { expect } from 'chai';
import { MaglevError } from '../../domain/errors.js';
import type { Reply } from '../../protocol/address.js';
import { mailbox } from '../support/mailbox.js';
import { askAct, boom, calmly, type Deed, gate, outcome, type Stage, stage } from '../support/stage.js';

interface Question {
  readonly type: 'question';
  readonly reply: Reply<string>;
}
const question = { type: 'question' } as const;

/** A stage with one actor `a`, and a function that asks it to do something with the reply. */
async function scene(part: Partial<Parameters<Stage['play']>[0]> = {}) {
  const play = stage();
  await play.play({ name: 'root', supervision: calmly('one-for-one'), children: [{ name: 'a', ...part }] });
  const a = play.ref('a');
  const ask = (act: (reply: Reply<string>) => void | Promise<void>, timeoutMs?: number): Promise<string> =>
    askAct<string>(play.system, a, (reply) => () => act(reply), timeoutMs === undefined ? {} : { timeoutMs });
  return { play, a, ask };
}

describe('kernel/ask', () => {
  it('resolves with the reply', async () => {
    const { ask, play } = await scene();
    expect(
      await outcome(
        play.clock,
        ask((reply) => void reply.ok('yes')),
      ),
    ).equal('yes');
    expect(play.clock.pendingTimers, 'the timeout is gone').equal(0);
  });

  it("rejects with the callee's own error, the very object", async () => {
    const { ask } = await scene();
    const error = new MaglevError('MGL_FRONTEND_UNKNOWN', 'no such frontend');
    const answer = ask((reply) => void reply.fail(error));
    expect(await answer.catch((thrown: unknown) => thrown)).equal(error);
  });

  it('takes the first answer; later ones do nothing and say so', async () => {
    const { ask, play } = await scene();
    const said: boolean[] = [];
    const answer = ask((reply) => {
      said.push(reply.ok('first'), reply.ok('second'), reply.fail(new MaglevError('MGL_INTERNAL', 'third')));
    });
    expect(await outcome(play.clock, answer)).equal('first');
    expect(said).deep.equal([true, false, false]);
  });

  it('rejects with MGL_ASK_TIMEOUT after its timeout; the late answer is refused', async () => {
    const { ask, play } = await scene();
    const late = gate();
    const said: boolean[] = [];
    const answer = ask(async (reply) => {
      await late.opened;
      said.push(reply.ok('late'));
    }, 5000);
    await play.clock.advance(4999);
    expect(await outcome(play.clock, answer)).equal('pending');
    await play.clock.advance(1);
    expect(await outcome(play.clock, answer)).equal('MGL_ASK_TIMEOUT');
    late.open();
    await play.clock.settle();
    expect(said).deep.equal([false]);
  });

  for (const [timeoutMs, before, at] of [
    [0.5, 0.25, 0.25],
    [3e9, 3e9 - 1, 1],
  ] as const) {
    it(`keeps a timeout of ${timeoutMs} ms exactly`, async () => {
      const { ask, play } = await scene();
      const answer = ask(() => {}, timeoutMs);
      await play.clock.advance(before);
      expect(await outcome(play.clock, answer)).equal('pending');
      await play.clock.advance(at);
      expect(await outcome(play.clock, answer)).equal('MGL_ASK_TIMEOUT');
    });
  }

  for (const timeoutMs of [undefined, Number.POSITIVE_INFINITY]) {
    it(`waits for ever when the timeout is ${timeoutMs}, without a timer`, async () => {
      const { ask, play } = await scene();
      const held: Reply<string>[] = [];
      const answer = ask((reply) => void held.push(reply), timeoutMs);
      await play.clock.advance(1e12);
      expect(play.clock.pendingTimers).equal(0);
      held[0]?.ok('at last');
      expect(await outcome(play.clock, answer)).equal('at last');
    });
  }

  it('rejects a timeout that is not positive', async () => {
    const { ask, play } = await scene();
    for (const timeoutMs of [0, -1, Number.NaN]) {
      expect(
        await outcome(
          play.clock,
          ask((reply) => void reply.ok('yes'), timeoutMs),
        ),
      ).equal('MGL_INTERNAL');
    }
  });

  it('rejects with MGL_ACTOR_CRASHED at once when the callee crashes on that very message', async () => {
    const { ask, play } = await scene();
    const sync = ask(() => boom(play.context('a')));
    const answer = await sync.catch((thrown: unknown) => thrown);
    expect(answer).instanceOf(MaglevError).include({ code: 'MGL_ACTOR_CRASHED' });
    expect(String(answer)).contain('/root/a failed on the request: boom');
    await play.clock.advance(100);
    const async = ask(() => Promise.reject(new Error('later')));
    expect(await outcome(play.clock, async)).equal('MGL_ACTOR_CRASHED');
  });

  it('keeps an answer that was given before the crash', async () => {
    const { ask, play } = await scene();
    const answer = ask((reply) => {
      reply.ok('yes');
      throw new Error('after that');
    });
    expect(await outcome(play.clock, answer)).equal('yes');
  });

  it('works for a question that is kept and answered later', async () => {
    const { a, ask, play } = await scene();
    const held: Reply<string>[] = [];
    const answer = ask((reply) => void held.push(reply));
    await play.clock.settle();
    a.tell(() => void held[0]?.ok('later'));
    expect(await outcome(play.clock, answer)).equal('later');
  });

  it('rejects with MGL_ACTOR_STOPPED when the incarnation that keeps the question ends', async () => {
    const { a, ask, play } = await scene();
    const held: Reply<string>[] = [];
    const answer = ask((reply) => void held.push(reply));
    a.tell(boom);
    expect(await outcome(play.clock, answer)).equal('MGL_ACTOR_STOPPED');
    await play.clock.advance(100);
    expect(held[0]?.ok('from the grave')).equal(false);
  });

  it('a question that waits in the mailbox survives a restart, and is answered by the next incarnation', async () => {
    const { a, ask, play } = await scene();
    a.tell(boom);
    const answer = ask((reply) => void reply.ok(`by ${play.system.describe()?.children[0]?.incarnation}`));
    await play.clock.advance(100);
    expect(await outcome(play.clock, answer)).equal('by 2');
  });

  it('rejects with MGL_ACTOR_STOPPED when the callee ends with the question queued', async () => {
    const { a, ask, play } = await scene();
    const never = gate();
    a.tell(() => never.opened);
    const answer = ask((reply) => void reply.ok('yes'));
    void play.context('root').stopChild(a);
    await play.clock.advance(5000);
    expect(await outcome(play.clock, answer)).equal('MGL_ACTOR_STOPPED');
  });

  it('rejects with MGL_ACTOR_STOPPED at once when the callee has ended', async () => {
    const { a, ask, play } = await scene();
    await play.context('root').stopChild(a);
    expect(
      await outcome(
        play.clock,
        ask((reply) => void reply.ok('yes')),
      ),
    ).equal('MGL_ACTOR_STOPPED');
  });

  it('rejects with MGL_MAILBOX_FULL when there is no room for the question', async () => {
    const { a, ask, play } = await scene({ capacity: 1 });
    const work = gate();
    a.tell(() => work.opened);
    await play.clock.settle();
    const answers = [ask((reply) => void reply.ok('kept')), ask((reply) => void reply.ok('kept'))];
    work.open();
    const outcomes = await Promise.all(answers.map((answer) => outcome(play.clock, answer)));
    expect(outcomes).deep.equal(['kept', 'MGL_MAILBOX_FULL']);
  });

  it('rejects what an incarnation waits for when it is told to end, so that its handler can return', async () => {
    const { a, play } = await scene();
    const other = mailbox<Question>('other');
    const codes: unknown[] = [];
    a.tell(async ({ ask }) => {
      for (let turn = 0; turn < 2; turn += 1) {
        await ask(other, question).catch((thrown: MaglevError) => codes.push(thrown.code));
      }
    });
    await play.clock.settle();
    await play.context('root').stopChild(a);
    expect(codes).deep.equal(['MGL_ACTOR_STOPPED', 'MGL_ACTOR_STOPPED']);
    expect(other.take().reply.ok('too late')).equal(false);
    expect(play.clock.pendingTimers).equal(0);
  });

  it('rejects with MGL_ACTOR_STOPPED when the callee fails only because it was told to end', async () => {
    const { a, play } = await scene();
    const other = mailbox<Question>('other');
    const answer = askAct<string>(play.system, a, (reply) => async ({ ask }) => {
      reply.ok(await ask(other, question));
    });
    await play.clock.settle();
    await play.context('root').stopChild(a);
    expect(await outcome(play.clock, answer)).equal('MGL_ACTOR_STOPPED');
    expect(play.log.of('actor-crash').map(({ level }) => level)).deep.equal(['debug']);
  });

  it('can be used in start() and in stop()', async () => {
    const other = mailbox<Question & { readonly what: string }>('other');
    const play = stage();
    const said = (what: string): Deed => {
      return async ({ ask }) => void play.journal.push(await ask(other, { ...question, what }));
    };
    await play.play({ name: 'root', start: said('hello'), stop: said('bye') });
    other.take().reply.ok('welcome');
    await play.clock.settle();
    const stopped = play.system.stop();
    await play.clock.settle();
    const { what, reply } = other.take();
    reply.ok(`${what} then`);
    await stopped;
    expect(play.events()).deep.equal(['+root', 'welcome', '-root', 'bye then']);
  });

  it('an answer that nobody awaits does not end the process', async () => {
    const { a, play } = await scene();
    const other = mailbox<Question>('other');
    const unhandled: unknown[] = [];
    const listen = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', listen);
    a.tell(({ ask }) => {
      void ask(other, question);
    });
    await play.clock.settle();
    await play.system.stop();
    void play.context('a').ask(other, question);
    // Node tells of rejections that nobody handles when the microtasks are done.
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', listen);
    expect(unhandled).deep.equal([]);
  });

  it('rejects when an address in between fails', async () => {
    const { a, play } = await scene();
    const answer = askAct<string>(play.system, a, () => {
      throw new Error('no message');
    });
    expect(await outcome(play.clock, answer)).equal('MGL_INTERNAL');
  });

  describe('of an address that is no actor', () => {
    it('works, and times out', async () => {
      const play = stage();
      const box = mailbox<Question>('mock');
      const answer = play.system.ask(box, question);
      box.take().reply.ok('from a mock');
      expect(await answer).equal('from a mock');
      const silent = play.system.ask(box, question, { timeoutMs: 9.860453000292 });
      await play.clock.advance(10);
      const error = await silent.catch((thrown: unknown) => String(thrown));
      expect(error).equal('MaglevError: mock did not answer within 10 ms');
    });

    it('has its own way back, also when what is asked is a message with one', async () => {
      const { system } = stage();
      const box = mailbox<Question>('mock');
      const first = system.ask(box, question);
      const second = system.ask(box, box.take());
      box.take().reply.ok('yes');
      expect(await second).equal('yes');
      expect(await Promise.race([first, Promise.resolve('still open')])).equal('still open');
    });

    it('rejects with MGL_ACTOR_STOPPED when it refuses', async () => {
      const play = stage();
      const box = mailbox<Question>('mock');
      box.close();
      expect(await outcome(play.clock, play.system.ask(box, question))).equal('MGL_ACTOR_STOPPED');
    });

    it('knows of the crash of an actor behind an address that only translates', async () => {
      const { a, play } = await scene();
      const adapter = {
        name: 'adapter',
        tell: ({ reply }: Question) => a.tell({ deed: boom, reply }),
      };
      expect(await outcome(play.clock, play.system.ask(adapter, question))).equal('MGL_ACTOR_CRASHED');
    });

    it('does not take the crash of somebody else for that of the callee', async () => {
      const { a, play } = await scene();
      const box = mailbox<Question>('mock');
      const asked = play.system.ask(box, question);
      a.tell(boom);
      expect(await outcome(play.clock, asked)).equal('pending');
    });
  });
});
