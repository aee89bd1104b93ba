import { expect } from 'chai';
import { VirtualClock } from '../../clock/virtual-clock.js';
import type { Peer } from '../../domain/access.js';
import { type Refusal, Refusals } from '../../rpc/refusals.js';
import { recordingLog } from '../support/recording-log.js';

describe('rpc/refusals', () => {
  const refusalOf = (address: string): Refusal => {
    const peer: Peer = { door: 'tls', address, uid: null, certificate: null, certificateFault: null };
    const judgement = { who: address, role: null, known: false, allowed: false, kind: 'unknown' } as const;
    return {
      judgement: { ...judgement, why: 'it has no token', advice: 'give one' },
      peer,
      via: 'grpc',
      method: '/maglev.Maglev/GetStatus',
      needs: 'viewer',
    };
  };

  it('leaves no refusal untold, and no timer behind, when maglevd ends', async () => {
    const clock = new VirtualClock();
    const log = recordingLog();
    const refusals = new Refusals(clock, log);
    for (const address of ['192.0.2.1:1', '192.0.2.1:2', '192.0.2.1:3', '192.0.2.2:1'])
      refusals.tell(refusalOf(address));
    const told = () => log.of('access-refused').map(({ fields }) => [fields['peer'], fields['count']]);
    const atOnce = [
      ['192.0.2.1:1', undefined],
      ['192.0.2.2:1', undefined],
    ];
    expect(told()).to.deep.equal(atOnce);
    refusals.end();
    expect(told()).to.deep.equal([...atOnce, ['192.0.2.1:3', 2]]);
    expect(clock.pendingTimers).to.equal(0);
  });
});
