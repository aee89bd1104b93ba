import { expect } from 'chai';
import type { ApiClient } from '../../binapi/api-client.js';
import { ipRouteLookup } from '../../binapi/generated/ip.js';
import { prefixOfWire } from '../../binapi/lb/wire-values.js';
import { openApi } from '../../binapi/open-api.js';
import { realClock } from '../../clock/real-clock.js';
import { type Simulator, startSimulator } from '../../sim/simulator.js';
import { wirePrefixOf } from '../support/lb-requests.js';

describe('simulator: ip_route_lookup', () => {
  let vpp: Simulator;
  let client: ApiClient;

  before(async () => {
    vpp = await startSimulator({ clock: realClock });
    const trace = { enabled: () => false, message: () => {} };
    client = await openApi({ socketPath: vpp.socketPath, clientName: 'spec', clock: realClock, trace });
    vpp.cli('lb vip 192.0.2.1/32 protocol tcp port 80');
    vpp.cli('lb vip 2001:db8::/64 encap gre6');
    vpp.cli('lb as 192.0.2.1/32 protocol tcp port 80 10.0.0.1');
  });
  after(async () => {
    await client.close();
    await vpp.stop();
  });

  /** `prefix index path-type`, or the return code. */
  const look = (prefix: string, exact = 1, tableId = 0) =>
    client.call(ipRouteLookup, { tableId, exact, prefix: wirePrefixOf(prefix) }).then(
      ({ route }) =>
        `${prefixOfWire(route.prefix)} ${route.statsIndex} ${route.paths.map(({ type }) => type)}`,
      (error: { retval: number }) => error.retval,
    );

  // As VPP answers, with the load-balance objects that a fresh one has.
  const cases: readonly [string, number, number, string | number][] = [
    ['192.0.2.1/32', 1, 0, '192.0.2.1/32 8 0'],
    ['10.0.0.1/32', 1, 0, '10.0.0.1/32 10 2'],
    ['2001:db8::/64', 1, 0, '2001:db8::/64 9 0'],
    ['0.0.0.0/0', 1, 0, '0.0.0.0/0 1 2'],
    ['::/0', 1, 0, '::/0 6 2'],
    ['10.0.0.77/32', 1, 0, -6],
    ['192.0.2.0/24', 1, 0, -6],
    ['10.0.0.1/32', 1, 5, -3],
    ['10.0.0.77/32', 0, 0, '0.0.0.0/0 1 2'],
    ['192.0.2.1/32', 0, 0, '192.0.2.1/32 8 0'],
    ['2001:db8::5/128', 0, 0, '2001:db8::/64 9 0'],
    ['2001:db9::/32', 0, 0, '::/0 6 2'],
  ];
  for (const [prefix, exact, table, answer] of cases) {
    it(`answers for ${prefix}, ${exact ? 'exactly' : 'the longest that covers it'}, in table ${table}`, async () => {
      expect(await look(prefix, exact, table)).to.equal(answer);
    });
  }

  it('takes an address of no known family for 0.0.0.0', async () => {
    const prefix = { address: { af: 7, un: new Uint8Array(16).fill(0xa) }, len: 8 };
    const { route } = await client.call(ipRouteLookup, { tableId: 0, exact: 0, prefix });
    expect(prefixOfWire(route.prefix)).to.equal('0.0.0.0/0');
  });

  it('tells the number by which VPP counts', async () => {
    expect(vpp.lb.state.fib.loadBalanceOf('192.0.2.1/32')).to.equal(8);
  });
});
