import { expect } from 'chai';
import type { ActorEnd, ActorRef } from '../../actors/kernel/contract.js';
import { type Act, boom, calmly, stage } from '../support/stage.js';

async function scene() {
  const play = stage();
  await play.play({
    name: 'root',
    supervision: calmly('one-for-one', 100, 1),
    children: [{ name: 'watcher' }, { name: 'a', restart: 'transient' }],
  });
  const ends: ActorEnd[] = [];
  const note = (end: ActorEnd): Act => {
    return () => void ends.push(end);
  };
  return { play, ends, note };
}

describe('kernel/watch', () => {
  it('tells when the actor ends for good, and why; a restart is no end', async () => {
    const { play, ends, note } = await scene();
    const a = play.ref('a');
    play.context('watcher').watch(a, note);
    a.tell(boom);
    await play.clock.advance(100);
    expect(ends).deep.equal([]);
    a.tell((context) => context.stopSelf());
    await play.clock.settle();
    expect(ends).deep.equal([{ ref: a, reason: 'finished', error: null }]);
  });

  it('tells at once of an actor that has ended already', async () => {
    const { play, ends, note } = await scene();
    const a = play.ref('a');
    await play.context('root').stopChild(a);
    play.context('watcher').watch(a, note);
    await play.clock.settle();
    expect(ends).deep.equal([{ ref: a, reason: 'stopped', error: null }]);
  });

  it('tells every watch once', async () => {
    const { play, ends, note } = await scene();
    const a = play.ref('a');
    const watcher = play.context('watcher');
    watcher.watch(a, note);
    watcher.watch(a, note);
    await play.context('root').stopChild(a);
    await play.clock.settle();
    expect(ends.length).equal(2);
  });

  it('ends with the incarnation that watches', async () => {
    const { play, ends, note } = await scene();
    play.context('watcher').watch(play.ref('a'), note);
    play.ref('watcher').tell(boom);
    await play.clock.advance(100);
    await play.context('root').stopChild(play.ref('a'));
    await play.clock.settle();
    expect(ends).deep.equal([]);
    expect(play.lost()).deep.equal(['crashed /root/watcher']);
  });

  it('crashes the watcher when the message cannot be made, and tells the others all the same', async () => {
    const { play, ends, note } = await scene();
    const a = play.ref('a');
    play.context('watcher').watch(a, () => {
      throw new Error('no message');
    });
    play.context('root').watch(a, note);
    await play.context('root').stopChild(a);
    await play.clock.settle();
    expect(ends.length).equal(1);
    expect(play.events()).deep.equal(['+root', '+watcher', '+a', '-a', '-watcher']);
  });

  it('refuses a ref that is not of an actor', async () => {
    const { play, note } = await scene();
    const forged: ActorRef<never> = { id: 1, name: 'forged', tell: () => true };
    expect(() => play.context('watcher').watch(forged, note)).throw(TypeError, 'forged is not an actor');
  });
});
