import { expect } from 'chai';
import type { RestartType } from '../../actors/kernel/contract.js';
import { type Act, boom, gate, stage } from '../support/stage.js';
import { four } from './four-siblings.js';

const finish: Act = (context) => context.stopSelf();

describe('kernel/restart', () => {
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
    expect(play.lost()).deep.equal(['crashed /root/b']);
  });

  it('holds at most 10,000 messages during a restart, and refuses the others', async () => {
    const play = await four('one-for-one');
    const b = play.ref('b');
    b.tell(boom);
    await play.clock.settle();
    let taken = 0;
    for (let i = 0; i < 10_010; i += 1) if (b.tell(() => {})) taken += 1;
    expect(taken).equal(10_000);
    expect(play.lost().at(-1)).equal('full /root/b');
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

  it('shows the last error of an actor, be it of its stop()', async () => {
    const play = await four('rest-for-one', { b: { stop: () => Promise.reject(new Error('cannot')) } });
    play.ref('a').tell(boom);
    await play.clock.advance(100);
    expect(play.system.describe()?.children.map(({ lastError }) => lastError)).deep.equal([
      'boom',
      'cannot',
      null,
      null,
    ]);
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
