import { expect } from 'chai';
import type { ActorDescription } from '../../actors/kernel/contract.js';
import { DeadLetters } from '../../actors/kernel/services.js';
import { recordingLog } from '../support/recording-log.js';
import { boom, calmly, gate, stage } from '../support/stage.js';

describe('kernel/describe', () => {
  it('shows the tree as it is: state, incarnation, waiting messages, restarts, last error', async () => {
    const play = stage();
    const [work, starting, stopping] = [gate(), gate(), gate()];
    await play.play({
      name: 'root',
      supervision: calmly('one-for-one'),
      children: [
        { name: 'busy', children: [{ name: 'deep' }] },
        { name: 'broken' },
        { name: 'leaving', stop: () => stopping.opened },
        { name: 'slow', start: () => starting.opened },
        { name: 'queued' },
      ],
    });
    for (let i = 0; i < 3; i += 1) play.ref('busy').tell(() => work.opened);
    play.ref('broken').tell(boom);
    void play.context('root').stopChild(play.ref('leaving'));
    await play.clock.settle();

    const flat = (node: ActorDescription | null): string[] =>
      node === null
        ? []
        : [
            `${node.path} ${node.state} #${node.incarnation} mail ${node.mailbox} restarts ${node.restarts} ${node.lastError}`,
            ...node.children.flatMap(flat),
          ];
    expect(flat(play.system.describe())).deep.equal([
      '/root running #1 mail 0 restarts 0 null',
      '/root/busy running #1 mail 2 restarts 0 null',
      '/root/busy/deep running #1 mail 0 restarts 0 null',
      '/root/broken restarting #1 mail 0 restarts 0 boom',
      '/root/leaving stopping #1 mail 0 restarts 0 null',
      '/root/slow starting #1 mail 0 restarts 0 null',
      '/root/queued starting #1 mail 0 restarts 0 null',
    ]);
    await play.clock.advance(100);
    expect(flat(play.system.describe())).include('/root/broken running #2 mail 0 restarts 1 boom');
  });
});

describe('kernel/dead letters', () => {
  it('are logged at debug with the type of the message, never with its content', async () => {
    const play = stage();
    await play.play({ name: 'root', children: [{ name: 'a' }] });
    const a = play.ref('a');
    await play.context('root').stopChild(a);
    expect(a.tell(boom)).equal(false);
    expect(play.log.of('dead-letter')).deep.equal([
      {
        level: 'debug',
        event: 'dead-letter',
        fields: { to: '/root/a', reason: 'ended', message: 'function' },
      },
    ]);
  });

  it('of a log that passes its records on to a dead actor are logged once, not for ever', () => {
    const log = recordingLog();
    let letters: DeadLetters | null = null;
    const passing = {
      enabled: () => true,
      log: (...record: Parameters<typeof log.log>) => {
        log.log(...record);
        letters?.record('/events', 'ended', record);
      },
    };
    letters = new DeadLetters(passing);
    letters.record('/a', 'full', 1);
    letters.record('/a', 'full', 2);
    expect(log.of('dead-letter').map(({ fields }) => fields['to'])).deep.equal(['/a', '/a']);
    expect(letters.count).equal(4);
  });

  it('tell returns false for a dead ref, also when another actor of that name lives', async () => {
    const play = stage();
    await play.play({ name: 'root', children: [{ name: 'a' }] });
    const old = play.ref('a');
    const root = play.context('root');
    await root.stopChild(old);
    root.spawn(play.spec({ name: 'a' }));
    await play.clock.settle();
    expect(old.name).equal(play.ref('a').name);
    expect(old.tell(boom)).equal(false);
    expect(play.ref('a').tell(() => {})).equal(true);
    expect(play.system.deadLetters()).equal(1);
  });
});
