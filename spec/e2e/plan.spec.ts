import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { realClock } from '../../clock/real-clock.js';
import { createMaglevClient, type MaglevClient } from '../../rpc/client.js';
import type { PlanRequest, PlanResponse } from '../../rpc/generated/maglev.js';
import { Stage } from '../support/daemon-stage.js';
import { eventually } from '../support/eventually.js';
import { type Process, run } from '../support/process.js';

const config = (more = '', frontends = '') => `maglev:
  vpp: { lb: { ipv4-src-address: 198.51.100.1, ipv6-src-address: "2001:db8::1", sync-interval: 1h, stats-interval: 50ms${more} } }
  backends: { a: { address: 10.0.0.1 }, b: { address: 10.0.0.2 }, c: { address: 10.0.0.3 }, d: { address: 10.0.0.4 } }
  frontends:
    web: { address: 192.0.2.1, protocol: tcp, port: 80, flush-on-down: true, pools: [{ name: p, backends: { a: , b: , c: { weight: 50 } } }, { name: q, backends: { d: } }] }
    all: { address: 192.0.2.2, pools: [{ name: p, backends: { a: , d: { weight: 3 } } }] }
${frontends}`;

const anew = ', new-flows-table-length: 4096, weight-mode: steps, weight-steps: 4';

type Change = NonNullable<PlanRequest['change']>;

const weight = { frontend: 'web', pool: 'p', backend: 'c', weight: 7, flush: true };

describe('e2e: what is planned is what is done', function () {
  this.timeout(60_000);
  const stage = new Stage();
  let maglevd: Process;
  let client: MaglevClient;

  before(async () => {
    await stage.simulator('--stats-interval', '50ms');
    stage.write(config());
    maglevd = stage.daemon();
    await maglevd.record('vpp-lbsync-done');
    const address = { kind: 'unix', path: stage.grpc.replace('unix:', '') } as const;
    client = createMaglevClient({ address, timeoutMs: 30_000, clock: realClock });
  });
  after(() => {
    client.close();
    return stage.end();
  });

  const texts = (operations: readonly { readonly operation: string; readonly reason: string }[]) =>
    operations
      // Where a decision waits for a full sync, that is in the record, and is no write.
      .filter(({ operation }) => !operation.startsWith('sync VIP'))
      .map(({ operation, reason }) => `${operation}: ${reason}`)
      .sort();
  const planned = ({ vips }: PlanResponse) => texts(vips.flatMap(({ operations }) => operations));
  const ids = async () => (await client.listSyncs()).syncs.map(({ id }) => id);

  /** The operations of a plan, and of all syncs that the change itself then leads to. */
  async function both(change: Change, make: () => Promise<unknown>): Promise<[string[], string[]]> {
    const plan = planned(await client.plan({ change }));
    const known = new Set(await ids());
    const from = maglevd.lines.length;
    await make();
    if (plan.length > 0) await maglevd.record('vpp-lbsync-done', from);
    // A full sync after a change of one frontend ends when all is done.
    await client.syncLbState(undefined);
    const made: string[] = [];
    for (const id of await ids())
      if (!known.has(id)) made.push(...texts((await client.getSync(id)).operations));
    expect(planned(await client.plan({ change: { $case: 'sync', value: {} } }))).to.deep.equal([]);
    return [plan, made.sort()];
  }

  const backend = (name: string, action: 'pause' | 'disable' | 'enable') => {
    const change: Change = { $case: 'backend', value: { name, action } };
    return both(change, () => client[`${action}Backend`](name));
  };

  for (const [name, action] of [
    ['b', 'disable'],
    ['b', 'enable'],
    ['a', 'pause'],
    // Its flows are cut, although its weight is 0 already.
    ['a', 'disable'],
    ['a', 'enable'],
  ] as const) {
    it(`${action} backend ${name}`, async () => {
      const [plan, made] = await backend(name, action);
      expect(plan).to.not.deep.equal([]);
      expect(made).to.deep.equal(plan);
    });
  }

  it('a weight that cuts flows', async () => {
    const [plan, made] = await both({ $case: 'weight', value: weight }, () => client.setWeight(weight));
    expect(plan).to.not.deep.equal([]);
    expect(made).to.deep.equal(plan);
  });

  it('how many flows it cuts, and how many would change their server if VPP forgot them', async () => {
    await stage.type('set maglev-vppsim traffic 192.0.2.1 port 80 flows 500');
    const first = async () => (await client.getLbCounters('web')).vips[0]?.first;
    await eventually(async () => expect(await first()).to.equal(500n));
    const debtOf = async () => (await client.getFailoverDebts('web')).debts[0];
    // VPP is asked for its flows once a second.
    const all = { frontend: 'web', flows: 500, certain: 0, most: 500, estimate: 0 };
    await eventually(async () => expect(await debtOf()).to.include(all));
    const cut = await client.plan({ change: { $case: 'backend', value: { name: 'b', action: 'disable' } } });
    expect(cut.flowsAtStake).to.be.within(100, 400);
    // Draining keeps its flows where they are: on a server that the table no longer gives them.
    await client.pauseBackend('b');
    await stage.type('set maglev-vppsim traffic 192.0.2.1 port 80 flows 500 seed 2');
    await eventually(async () => expect(await first()).to.equal(1000n));
    await eventually(async () => expect(await debtOf()).to.include({ flows: 1000 }));
    const { certain = 0, estimate = 0, most = 0 } = (await debtOf()) ?? {};
    expect(certain).to.equal(cut.flowsAtStake);
    expect(most).to.equal(1000);
    // VPP forgets every flow, and the same clients send again: that is the truth.
    await stage.type('lb conf buckets 128');
    await stage.type('set maglev-vppsim traffic 192.0.2.1 port 80 flows 500');
    const moved = /(\d+) moved/.exec(
      await stage.type('set maglev-vppsim traffic 192.0.2.1 port 80 flows 500 seed 2'),
    );
    const before = /500 flows, (\d+) moved/.exec(await stage.type('show maglev-vppsim traffic'));
    const truth = Number(before?.[1]) + Number(moved?.[1]);
    expect(truth).to.be.within(certain, most);
    expect(estimate / truth).to.be.within(1 / 1.5, 1.5);
    expect((await stage.ctl('show', 'frontend', 'web')).stdout).to.match(
      /^failover-debt +about \d+ of [\d,]+ flows/m,
    );
    await client.resumeBackend('b');
  });

  it('a reload that makes all VIPs anew', async () => {
    stage.write(config(anew));
    const change: Change = { $case: 'reload', value: {} };
    const [plan, made] = await both(change, () => client.reloadConfig());
    expect(plan.filter((text) => text.startsWith('add VIP'))).to.have.length(2);
    expect(made).to.deep.equal(plan);
  });

  it('nothing, when all is as it should be; and a file that cannot be used is refused', async () => {
    const { stdout, code } = await stage.ctl('plan', 'sync');
    expect([code, stdout]).to.deep.equal([0, 'nothing to do: VPP would get no write']);
    stage.write('maglev: 7\n');
    const refused = await stage.ctl('plan', 'reload');
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.contain('MGL_CONFIG_PARSE');
    stage.write(config(anew));
  });

  it('of another file, by a maglevd that runs and by one that does not', async () => {
    const file = path.join(stage.folder, 'other.yaml');
    writeFileSync(
      file,
      config(anew, '    new: { address: 192.0.2.3, pools: [{ name: p, backends: { a: } }] }\n'),
    );
    const online = await stage.ctl('plan', 'reload', file);
    expect([online.code, online.stderr]).to.deep.equal([0, '']);
    expect(online.stdout).to.match(
      /^vip 192\.0\.2\.3\/32 protocol any port 0 \(frontend new\)\n {2}add VIP /,
    );
    expect(online.stdout).to.contain('2 operations on 1 VIP');
    const offline = await run('maglevd', ['--plan', file, '--vpp-api-addr', stage.socket], {});
    expect([offline.code, offline.stderr]).to.deep.equal([0, '']);
    // Nothing is known there of the weight that an operator has set.
    expect(offline.stdout).to.contain(online.stdout.split('\n').slice(0, -1).join('\n'));
    expect(offline.stdout).to.match(/change weight of server 10\.0\.0\.3 of .* from 1 to 2/);
    expect(await stage.vips()).to.have.length(2);
    const away = await run('maglevd', ['--plan', file, '--vpp-api-addr', path.join(stage.folder, 'no')], {});
    expect(away).to.include({ code: 1 });
    expect(away.stdout).to.contain('MGL_VPP_CONNECT');
  });

  it('what somebody changed by hand, and the buckets that it gives back', async () => {
    await stage.type('lb as 192.0.2.1/32 protocol tcp port 80 10.0.0.1 weight 99');
    const { stdout } = await stage.ctl('plan', 'sync');
    expect(stdout).to.contain(
      'change weight of server 10.0.0.1 of 192.0.2.1/32,tcp,80 from 99 to 4: backend a: ',
    );
    expect(stdout).to.match(
      /\d+ of 4096 buckets move \(\d+\.\d%\): \d+ had to, \d+ are collateral; 0\.\d ms/,
    );
    const explained = await stage.ctl('explain', 'flow', '198.51.100.7', '40000', '192.0.2.1', '80');
    expect(explained.stdout).to.match(/^server +10\.0\.0\.\d \([abc]\)$/m);
    const chain = await stage.ctl('explain', 'backend', 'c');
    expect(chain.stdout).to.match(/^probe +has no health check: it counts as up$/m);
    expect(chain.stdout).to.match(/^ {2}weight +7 by the operator; config 50; gets 7: /m);
    expect(chain.stdout).to.match(/^ {2}vpp +weight \d, \d+ buckets \(equal\)$/m);
  });
});
