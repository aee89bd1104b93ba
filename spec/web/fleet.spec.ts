import { expect } from 'chai';
import { VirtualClock } from '../../clock/virtual-clock.js';
import { RpcError } from '../../rpc/rpc-error.js';
import type { Change, StreamMessage } from '../../web/contract.js';
import { Fleet } from '../../web/fleet.js';
import { StandInMaglevd } from '../support/stand-in-maglevd.js';

type Kind = Change['kind'];

describe('web/fleet', () => {
  let clock: VirtualClock;
  let fleet: Fleet;
  let lb1: StandInMaglevd;
  let lb2: StandInMaglevd;
  let told: Change[] = [];

  const start = async (setUp: () => void = () => {}) => {
    clock = new VirtualClock();
    lb1 = new StandInMaglevd(clock.now, { shop: ['web1', 'web2'], mail: ['mx1'] });
    lb2 = new StandInMaglevd(clock.now, { shop: ['web1', 'web2'] });
    lb2.epoch = 'epoch-2';
    setUp();
    const places = [
      { id: 'lb1', name: 'lb1', address: 'h1:9090', api: lb1.api },
      { id: 'lb2', name: 'lb2', address: 'h2:9090', api: lb2.api },
    ];
    fleet = new Fleet({ places, clock, epoch: 'e' });
    told = [];
    fleet.journal.follow(({ bytes }) => {
      const [, data = ''] = /^data: (.*)$/m.exec(bytes.toString()) ?? [];
      told.push(...(JSON.parse(data) as (StreamMessage & { event: 'changes' })['data']));
    });
    void fleet.run();
    await clock.advance(1000);
  };
  afterEach(() => fleet.end());

  const toldOf = <K extends Kind>(kind: K, id = 'lb1') =>
    told.flatMap((one) =>
      one.kind === kind && one.maglevd === id ? [one as Extract<Change, { kind: K }>] : [],
    );
  const row = (id: string) => fleet.maglevds().maglevds.find((one) => one.id === id);

  it('has everything of a maglevd once it is connected, in the order of its config', async () => {
    await start();
    const { pictures, seq, epoch } = fleet.state();
    expect([epoch, seq > 0]).to.deep.equal(['e', true]);
    expect(pictures['lb1']?.frontends.map(({ name }) => name)).to.deep.equal(['shop', 'mail']);
    expect(pictures['lb1']?.backends.map(({ name, state }) => `${name} ${state}`)).to.deep.equal([
      'web1 up',
      'web2 up',
      'mx1 up',
    ]);
    expect(row('lb1')).to.deep.include({ name: 'lb1', address: 'h1:9090', role: 'admin', sameAs: null });
    expect(row('lb1')?.link).to.deep.include({ state: 'connected' });
    expect(row('lb1')?.summary).to.deep.include({ backendsTotal: 3, backendsDown: 0, digest: 'd1' });
  });

  it('tells of a server that dies at once, and of the weights that follow', async () => {
    await start();
    told = [];
    lb1.transition('web1', 'down');
    await clock.advance(0);
    const [news] = toldOf('backend');
    expect(news?.row).to.deep.include({
      name: 'web1',
      from: 'up',
      state: 'down',
      since: clock.now(),
      cause: 'L4CON connection refused',
      code: 'L4CON',
    });
    expect(toldOf('event').map(({ row: event }) => [event.msg, event.attrs['to']])).to.deep.equal([
      ['backend-transition', 'down'],
    ]);
    await clock.advance(200);
    expect(
      toldOf('member').map(({ frontend, pool, row: one }) => [
        frontend,
        pool,
        one.backend,
        one.effectiveWeight,
      ]),
    ).to.deep.equal([['shop', 'main', 'web1', 0]]);
    await clock.advance(1000);
    expect(row('lb1')?.summary).to.deep.include({ backendsDown: 1, backendsUp: 2 });
    expect(told.filter(({ maglevd }) => maglevd === 'lb2')).to.deep.equal([]);
  });

  it('keeps the last picture of a maglevd that is lost, and says since when', async () => {
    await start();
    await clock.advance(500);
    const lostAt = clock.now();
    lb1.breakOff('it broke');
    await clock.advance(10);
    lb1.breakOff('it broke again');
    await clock.advance(60_000);
    expect(row('lb1')?.link).to.deep.equal({
      state: 'lost',
      since: lostAt,
      error: { code: 'MGL_SERVER_UNREACHABLE', message: 'it broke again', advice: 'Look whether it runs.' },
    });
    expect(row('lb1')?.summary?.backendsTotal).to.equal(3);
    expect(fleet.picture('lb1')?.picture?.backends).to.have.length(3);
    lb1.comeBack();
    await clock.advance(1000);
    expect(row('lb1')?.link.state).to.equal('connected');
    expect(toldOf('gap')).to.deep.equal([]);
  });

  it('goes on behind what it heard when a maglevd is heard again that had refused it', async () => {
    await start();
    lb1.log('first');
    await clock.advance(200);
    lb1.refuse(new RpcError('UNAUTHENTICATED', 'MGL_UNAUTHENTICATED', 'the token is not known', ''));
    await clock.advance(200);
    expect(row('lb1')?.link).to.deep.include({ state: 'lost' });
    await clock.advance(11_000);
    expect(row('lb1')?.link).to.deep.include({ state: 'connected' });
    expect(lb1.from).to.deep.equal({ epoch: 'epoch-1', seq: 1n });
  });

  it('reads everything again behind a gap, and says that something is missing', async () => {
    await start();
    lb1.breakOff();
    await clock.advance(10);
    lb1.setSites({ shop: ['web1'] });
    lb1.comeBack(true);
    await clock.advance(1000);
    expect(toldOf('gap').map(({ why }) => why)).to.deep.equal([
      'maglevd was started again; what happened meanwhile is not known',
    ]);
    expect(toldOf('refetch')).not.to.deep.equal([]);
    expect(fleet.picture('lb1')?.picture?.frontends.map(({ name }) => name)).to.deep.equal(['shop']);
  });

  it('finds within 30 s what no event told', async () => {
    await start();
    lb1.frontends = lb1.frontends.map((one) => ({ ...one, description: 'changed' }));
    told = [];
    await clock.advance(31_000);
    expect(toldOf('frontend').map(({ row: one }) => one.description)).to.deep.equal(['changed', 'changed']);
  });

  it('asks little of a maglevd that changes a lot', async () => {
    await start();
    lb1.calls.clear();
    for (let i = 0; i < 1000; i++) {
      lb1.transition('web1', i % 2 === 0 ? 'down' : 'up');
      await clock.advance(10);
    }
    const most = (name: string) => lb1.calls.get(name) ?? 0;
    expect(most('getFrontend') + most('listFrontends')).to.be.within(10, 60);
    expect(most('getStatus')).to.be.within(5, 30);
  });

  it('says who sends new flows elsewhere, and who is the same', async () => {
    await start(() => {
      lb1.digests.set('shop', 's1').set('mail', 'm');
      lb2.digests.set('shop', 's2');
      lb2.digest = 'd2';
    });
    await clock.advance(2000);
    // They may only have seen something at different moments.
    expect(row('lb1')?.summary?.disagrees).to.deep.equal([]);
    await clock.advance(5000);
    expect(row('lb1')?.summary?.disagrees).to.deep.equal([{ id: 'lb2', frontends: ['shop'] }]);
    expect(row('lb2')?.summary?.disagrees).to.deep.equal([{ id: 'lb1', frontends: ['shop'] }]);
    lb2.breakOff();
    await clock.advance(1000);
    expect(row('lb1')?.summary?.disagrees).to.deep.equal([]);
    fleet.end();
    await start(() => {
      lb2.epoch = lb1.epoch;
      lb2.digest = 'd2';
    });
    await clock.advance(2000);
    expect(row('lb2')?.sameAs).to.equal('lb1');
    expect(row('lb1')).to.deep.include({ sameAs: null });
    expect(row('lb1')?.summary?.disagrees).to.deep.equal([]);
  });

  it('says by how much the clock of a maglevd differs', async () => {
    await start(() => {
      lb1.aheadMs = 5000;
      lb1.role = 'viewer';
    });
    expect(row('lb1')?.clock).to.deep.equal({ skewMs: 5000, error: 1 });
    expect(row('lb1')?.role).to.equal('viewer');
    expect(row('lb2')?.clock?.skewMs).to.equal(0);
  });

  it('tells counters once a second, with what happened in it, and keeps 15 minutes of them', async () => {
    await start();
    const read = (count: number) => {
      const servers = [
        { address: '10.0.0.0', backend: 'web1', packets: BigInt(count), bytes: BigInt(count * 100) },
      ];
      const counts = { next: BigInt(count), first: 0n, untracked: 0n, noServer: 0n };
      const vip = { prefix: '192.0.2.1/32', protocol: 'tcp', port: 80, frontend: 'shop', ...counts };
      const timeNs = BigInt(clock.now()) * 1_000_000n;
      lb1.counters = {
        timeNs,
        vips: [{ ...vip, applicationServers: servers }],
        forecast: undefined,
        vpp: undefined,
      };
    };
    told = [];
    for (let i = 0; i < 40; i++) {
      read(i * 50);
      await clock.advance(500);
    }
    const counters = toldOf('counters');
    expect(counters.length).to.be.within(18, 21);
    const last = counters.at(-1)?.vips[0]?.servers[0];
    expect(last).to.deep.include({ backend: 'web1', packetsPerSecond: 100, bytesPerSecond: 10_000 });
    const { counters: kept } = lb1;
    lb1.counters = null;
    await clock.advance(2000);
    expect(toldOf('counters').at(-1)?.vips[0]?.servers[0]).to.deep.include({
      packets: last?.packets,
      packetsPerSecond: null,
    });
    lb1.counters = kept;
    const [series] = fleet.upstream('lb1')?.reading.history.of('shop').servers ?? [];
    expect(series?.packetsPerSecond).to.have.length(90);
    expect([...new Set(series?.packetsPerSecond)]).to.deep.equal([null, 100]);
    for (let i = 0; i < 2 * 900; i++) {
      read(2000 + i);
      await clock.advance(500);
    }
    const after = fleet.upstream('lb1')?.reading.history.of('shop').servers[0]?.packetsPerSecond ?? [];
    expect(after.filter((one) => one === 2)).to.have.length.above(87);
  });
});
