import { expect } from 'chai';
import { loopback6 } from '../support/probe-servers.js';
import { address, pingRefused, RealSurroundings, run, shown, target } from '../support/probing.js';
import { suiteWherePermitted } from '../support/where-permitted.js';

/** Loopback only; what needs a network that does not answer is in the specs of network namespaces. */
suiteWherePermitted(pingRefused(), 'icmp probe', () => {
  const around = new RealSurroundings();
  const icmp = { type: 'icmp' } as const;
  after(() => around.close());

  it('passes when the echo comes back, over IPv4 and IPv6', async () => {
    const results = await Promise.all([
      run(target(icmp), around),
      run(target(icmp, { address: loopback6 }), around),
    ]);
    expect(results.map(shown)).to.deep.equal(['L4OK echo reply', 'L4OK echo reply']);
    expect(results.every(({ durationMs }) => durationMs > 0 && durationMs < 1000)).to.equal(true);
  });

  it('pings from the source address', async () => {
    const source = address('127.0.0.77');
    expect(shown(await run(target(icmp, { source }), around))).to.equal('L4OK echo reply');
  });

  it('tells a thousand pings under way apart', async () => {
    const targets = Array.from({ length: 1000 }, (_, i) =>
      target(icmp, { address: address(`127.1.${i >> 8}.${i & 255}`) }),
    );
    const results = await Promise.all(targets.map((each) => run(each, around)));
    expect(new Set(results.map(shown))).to.deep.equal(new Set(['L4OK echo reply']));
  });

  it('doubts, and names the source address, when that is not on this machine', async () => {
    const result = await run(target(icmp, { source: address('203.0.113.7') }), around);
    expect(result).to.include({ verdict: 'doubt', code: 'SOCKERR' });
    expect(result.detail).to.match(/203\.0\.113\.7.*EADDRNOTAVAIL/);
  });

  it('doubts an address that only a policy of this machine forbids', async () => {
    const result = await run(target(icmp, { address: address('255.255.255.255') }), around);
    expect(result).to.include({ verdict: 'doubt', code: 'NOPERM' });
  });

  it('opens its sockets again after they were closed', async () => {
    around.pinger.close();
    expect(shown(await run(target(icmp), around))).to.equal('L4OK echo reply');
  });
});
