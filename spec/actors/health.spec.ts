import { expect } from 'chai';
import { MaglevError } from '../../domain/errors.js';
import { sampleConfig, sampleFrontend } from '../support/domain-samples.js';
import { doubtsOverTold, doubtsTold } from '../support/doubts-told.js';
import { doubt, fail } from '../support/fake-servers.js';
import { a, b, backends, CheckedFleet, c, checked, web, withCheck } from './checked-fleet.js';

describe('health checks decide the weights, in the whole tree', () => {
  const fleet = new CheckedFleet();
  const { start, end, seconds, weights, writesFrom, act, detail, reload } = fleet;

  afterEach(end);

  it('installs unknown servers with 0, and raises each when it passed', async () => {
    await start(withCheck(sampleConfig(backends, [web])));
    expect(weights()).to.deep.equal({ [a]: 0, [b]: 0, [c]: 0 });
    await seconds(2);
    expect(weights()).to.deep.equal({ [a]: 100, [b]: 50, [c]: 0 });
    const told = fleet.world.tree.log.of('frontend-transition').filter(({ level }) => level !== 'debug');
    expect(told[0]?.fields).to.include({
      frontend: 'web',
      from: 'unknown',
      to: 'up',
    });
  });

  it('takes a server out after `fall` failures, at once, flushed, in every VIP that uses it and in no other', async () => {
    await start();
    await seconds(10);
    const from = fleet.world.machine.vpp.writes.length;
    const reads = fleet.world.machine.reads;
    fleet.world.servers.answers.set(a, fail);
    await seconds(3);
    const writes = writesFrom(from);
    expect(writes).to.have.length(1);
    expect(writes[0]).to.include({ op: 'as-weight', address: a, from: 100, weight: 0, flush: true });
    expect(fleet.world.machine.reads, 'without reading VPP').to.equal(reads);
    const transition = fleet.world.tree.log.of('backend-transition').at(-1)?.fields;
    expect(transition).to.include({
      backend: 'a',
      from: 'up',
      to: 'down',
      code: 'L7STS',
      reason: 'L7STS HTTP 503',
    });
    expect((await detail('a')).life.history[0]).to.include({ from: 'up', to: 'down' });
  });

  it('fails over to the next pool when nobody is left, and back', async () => {
    await start();
    await seconds(10);
    fleet.world.servers.answers.set(a, fail);
    fleet.world.servers.answers.set(b, fail);
    await seconds(4);
    expect(weights()).to.deep.equal({ [a]: 0, [b]: 0, [c]: 100 });
    expect(weights('192.0.2.2/32'), 'the other frontend has nobody').to.deep.equal({ [b]: 0 });
    fleet.world.servers.answers.clear();
    await seconds(12);
    expect(weights()).to.deep.equal({ [a]: 100, [b]: 50, [c]: 0 });
    expect(weights('192.0.2.2/32')).to.deep.equal({ [b]: 100 });
  });

  it('is not moved by a single failure, nor by `fall` - 1', async () => {
    await start();
    await seconds(10);
    const from = fleet.world.machine.vpp.writes.length;
    for (let i = 0; i < 5; i++) {
      fleet.world.servers.next.set(a, [fail, fail]);
      await seconds(6);
    }
    expect(writesFrom(from)).to.deep.equal([]);
    expect((await detail('a')).life.state).to.equal('up');
  });

  it('doubts itself rather than the servers: trouble of our own changes nothing, for however long', async () => {
    await start();
    await seconds(10);
    const from = fleet.world.machine.vpp.writes.length;
    for (const address of [a, b, c]) fleet.world.servers.answers.set(address, doubt);
    await seconds(600);
    expect(writesFrom(from)).to.deep.equal([]);
    const { life } = await detail('a');
    expect(life.state).to.equal('up');
    expect(life.doubt?.result.detail).to.equal('EMFILE');
    const { log } = fleet.world.tree;
    expect(doubtsTold(log)).to.have.members(['a', 'b', 'c']);
    expect(log.of('backend-doubt'), 'one record alone').to.have.length(1);
    expect(log.of('backend-doubts')[0]?.fields).to.include({ more: 2, detail: 'EMFILE' });
    fleet.world.servers.answers.clear();
    await seconds(3);
    expect((await detail('a')).life.doubt).to.equal(null);
    expect(doubtsOverTold(log)).to.have.members(['a', 'b', 'c']);
    expect(writesFrom(from)).to.deep.equal([]);
  });

  it('never leaves a VIP dark while a standby is up, though a server of the first pool has no verdict', async () => {
    await start();
    await seconds(10);
    await act('b', 'pause');
    fleet.world.servers.answers.set(b, 'silent');
    await act('b', 'resume');
    fleet.world.servers.answers.set(a, fail);
    await seconds(2);
    expect(weights()).to.include({ [a]: 0, [c]: 100 });
  });

  it('takes out who is down, and who was disabled, although VPP refuses somebody else', async () => {
    await start();
    await seconds(10);
    const refused = new MaglevError('MGL_VPP_RETVAL', 'VPP answered -97');
    fleet.world.machine.vpp.refuse = (operation) => (operation.op === 'as-add' ? refused : null);
    const more = { ...backends, d: checked('10.0.0.4') };
    await reload(
      withCheck(
        sampleConfig(more, [sampleFrontend('web', '192.0.2.1', [{ a: 100, b: 50, d: 1 }, { c: 100 }])]),
      ),
    );
    fleet.world.servers.answers.set(a, fail);
    await seconds(5);
    await act('b', 'disable');
    await seconds(1);
    expect(weights()).to.include({ [a]: 0, [b]: 0 });
  });
});
