import { expect } from 'chai';
import type { Change, Maglevd, StateAnswer, TimelineEvent } from '../../web/contract.js';
import { Stage } from '../support/daemon-stage.js';
import { EventFollower } from '../support/dashboard-server.js';
import { Process } from '../support/process.js';
import { until } from '../support/until.js';
import { WebFarm } from '../support/web-farm.js';

const servers = ['127.0.0.81', '127.0.0.82'];
const config = (port: number) => `maglev:
  vpp: { lb: { ipv4-src-address: 198.51.100.1, ipv6-src-address: '2001:db8::1', sync-interval: 1h, stats-interval: 500ms } }
  healthchecks: { web: { type: http, port: ${port}, interval: 200ms, fast-interval: 50ms, rise: 1, fall: 1 } }
  backends:
    web1: { address: ${servers[0]}, healthcheck: web }
    web2: { address: ${servers[1]}, healthcheck: web }
  frontends: { shop: { address: 192.0.2.1, protocol: tcp, port: 80, pools: [{ name: main, backends: { web1: {}, web2: {} } }] } }
`;

/** Between a transition in maglevd and the page lie 100 ms at most; here also what a machine with too much to do takes, in ms. */
const SHOWN_MS = 1000;

describe('the dashboard of two maglevds', function () {
  this.timeout(60_000);
  let farm: WebFarm;
  const stages: Stage[] = [];
  let daemons: Process[] = [];
  let dashboard: Process;
  let base = '';
  let follower: EventFollower;
  const arrivals = new Map<number, number>();

  before(async () => {
    farm = await WebFarm.start(servers);
    for (let i = 0; i < 2; i++) {
      const stage = new Stage();
      stage.write(config(farm.port));
      stages.push(stage);
      await stage.simulator();
    }
    daemons = stages.map((stage) => stage.daemon());
    await Promise.all(daemons.map((one) => one.record('grpc-listening')));
    const flags = [
      '-server',
      stages.map(({ grpc }, i) => `lb${i + 1}=${grpc}`).join(','),
      '-listen',
      '127.0.0.1:0',
    ];
    const user = { MAGLEV_FRONTEND_USER: 'anna', MAGLEV_FRONTEND_PASSWORD: 'a password' };
    dashboard = new Process('maglevd-frontend', flags, user);
    base = `http://${(await dashboard.record('web-listening'))['address']}`;
    await until(async () => {
      const { pictures } = await state();
      return ['lb1', 'lb2'].every((id) => {
        const picture = pictures[id];
        const members = picture?.frontends[0]?.pools[0]?.members ?? [];
        return (
          members.length === 2 &&
          members.every(({ vppWeight, buckets }) => vppWeight === 100 && buckets !== null)
        );
      });
    }, 'two maglevds whose VPPs have all');
    const { epoch, seq } = await state();
    follower = new EventFollower(base, `/view/api/events?from=${epoch}-${seq}`);
    follower.onMessage = () => void arrivals.set(follower.messages.length - 1, Date.now());
  });
  after(async () => {
    follower?.close();
    await dashboard?.end();
    for (const stage of stages) await stage.end();
    farm?.end();
  });

  const state = async () => (await (await fetch(`${base}/view/api/state`)).json()) as StateAnswer;
  const row = async (id: string): Promise<Maglevd | undefined> =>
    (await state()).maglevds.find((one) => one.id === id);
  const changes = () =>
    follower.messages.flatMap(({ event, data }, i) =>
      event === 'changes' ? (data as Change[]).map((change) => ({ change, at: arrivals.get(i) ?? 0 })) : [],
    );
  const act = async (action: object) => {
    const authorization = `Basic ${Buffer.from('anna:a password').toString('base64')}`;
    const headers = { 'content-type': 'application/json', authorization };
    const answer = await fetch(`${base}/admin/api/act/lb1`, {
      method: 'POST',
      headers,
      body: JSON.stringify(action),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };

  it('shows both as they are, and that they send new flows to the same servers', async () => {
    await until(async () => (await row('lb2'))?.summary?.digest !== null);
    const [one, two] = (await state()).maglevds;
    expect(one?.summary?.digest).to.be.a('string').and.equal(two?.summary?.digest);
    expect(one?.summary?.disagrees).to.deep.equal([]);
    expect(one?.summary?.standing.state).to.equal('equal');
    expect([one?.role, one?.sameAs, one?.link.state]).to.deep.equal(['admin', null, 'connected']);
  });

  it('shows at once that a server died, on both, and that VPP has it', async () => {
    const from = changes().length;
    farm.down(servers[0] ?? '');
    const died = (id: string) =>
      changes()
        .slice(from)
        .find(
          ({ change }) => change.maglevd === id && change.kind === 'backend' && change.row.state === 'down',
        );
    await until(() => died('lb1') !== undefined && died('lb2') !== undefined, 'that web1 died');
    for (const id of ['lb1', 'lb2']) {
      const { change, at = 0 } = died(id) ?? {};
      if (change?.kind !== 'backend') throw new Error('it was none');
      expect(change.row).to.include({ name: 'web1', from: 'up' });
      // A probe may be under way when it dies.
      expect(change.row.code).to.be.oneOf(['L4CON', 'L7RSP']);
      expect(at - (change.row.since ?? 0)).to.be.below(SHOWN_MS);
    }
    await until(
      () =>
        changes()
          .slice(from)
          .some(
            ({ change }) =>
              change.kind === 'member' && change.row.backend === 'web1' && change.row.vppWeight === 0,
          ),
      'that VPP has weight 0',
    );
    await farm.up(servers[0] ?? '');
    await until(async () => ['lb1', 'lb2'].every((id) => statesIn(id)['web1'] === 'up'));
  });

  /** By what was told. */
  const statesIn = (id: string): Record<string, string> =>
    Object.fromEntries(
      changes().flatMap(({ change }) =>
        change.maglevd === id && change.kind === 'backend' ? [[change.row.name, change.row.state]] : [],
      ),
    );

  it('does what a user asks for, and says what VPP has acknowledged; the log of maglevd has him', async () => {
    const { status, body } = await act({ do: 'pause', backend: 'web2' });
    expect([status, body['pending']]).to.deep.equal([200, []]);
    expect(body['summary']).to.match(/^paused; 1 frontend, 1 weight set, acknowledged by VPP in /);
    expect((await stages[0]?.vips())?.[0]).to.contain(`${servers[1]}=0`);
    expect((await stages[1]?.vips())?.[0]).to.contain(`${servers[1]}=100`);
    const told = await daemons[0]?.record('operator-action');
    expect(told?.['peer']).to.match(/^uid:\d+ for anna$/);
    await until(async () => (await row('lb1'))?.summary?.disagrees.length === 1, 'that the two disagree');
    expect((await row('lb1'))?.summary?.disagrees).to.deep.equal([{ id: 'lb2', frontends: ['shop'] }]);
    expect((await act({ do: 'resume', backend: 'web2' })).status).to.equal(200);
    await until(async () => (await row('lb1'))?.summary?.disagrees.length === 0, 'that the two agree');
  });

  it('greys out a maglevd that is killed, and has all of it again when it is back', async () => {
    const from = changes().length;
    await daemons[0]?.end('SIGKILL');
    await until(async () => (await row('lb1'))?.link.state === 'lost', 'that lb1 is lost');
    const { pictures } = await state();
    expect(pictures['lb1']?.backends).to.have.length(2);
    expect((await row('lb2'))?.link.state).to.equal('connected');
    daemons[0] = (stages[0] as Stage).daemon();
    await until(async () => (await row('lb1'))?.link.state === 'connected', 'that lb1 is back');
    await until(() =>
      changes()
        .slice(from)
        .some(({ change }) => change.maglevd === 'lb1' && change.kind === 'gap'),
    );
    await until(async () => {
      const after = await state();
      return after.pictures['lb1']?.backends.every((one) => one.state === 'up') === true;
    }, 'that its servers are up');
  });

  it('has told nothing twice, and left nothing out', async () => {
    const events = changes().flatMap(({ change }) =>
      change.kind === 'event' && change.maglevd === 'lb2' ? [change.row] : [],
    );
    const seqs = events.map(({ seq }) => seq);
    expect(seqs.length).to.be.above(3);
    expect(seqs).to.deep.equal(seqs.map((_, i) => (seqs[0] ?? 0) + i));
    const { events: kept } = (await (await fetch(`${base}/view/api/timeline/lb2`)).json()) as {
      events: TimelineEvent[];
    };
    const numbers = kept.map(({ seq }) => seq);
    expect(numbers).to.deep.equal(numbers.map((_, i) => i + 1));
  });

  it('ends at SIGTERM, and does not mind SIGHUP', async () => {
    dashboard.signal('SIGHUP');
    expect((await fetch(`${base}/healthz`)).status).to.equal(200);
    expect(await dashboard.end()).to.deep.equal({ code: 0, signal: null });
    expect(dashboard.errors).to.deep.equal([]);
  });
});
