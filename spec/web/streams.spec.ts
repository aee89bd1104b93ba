import { expect } from 'chai';
import { VirtualClock } from '../../clock/virtual-clock.js';
import type { Change } from '../../web/contract.js';
import { DashboardServer, EventFollower } from '../support/dashboard-server.js';
import { eventually } from '../support/eventually.js';
import { wholeOfIt } from '../support/slow-part.js';
import { until } from '../support/until.js';

const most = wholeOfIt ? 1000 : 250;

const eventsOf = (follower: EventFollower) =>
  follower
    .of('changes')
    .flatMap((one) => (one as Change[]).flatMap((each) => (each.kind === 'event' ? [each] : [])));
const seqs = (follower: EventFollower) => eventsOf(follower).map(({ row }) => row.seq);

describe('web: the stream of changes', function () {
  this.timeout(60_000);
  let server: DashboardServer;
  const followers: EventFollower[] = [];
  const follow = (where?: string, headers?: Readonly<Record<string, string>>) => {
    const follower = new EventFollower(server.base, where, headers);
    followers.push(follower);
    return follower;
  };
  const follows = async (where?: string, headers?: Readonly<Record<string, string>>) => {
    const follower = follow(where, headers);
    await eventually(() => expect(follower.of('hello')).to.have.length(1));
    return follower;
  };
  before(async () => {
    server = await DashboardServer.start({}, { mostStreams: most });
  });
  afterEach(async () => {
    for (const one of followers.splice(0)) one.close();
    await until(() => server.frontend.streams.open === 0);
  });
  after(() => server.stop());
  const log = (i: number, text = '') => server.lb1.log('spec', { i: String(i), text });

  it('begins with where it is, and has what happens, in messages that have numbers', async () => {
    const follower = await follows();
    expect(follower.text).to.match(/^retry: 1000\nevent: hello\n/);
    server.lb1.transition('web1', 'down');
    await eventually(() => expect(eventsOf(follower)).to.have.length(1));
    const message = follower.messages.find(({ event }) => event === 'changes');
    const { epoch } = server.frontend.fleet.journal;
    expect(message?.id).to.match(new RegExp(`^${epoch}-\\d+$`));
    server.lb1.transition('web1', 'up');
  });

  it('misses nothing, and has nothing twice, over a connection that breaks', async () => {
    const first = await follows();
    log(1);
    await eventually(() => expect(eventsOf(first)).to.have.length(1));
    first.close();
    const last = first.messages.at(-1)?.id ?? '';
    for (let i = 2; i < 6; i++) {
      log(i);
      server.frontend.fleet.journal.flush();
    }
    const second = await follows('/view/api/events?from=nonsense', { 'last-event-id': last });
    log(6);
    await eventually(() =>
      expect(eventsOf(second).map(({ row }) => row.attrs['i'])).to.deep.equal(['2', '3', '4', '5', '6']),
    );
    expect(seqs(second)[0]).to.equal((seqs(first).at(-1) ?? 0) + 1);
  });

  it('goes on exactly behind a state that was fetched before', async () => {
    const { epoch, seq } = JSON.parse((await server.ask('/view/api/state')).text);
    log(7);
    server.frontend.fleet.journal.flush();
    const follower = await follows(`/view/api/events?from=${epoch}-${seq}`);
    await eventually(() => expect(eventsOf(follower).map(({ row }) => row.attrs['i'])).to.include('7'));
  });

  for (const [from, why] of [
    ['other-1', 'restarted'],
    ['nonsense', 'restarted'],
    ['EPOCH-99999999', 'forgotten'],
  ] as const) {
    it(`says that what is behind ${from} is not kept, and ends`, async () => {
      const { epoch } = server.frontend.fleet.journal;
      const follower = await follows(`/view/api/events?from=${from.replace('EPOCH', epoch)}`);
      await follower.ended;
      expect(follower.of('resync')).to.deep.equal([{ why }]);
    });
  }

  it('lets a reader that takes nothing begin anew, while others have everything', async () => {
    const slow = await follows();
    const other = await follows();
    slow.stall();
    const { journal } = server.frontend.fleet;
    let sent = 0;
    const tell = (why: string) => {
      journal.add({ maglevd: 'lb1', kind: 'gap', at: ++sent, why });
      journal.flush();
    };
    const gaps = (follower: EventFollower) =>
      follower
        .of('changes')
        .flatMap((one) => (one as Change[]).flatMap((each) => (each.kind === 'gap' ? [each.at] : [])));
    const all = () => Array.from({ length: sent }, (_, i) => i + 1);
    // Until all that is between the two ends is full; then what may wait here.
    const large = 'x'.repeat(500_000);
    while (server.frontend.streams.waiting === 0) {
      tell(large);
      await until(() => gaps(other).length === sent);
    }
    while (server.frontend.streams.waiting < 256) tell('');
    expect(slow.of('resync')).to.deep.equal([]);
    tell('');
    await until(() => gaps(other).length === sent);
    expect(gaps(other)).to.deep.equal(all());
    slow.resume();
    await slow.ended;
    expect(slow.of('resync')).to.deep.equal([{ why: 'slow' }]);
    expect(gaps(slow)).to.deep.equal(all().slice(0, gaps(slow).length));
  });

  it(`is for ${most} at once, written once for all of them; one more is told so`, async () => {
    const many = Array.from({ length: most }, () => follow());
    await until(() => many.every((one) => one.of('hello').length === 1));
    const more = await server.ask('/view/api/events');
    expect([more.status, JSON.parse(more.text).code, more.headers['retry-after']]).to.deep.equal([
      503,
      'MGL_STREAMS_FULL',
      '10',
    ]);
    expect((await server.ask('/view/api/maglevds')).status).to.equal(200);
    const before = process.memoryUsage().external;
    for (let i = 0; i < 5; i++) log(i, 'x'.repeat(1000));
    await until(() => many.every((one) => eventsOf(one).length === 5));
    expect(process.memoryUsage().external - before).to.be.below(200 * 2 ** 20);
    many[0]?.close();
    await until(() => server.frontend.streams.open === most - 1);
    await follows();
  });

  it('has a sign of life every 15 s', async () => {
    const clock = new VirtualClock({ startMs: Date.now() });
    const beating = await DashboardServer.start({}, { clock });
    const follower = new EventFollower(beating.base);
    await eventually(() => expect(follower.of('hello')).to.have.length(1));
    for (let i = 0; i < 3; i++) await clock.advance(15_000);
    await eventually(() => expect(follower.text.match(/^: ping$/gm)).to.have.length(3));
    follower.close();
    const stopped = beating.stop();
    await clock.advance(5000);
    await stopped;
  });
});
