import { expect } from 'chai';
import { sampleConfig, sampleFrontend } from '../support/domain-samples.js';
import { doubtsOverTold, doubtsTold } from '../support/doubts-told.js';
import { doubt } from '../support/fake-servers.js';
import { a, b, CheckedFleet, c, checked, fleetConfig, withCheck } from './checked-fleet.js';

describe('doubts are told, as long as they are doubts', () => {
  const fleet = new CheckedFleet();
  const { start, end, seconds, act, detail, reload, weights } = fleet;
  const log = () => fleet.world.tree.log;

  afterEach(end);

  it('ends the doubt about a backend that is paused, and begins without one when it is resumed', async () => {
    await start();
    await seconds(10);
    fleet.world.servers.answers.set(a, doubt);
    await seconds(3);
    await act('a', 'pause');
    expect((await detail('a')).life.doubt).to.equal(null);
    await seconds(2);
    expect(doubtsOverTold(log())).to.deep.equal(['a']);
    fleet.world.servers.answers.clear();
    await act('a', 'resume');
    await seconds(3);
    expect((await detail('a')).life).to.include({ state: 'up', doubt: null });
    expect(doubtsTold(log())).to.deep.equal(['a']);
  });

  it('tells a doubt again when its cause is another one', async () => {
    await start();
    await seconds(10);
    fleet.world.servers.answers.set(a, doubt);
    await seconds(3);
    fleet.world.servers.answers.set(a, {
      verdict: 'doubt',
      code: 'NETNS',
      detail: 'no such namespace',
      durationMs: 0,
    });
    await seconds(3);
    expect(
      log()
        .of('backend-doubt')
        .map(({ fields }) => fields['code']),
    ).to.deep.equal(['SOCKERR', 'NETNS']);
    expect(doubtsOverTold(log())).to.deep.equal([]);
  });

  it('does not doubt what it cancels itself: a new namespace for all probes', async () => {
    await start();
    await seconds(10);
    for (const address of [a, b, c]) fleet.world.servers.answers.set(address, 'silent');
    await seconds(2);
    fleet.world.servers.answers.clear();
    await reload({ ...fleetConfig, healthchecker: { ...fleetConfig.healthchecker, netns: 'dmz' } });
    await seconds(5);
    expect(doubtsTold(log())).to.deep.equal([]);
    for (const name of ['a', 'b', 'c']) expect((await detail(name)).life.state).to.equal('up');
  });

  it('checks backends whatever their names are', async () => {
    const names = ['prober', 'health', '-', 'a b', '$0041'];
    const backends = Object.fromEntries(names.map((name, i) => [name, checked(`10.0.0.${i + 1}`)]));
    const pool = Object.fromEntries(names.map((name) => [name, 100]));
    await start(withCheck(sampleConfig(backends, [sampleFrontend('web', '192.0.2.1', [pool])])));
    await seconds(3);
    for (const name of names) expect((await detail(name)).life.state, name).to.equal('up');
    expect(Object.values(weights())).to.deep.equal([100, 100, 100, 100, 100]);
    expect(log().of('actor-restart')).to.deep.equal([]);
  });
});
