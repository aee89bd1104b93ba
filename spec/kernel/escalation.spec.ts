import { expect } from 'chai';
import type { ActorEnd } from '../../actors/kernel/contract.js';
import { type Act, boom, calmly, gate, stage } from '../support/stage.js';

describe('kernel/escalation', () => {
  it('more restarts than the intensity allows make the parent fail, and its parent restart it', async () => {
    const play = stage();
    await play.play({
      name: 'root',
      supervision: calmly('one-for-one', 100),
      children: [
        {
          name: 'parent',
          supervision: calmly('one-for-one', 10, 2),
          children: [{ name: 'a' }, { name: 'b' }],
        },
      ],
    });
    play.events();
    for (let crash = 1; crash <= 2; crash += 1) {
      play.ref('a').tell(boom);
      await play.clock.advance(10);
    }
    expect(play.events()).deep.equal(['-a', '+a', '-a', '+a']);
    const [a, b, parent] = [play.ref('a'), play.ref('b'), play.ref('parent')];
    a.tell(boom);
    await play.clock.settle();
    expect(play.events()).deep.equal(['-a', '-b', '-parent']);
    await play.clock.advance(100);
    expect(play.events()).deep.equal(['+parent', '+a', '+b']);
    expect([a.tell(boom), b.tell(boom)]).deep.equal([false, false]);
    expect(play.ref('parent')).equal(parent);
    expect(play.ref('a')).not.equal(a);

    const escalation = play.log.of('actor-escalate');
    expect(escalation.map(({ level }) => level)).deep.equal(['error']);
    expect(escalation[0]?.fields).deep.include({
      path: '/root/parent',
      child: '/root/parent/a',
      restarts: 2,
    });
    const node = play.system.describe()?.children[0];
    expect(node).deep.include({ restarts: 1, state: 'running' });
    expect(node?.lastError).equal('/root/parent/a would need more than 2 restarts within 5000 ms: boom');
  });

  it('restarts that are further apart than the window are allowed for ever', async () => {
    const play = stage();
    await play.play({ name: 'root', supervision: calmly('one-for-one', 10, 1), children: [{ name: 'a' }] });
    for (let crash = 1; crash <= 20; crash += 1) {
      play.ref('a').tell(boom);
      await play.clock.advance(5001);
    }
    expect(play.system.describe()?.children[0]).deep.include({ restarts: 20, state: 'running' });
  });

  it('goes up level by level, and ends the system at the top', async () => {
    const play = stage();
    const never = calmly('one-for-one', 10, 0);
    await play.play({
      name: 'root',
      supervision: never,
      restart: 'temporary',
      children: [
        {
          name: 'a',
          supervision: never,
          children: [{ name: 'b', supervision: never, children: [{ name: 'c' }] }],
        },
      ],
    });
    play.events();
    play.ref('c').tell(boom);
    const end = await play.system.ended;
    expect(play.events()).deep.equal(['-c', '-b', '-a', '-root']);
    expect(end.reason).equal('escalated');
    expect(end.error?.message).contain('boom');
    expect(play.log.of('actor-escalate').map(({ fields }) => fields['path'])).deep.equal([
      '/root/a/b',
      '/root/a',
      '/root',
    ]);
  });

  it('restarts the root by its own restart type, three times in five seconds, then ends', async () => {
    const play = stage();
    const root = await play.play({ name: 'root' });
    for (let crash = 1; crash <= 4; crash += 1) {
      root.tell(boom);
      await play.clock.advance(1000);
    }
    expect((await play.system.ended).reason).equal('crashed');
    expect(play.events()).deep.equal([
      '+root',
      '-root',
      '+root',
      '-root',
      '+root',
      '-root',
      '+root',
      '-root',
    ]);
  });

  it('never runs two handlers at once: the busy parent finishes its message first', async () => {
    const play = stage();
    const work = gate();
    let atOnce = 0;
    let most = 0;
    const busy: Act = async () => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await work.opened;
      atOnce -= 1;
    };
    await play.play({
      name: 'root',
      supervision: calmly('one-for-one'),
      children: [
        {
          name: 'parent',
          supervision: calmly('one-for-one', 10, 0),
          children: [{ name: 'a' }, { name: 'b' }],
        },
      ],
    });
    play.events();
    const parent = play.ref('parent');
    parent.tell(busy);
    parent.tell(busy);
    await play.clock.settle();
    play.ref('a').tell(boom);
    await play.clock.advance(1000);
    expect(play.events(), 'the children end at once').deep.equal(['-a', '-b']);
    work.open();
    await play.clock.advance(100);
    expect(play.events()).deep.equal(['-parent', '+parent', '+a', '+b']);
    expect(most).equal(1);
  });

  it('abandons the busy parent at its deadline, and goes on with a new incarnation', async () => {
    const play = stage();
    const never = gate();
    await play.play({
      name: 'root',
      supervision: calmly('one-for-one'),
      children: [
        {
          name: 'parent',
          supervision: calmly('one-for-one', 10, 0),
          children: [{ name: 'a' }],
        },
      ],
    });
    play.events();
    play.ref('parent').tell(() => never.opened);
    await play.clock.settle();
    play.ref('a').tell(boom);
    await play.clock.advance(4999);
    expect(play.events()).deep.equal(['-a']);
    await play.clock.advance(1);
    expect(play.events()).deep.equal(['-parent']);
    await play.clock.advance(100);
    expect(play.events()).deep.equal(['+parent', '+a']);
    expect(play.log.of('actor-abandoned').map(({ level }) => level)).deep.equal(['error']);
  });

  it('tells watchers who ended why', async () => {
    const play = stage();
    const ends: Pick<ActorEnd, 'reason' | 'error'>[] = [];
    await play.play({
      name: 'root',
      children: [
        {
          name: 'parent',
          restart: 'temporary',
          supervision: calmly('one-for-one', 10, 0),
          children: [{ name: 'a' }, { name: 'b' }],
        },
      ],
    });
    const root = play.context('root');
    const names = ['a', 'b', 'parent'];
    for (const name of names) root.watch(play.ref(name), (end) => () => void ends.push(end));
    play.ref('a').tell(boom);
    await play.clock.settle();
    expect(ends.map(({ reason }) => reason)).deep.equal(['crashed', 'stopped', 'escalated']);
    expect(ends.map(({ error }) => error === null)).deep.equal([false, true, false]);
  });
});
