import { expect } from 'chai';
import { MaglevError } from '../../domain/errors.js';
import type { Address, Reply } from '../../protocol/address.js';
import { mailbox } from '../support/mailbox.js';
import { askAct, boom, calmly, gate, outcome, stage } from '../support/stage.js';

interface Question {
  readonly type: 'question';
  readonly reply: Reply<string>;
}
const question = { type: 'question' } as const;

/** A stage with one actor `a`. */
async function scene() {
  const play = stage();
  await play.play({ name: 'root', supervision: calmly('one-for-one'), children: [{ name: 'a' }] });
  return { play, a: play.ref('a') };
}

describe('kernel: a question', () => {
  describe('that is passed on', () => {
    /** `a` passes every question on to `b`. */
    async function passing() {
      const play = stage();
      await play.play({
        name: 'root',
        supervision: calmly('one-for-one'),
        children: [{ name: 'a' }, { name: 'b' }],
      });
      const [a, b] = [play.ref('a'), play.ref('b')];
      const taken: Question[] = [];
      const box: Address<Question> = {
        name: 'b',
        tell: (message) => b.tell({ deed: () => void taken.push(message), reply: message.reply }),
      };
      const answer = askAct<string>(
        play.system,
        a,
        (reply) => (context) => context.relay(box, { ...question, reply }),
      );
      await play.clock.settle();
      return { play, a, b, taken, answer };
    }

    it('is answered by the last one', async () => {
      const { play, taken, answer } = await passing();
      taken[0]?.reply.ok('by b');
      expect(await outcome(play.clock, answer)).equal('by b');
    });

    it('does not end with the one that passed it on', async () => {
      const { play, a, taken, answer } = await passing();
      a.tell(boom);
      expect(await outcome(play.clock, answer)).equal('pending');
      taken[0]?.reply.ok('by b');
      expect(await outcome(play.clock, answer)).equal('by b');
    });

    it('ends with the one that has it', async () => {
      const { play, b, answer } = await passing();
      b.tell(boom);
      expect(await outcome(play.clock, answer)).equal('MGL_ACTOR_STOPPED');
    });

    it('fails when nobody takes it', async () => {
      const { a, play } = await scene();
      const box = mailbox<Question>('mock');
      box.close();
      const answer = askAct<string>(
        play.system,
        a,
        (reply) => (context) => context.relay(box, { ...question, reply }),
      );
      expect(await outcome(play.clock, answer)).equal('MGL_ACTOR_STOPPED');
    });
  });

  describe('of an actor that is stopped for a reason', () => {
    const reason = new MaglevError('MGL_VPP_DISCONNECTED', 'VPP is gone');
    const thrown = (answer: Promise<string>) => answer.catch((error: unknown) => error);

    it('gets that reason, whether it was taken, waits in the mailbox, or is with a child', async () => {
      const play = stage();
      await play.play({ name: 'root', children: [{ name: 'a', children: [{ name: 'child' }] }] });
      const a = play.ref('a');
      const held: unknown[] = [];
      const taken = askAct<string>(play.system, a, (reply) => () => void held.push(reply));
      const deep = askAct<string>(play.system, play.ref('child'), (reply) => () => void held.push(reply));
      await play.clock.settle();
      const work = gate();
      a.tell(() => work.opened);
      const waiting = askAct<string>(play.system, a, (reply) => () => void reply.ok('never'));
      await play.clock.settle();
      const stopped = play.context('root').stopChild(a, reason);
      await play.clock.settle();
      work.open();
      await stopped;
      for (const answer of [taken, waiting, deep]) expect(await thrown(answer)).equal(reason);
    });

    it('gets it also when the actor waits for somebody else, and fails with what it gets', async () => {
      const { a, play } = await scene();
      const other = mailbox<Question>('other');
      const answer = askAct<string>(play.system, a, (reply) => async ({ ask }) => {
        reply.ok(await ask(other, question));
      });
      await play.clock.settle();
      await play.context('root').stopChild(a, reason);
      expect(await thrown(answer)).equal(reason);
    });
  });
});
