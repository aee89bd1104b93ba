import { expect } from 'chai';
import { boom, gate } from '../support/stage.js';
import { four } from './four-siblings.js';

describe('kernel/restart: a stop in the middle of it', () => {
  it('can be stopped during the backoff', async () => {
    const play = await four('one-for-one');
    play.ref('b').tell(boom);
    await play.clock.advance(50);
    await play.context('root').stopChild(play.ref('b'));
    await play.clock.advance(1000);
    expect(play.events()).deep.equal(['-b']);
    expect(play.clock.pendingTimers).equal(0);
  });

  it('starts nobody whose backoff ends while its siblings are being stopped', async () => {
    const slow = gate();
    const play = await four('one-for-one', { d: { stop: () => slow.opened } });
    play.ref('a').tell(boom);
    await play.clock.settle();
    const stopped = play.system.stop();
    await play.clock.advance(1000);
    slow.open();
    await stopped;
    expect(play.events()).deep.equal(['-a', '-d', '-c', '-b', '-root']);
  });

  it('restarts nobody who fails while its siblings are being stopped', async () => {
    const slow = gate();
    const play = await four('one-for-one', { d: { stop: () => slow.opened } });
    const stopped = play.system.stop();
    await play.clock.settle();
    play.ref('a').tell(boom);
    await play.clock.advance(1000);
    expect(play.events()).deep.equal(['-d', '-a']);
    slow.open();
    await stopped;
    expect(play.events()).deep.equal(['-c', '-b', '-root']);
  });

  it('a child that is stopped while it ends by a crash is not restarted', async () => {
    const slow = gate();
    const play = await four('one-for-one', { a: { stop: () => slow.opened } });
    play.ref('a').tell(boom);
    await play.clock.settle();
    const stopped = play.context('root').stopChild(play.ref('a'));
    slow.open();
    await stopped;
    await play.clock.advance(1000);
    expect(play.events()).deep.equal(['-a']);
  });

  it('restarts nothing once the parent is told to end', async () => {
    const slow = gate();
    const play = await four('rest-for-one', { a: { stop: () => slow.opened } });
    play.ref('a').tell(boom);
    await play.clock.settle();
    const stopped = play.system.stop();
    slow.open();
    await stopped;
    expect(play.clock.pendingTimers).equal(0);
    await play.clock.advance(1000);
    expect(play.events()).deep.equal(['-a', '-d', '-c', '-b', '-root']);
    expect(play.clock.pendingTimers).equal(0);
  });
});
