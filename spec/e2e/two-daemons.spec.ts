import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { Stage } from '../support/daemon-stage.js';
import { run } from '../support/process.js';

const config = (address: string) => `maglev:
  vpp: { lb: { ipv4-src-address: 198.51.100.1, ipv6-src-address: "2001:db8::1", sync-interval: 1s } }
  backends: { a: { address: 10.0.0.1 } }
  frontends:
    web: { address: ${address}, protocol: tcp, port: 80, pools: [{ name: p, backends: { a: {} } }] }
`;

describe('e2e: two maglevds for one VPP', function () {
  this.timeout(60_000);
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
    stage.write(config('192.0.2.1'));
  });
  afterEach(() => stage.end());

  it('one governs, the other one says so, waits, and takes over when the first one is killed', async () => {
    await stage.simulator();
    const first = stage.daemon();
    await first.record('vpp-lbsync-done');
    const spare = `unix:${path.join(stage.folder, 'spare.sock')}`;
    const second = stage.daemon('--grpc-addr', spare, '--state-dir', path.join(stage.folder, 'state2'));

    const refused = await second.record('vpp-connect-failed');
    expect(refused).to.include({ level: 'warn', code: 'MGL_VPP_GOVERNED' });
    expect(refused['error']).to.include(`process ${first.pid}, gRPC at ${stage.grpc}`);
    const shown = await run('maglevc', ['--server', spare, 'show', 'vpp', 'lbstate']);
    expect(shown.code).to.equal(5);
    expect(shown.stderr).to.match(/another maglevd .* governs the VPP.*\n.*takes over.*\[MGL_VPP_GOVERNED\]/);
    expect((await run('maglevc', ['--server', spare, 'show', 'frontends'])).code).to.equal(0);
    expect(second.records('vpp-connect')).to.deep.equal([]);

    await first.end('SIGKILL');
    await second.record('vpp-lbsync-done');
    // While the first one dies, who holds VPP may be known in part only, which is other news.
    const warned = second
      .records('vpp-connect-failed')
      .filter(({ level, error }) => level === 'warn' && error === refused['error']);
    expect(warned, 'told once').to.have.length(1);
  });

  it('takes over with what operators asked of the other one, before it writes anything', async () => {
    await stage.simulator();
    const first = stage.daemon();
    await first.record('vpp-lbsync-done');
    const second = stage.daemon('--grpc-addr', `unix:${path.join(stage.folder, 'spare.sock')}`);
    expect((await second.record('state-dir-shared'))['error']).to.match(/another maglevd keeps its state/);
    await second.record('vpp-connect-failed');
    expect((await stage.ctl('set', 'backend', 'a', 'disable')).stdout).to.match(/acknowledged by VPP/);
    await first.end('SIGKILL');
    const done = await second.record('vpp-lbsync-done');
    expect(done, 'nothing was to be written').to.deep.include({
      asWeightUpdated: 0,
      asAdded: 0,
      vipAdded: 0,
    });
    expect(await stage.vips()).to.deep.equal(['192.0.2.1/32 tcp 80 gre4: 10.0.0.1=0']);
    expect(second.records('operator-state-found')).to.have.length(1);
  });
});

describe('e2e: two maglevds for two VPPs, with one folder for their state', function () {
  this.timeout(60_000);
  const stages: Stage[] = [];
  afterEach(async () => {
    for (const stage of stages.splice(0)) await stage.end();
  });

  it('each obeys its own operators, and what was kept before is of whoever started first', async () => {
    const [one, other] = [new Stage(), new Stage()];
    stages.push(one, other);
    const state = path.join(one.folder, 'state');
    const kept = path.join(state, 'operator.json');
    mkdirSync(state);
    const weight = { frontend: 'web', pool: 'p', backend: 'a', weight: 7, configured: 100 };
    writeFileSync(kept, JSON.stringify({ version: 1, backends: {}, weights: [weight] }));
    for (const stage of [one, other]) {
      stage.write(config('192.0.2.1'));
      await stage.simulator();
    }
    let first = one.daemon();
    const moved = await first.record('operator-state-moved');
    expect(moved).to.include({ level: 'info', from: kept });
    await first.record('vpp-lbsync-done');
    const second = other.daemon('--state-dir', state);
    await second.record('vpp-lbsync-done');
    expect(existsSync(kept)).to.equal(false);
    expect(second.records('state-dir-shared')).to.deep.equal([]);
    expect(await one.vips()).to.deep.equal(['192.0.2.1/32 tcp 80 gre4: 10.0.0.1=7']);
    expect(await other.vips()).to.deep.equal(['192.0.2.1/32 tcp 80 gre4: 10.0.0.1=100']);

    expect((await other.ctl('set', 'backend', 'a', 'disable')).code).to.equal(0);
    await first.end();
    first = one.daemon();
    await first.record('vpp-lbsync-done');
    const words = async (stage: Stage) => (await stage.ctl('show', 'overrides')).stdout.split('\n')[0];
    expect(await words(one)).to.equal('a in pool p of web: weight 7; the config says weight: 100');
    expect(await words(other)).to.equal('a: disable; the config says enabled: true');
    expect(await one.vips()).to.deep.equal(['192.0.2.1/32 tcp 80 gre4: 10.0.0.1=7']);
    expect(await other.vips()).to.deep.equal(['192.0.2.1/32 tcp 80 gre4: 10.0.0.1=0']);
  });
});
