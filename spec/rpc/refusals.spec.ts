import { expect } from 'chai';
import { VirtualClock } from '../../clock/virtual-clock.js';
import { judgeCall, type Peer } from '../../domain/access.js';
import { type Refusal, Refusals } from '../../rpc/refusals.js';
import { recordingLog } from '../support/recording-log.js';

const access = {
  anonymous: null,
  tokensFile: null,
  tokens: new Map(),
  certificates: new Map(),
  uids: new Map(),
};

function refusal(changes: Partial<Peer>, method = '/maglev.Maglev/GetStatus'): Refusal {
  const peer: Peer = {
    door: 'loopback',
    address: '127.0.0.1:4711',
    uid: null,
    certificate: null,
    certificateFault: null,
    ...changes,
  };
  const judgement = judgeCall({ access, ownUid: null }, { peer, tokenHash: null, needs: 'viewer' });
  if (judgement.allowed) throw new Error('nobody may do anything here');
  return { judgement, peer, via: 'grpc', method, needs: 'viewer' };
}

describe('rpc/refusals', () => {
  const setUp = () => {
    const clock = new VirtualClock();
    const log = recordingLog();
    const told = () => log.of('access-refused').map(({ fields }) => [fields['peer'], fields['count'] ?? 1]);
    return { clock, told, log, refusals: new Refusals(clock, log) };
  };

  it('tells of the first at once, and of those that follow within a minute by their number and the last of them', async () => {
    const { clock, told, log, refusals } = setUp();
    for (let port = 1; port <= 5; port++) {
      refusals.tell(refusal({ address: `127.0.0.1:${port}` }, `/maglev.Maglev/Call${port}`));
      await clock.advance(1000);
    }
    expect(told()).to.deep.equal([['127.0.0.1:1', 1]]);
    await clock.advance(55_000);
    expect(told()).to.deep.equal([
      ['127.0.0.1:1', 1],
      ['127.0.0.1:5', 4],
    ]);
    expect(log.of('access-refused')[1]?.fields['method']).to.equal('/maglev.Maglev/Call5');
    await clock.advance(600_000);
    expect(told(), 'a quiet minute is not told').to.have.length(2);
    refusals.tell(refusal({ address: '127.0.0.1:6' }));
    expect(told().at(-1), 'the next one is the first again').to.deep.equal(['127.0.0.1:6', 1]);
    expect(clock.pendingTimers).to.equal(1);
  });

  it('tells users and machines apart, not ports', () => {
    const { told, refusals } = setUp();
    for (const changes of [
      { address: '192.0.2.1:1' },
      { address: '192.0.2.1:2' },
      { address: '192.0.2.2:1' },
      { address: '2001:db8::1:4711' },
      { address: '2001:db8::1:4712' },
      { door: 'unix' as const, address: 'unix', uid: 1000 },
      { door: 'unix' as const, address: 'unix', uid: 1001 },
      { door: 'unix' as const, address: 'unix', uid: 1000 },
    ]) {
      refusals.tell(refusal(changes));
    }
    expect(told().map(([peer]) => peer)).to.deep.equal([
      '192.0.2.1:1',
      '192.0.2.2:1',
      '2001:db8::1:4711',
      'unix',
      'unix',
    ]);
  });

  it('counts those together whom it cannot tell apart any more, and forgets them all', async () => {
    const { clock, told, refusals } = setUp();
    for (let i = 0; i < 1500; i++) refusals.tell(refusal({ address: `10.0.${i >> 8}.${i & 255}:1` }));
    expect(told()).to.have.length(1001);
    await clock.advance(60_000);
    expect(told()).to.have.length(1002);
    expect(told().at(-1)?.[1]).to.equal(499);
    expect(clock.pendingTimers).to.equal(0);
  });

  it('leaves no refusal untold, and no timer behind, when maglevd ends', () => {
    const { clock, told, refusals } = setUp();
    for (const address of ['192.0.2.1:1', '192.0.2.1:2', '192.0.2.1:3', '192.0.2.2:1']) {
      refusals.tell(refusal({ address }));
    }
    const atOnce = [
      ['192.0.2.1:1', 1],
      ['192.0.2.2:1', 1],
    ];
    expect(told()).to.deep.equal(atOnce);
    refusals.end();
    expect(told()).to.deep.equal([...atOnce, ['192.0.2.1:3', 2]]);
    expect(clock.pendingTimers).to.equal(0);
  });
});
