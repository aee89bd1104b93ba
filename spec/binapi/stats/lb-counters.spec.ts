import { expect } from 'chai';
import { type LbConnection, openLb } from '../../../binapi/lb/open-lb.js';
import { lbCounterRequests, lbCounters } from '../../../binapi/stats/lb-counters.js';
import { openStats, type StatsSegment } from '../../../binapi/stats/stats-segment.js';
import { realClock } from '../../../clock/real-clock.js';
import { MaglevError } from '../../../domain/errors.js';
import { type LbIndexes, wentBack } from '../../../domain/lb-counters.js';
import { type Simulator, startSimulator } from '../../../sim/simulator.js';
import { ip, vipKey } from '../../support/domain-samples.js';
import { MockSegment } from '../../support/mock-segment.js';

const quiet = { enabled: () => false, message: () => {} };

describe('binapi: counters of the load balancer, through API and stats segment of a VPP with workers', () => {
  let vpp: Simulator;
  let lb: LbConnection;
  let stats: StatsSegment;

  before(async () => {
    vpp = await startSimulator({ clock: realClock, stats: {}, workers: 2 });
    lb = await openLb({ socketPath: vpp.socketPath, clientName: 'spec', clock: realClock, trace: quiet });
    stats = await openStats({ socketPath: vpp.statsSocketPath ?? '', clock: realClock });
  });
  after(async () => {
    stats.close();
    await lb.close();
    await vpp.stop();
  });

  const indexes = async () => (await lb.getLbIndexes()) ?? new Map();
  const read = async (known?: LbIndexes) => {
    const places = known ?? (await indexes());
    return lbCounters(await stats.snapshot(lbCounterRequests(places)), places, 1);
  };
  /** `next first untracked no-server / packets bytes; packets of the servers` of each VIP. */
  const summary = async () =>
    (await read()).vips.map(({ key, next, first, untracked, noServer, traffic, servers }) => {
      const sent = servers.map((server) => server.traffic?.packets ?? 'unknown').join(' ');
      const came = traffic === null ? 'unknown' : `${traffic.packets} ${traffic.bytes}`;
      return `${key.prefix} ${key.port}: ${next} ${first} ${untracked} ${noServer} / ${came}; ${sent}`;
    });

  it('has none while VPP has no VIP, and so no counters', async () => {
    expect(await summary()).to.deep.equal([]);
  });

  it('has what the clients sent, summed over all threads, and what went to each server', async () => {
    vpp.cli('lb vip 192.0.2.1/32 protocol tcp port 443');
    vpp.cli('lb vip 192.0.2.1/32 protocol tcp port 80');
    vpp.cli('lb vip 2001:db8::/64 encap gre6');
    vpp.cli('lb as 192.0.2.1/32 protocol tcp port 443 10.0.0.2 10.0.0.1');
    vpp.cli('lb as 2001:db8::/64 2001:db8:1::1');
    vpp.packets.send({ to: '192.0.2.1', flows: { count: 100 }, packetsPerFlow: 3, bytes: 500 });
    vpp.packets.send({ to: '192.0.2.1', port: 80, flows: { count: 7 } });
    vpp.packets.send({ to: '2001:db8::5', flows: { count: 10 }, bytes: 100 });
    const { fib } = vpp.lb.state;
    const [one, two] = ['10.0.0.1/32', '10.0.0.2/32'].map(
      (route) => fib.counters.total('via', fib.loadBalanceOf(route) ?? -1).packets,
    );
    expect(await summary()).to.deep.equal([
      `192.0.2.1/32 443: 200 100 0 0 / 307 150420; ${one} ${two}`,
      '192.0.2.1/32 80: 0 0 0 7 / 307 150420; ',
      '2001:db8::/64 0: 0 10 0 0 / 10 1000; 10',
    ]);
    expect((one ?? 0) + (two ?? 0)).to.equal(300);
    expect(one, 'both servers have their share').to.be.within(1, 299);
  });

  it('follows a VIP that is made anew in another place, and shows nothing of one that is gone', async () => {
    vpp.cli('lb vip 192.0.2.1/32 protocol tcp port 443 del');
    vpp.cli('lb vip 192.0.2.1/32 protocol tcp port 443');
    expect((await summary()).at(-1), 'its route stays, because of the other port').to.equal(
      '192.0.2.1/32 443: 0 0 0 0 / 307 150420; ',
    );
    vpp.cli('lb vip 2001:db8::/64 del');
    expect((await read()).vips.map(({ key }) => key.prefix)).to.deep.equal(['192.0.2.1/32', '192.0.2.1/32']);
  });

  it('goes back, visibly, when an index gets another owner', async () => {
    const before = await read();
    const places = await indexes();
    vpp.lb.state.statistics.vipCreated([...places.values()].find(({ key }) => key.port === 80)?.index ?? -1);
    const after = await read(places);
    expect(wentBack(before, after)).to.equal(true);
    expect(wentBack(before, before)).to.equal(false);
  });

  describe('of a segment that is not as it should be', () => {
    const place: LbIndexes = new Map([
      [
        'x',
        { key: vipKey('192.0.2.1/32'), index: 1, routeIndex: 2, servers: new Map([[ip('10.0.0.1'), 3]]) },
      ],
    ]);
    const readMock = async (segment: MockSegment) =>
      lbCounters(await segment.snapshot(lbCounterRequests(place)), place, 1);

    it('are refused when there are VIPs without counters: that is another VPP', async () => {
      const segment = new MockSegment();
      segment.simple.delete('untracked packet');
      const refused = await readMock(segment).catch((error: unknown) => error);
      expect(refused).to.be.instanceOf(MaglevError);
      expect(refused).to.include({ code: 'MGL_STATS_LAYOUT' });
      expect(String(refused)).to.contain('no "untracked packet"');
    });

    it('lack the bytes when VPP does not count them by route', async () => {
      const segment = new MockSegment();
      segment.combined.clear();
      segment.vip(1, 5n);
      expect((await readMock(segment)).vips[0]).to.deep.include({
        next: 5n,
        traffic: null,
        servers: [{ address: '10.0.0.1', traffic: null }],
      });
    });
  });
});
