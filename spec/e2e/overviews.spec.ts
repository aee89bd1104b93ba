import path from 'node:path';
import { expect } from 'chai';
import { runCli } from '../support/cli-run.js';
import { Stage } from '../support/daemon-stage.js';

/** Two servers that are not probed, and one whose probes leave from an address that no interface has. */
const config = `maglev:
  vpp: { lb: { ipv4-src-address: 198.51.100.1, ipv6-src-address: "2001:db8::1", sync-interval: 600s } }
  healthchecks:
    away: { type: tcp, port: 80, interval: 200ms, probe-ipv4-src: 203.0.113.77 }
  backends:
    s1: { address: 10.0.0.1 }
    s2: { address: 10.0.0.2 }
    s3: { address: 10.0.0.3, healthcheck: away }
  frontends:
    shop: { address: 192.0.2.1, protocol: tcp, port: 80, pools: [{ name: main, backends: { s1: {}, s2: {} } }] }
    api: { address: 192.0.2.2, protocol: tcp, port: 80, pools: [{ name: main, backends: { s3: {} } }] }
`;

describe('e2e: overviews that cannot lie', function () {
  this.timeout(30_000);
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
    stage.write(config);
  });
  afterEach(() => stage.end());
  /** In this process, which is quicker than one of its own. */
  const ctl = (...words: string[]) => runCli(['--server', stage.grpc, ...words]);
  const shown = async (...words: string[]) => (await ctl('show', ...words)).stdout;
  const status = async () => JSON.parse((await ctl('--json', 'show', 'status')).stdout);

  it('what VPP refuses is in every list, and so is what was mended', async () => {
    await stage.simulator('--fault', 'refuse:-73@lb_add_del_as_v2');
    const maglevd = stage.daemon();
    await maglevd.record('vpp-lbsync-done');
    const refused = /cannot add server 10\.0\.0\.1 weight 100 to 192\.0\.2\.1\/32,tcp,80: .*-73/;
    expect(await shown('frontends'))
      .to.match(/^shop .* up +main +differs/m)
      .and.to.match(refused);
    expect(await shown('frontend', 'shop'))
      .to.match(/^vpp +differs$/m)
      .and.to.match(refused)
      .and.to.match(/^ {2}s1 +up +\d+\w+ +100 +100 +- +- /m);
    expect(await shown('backends')).to.match(/^s1 .*vpp differs/m);
    expect(await shown('vpp', 'lbstate', 'shop')).to.match(/^ {2}standing +differs$/m);
    expect(await status()).to.have.nested.property('standing.state', 'differs');

    const from = maglevd.lines.length;
    await stage.type('clear maglev-vppsim faults');
    await ctl('sync', 'vpp', 'lbstate');
    await maglevd.record('vpp-lbsync-done', from);
    expect(await shown('frontends')).to.match(/^shop .* up +main +equal/m);
    // Buckets are known again when VPP was read after the write.
    expect(await shown('frontend', 'shop')).to.match(/^ {2}s1 +up +\d+\w+ +100 +100 +100 +- /m);
    await ctl('sync', 'vpp', 'lbstate');
    expect(await shown('frontend', 'shop')).to.match(/^ {2}s1 +up +\d+\w+ +100 +100 +100 +512 /m);
  });

  it('a VPP that is not there, and one that another maglevd governs', async () => {
    const first = stage.daemon();
    await first.record('vpp-connect-failed');
    for (const list of ['frontends', 'backends', 'status'])
      expect(await shown(list), list).to.match(/VPP is not connected since .*\[MGL_VPP_/);
    expect(await shown('frontends')).to.match(/^shop .* up +main +unreachable/m);
    await stage.simulator();
    await first.record('vpp-lbsync-done');
    const socket = `unix:${path.join(stage.folder, 'spare.sock')}`;
    const spare = stage.daemon('--grpc-addr', socket, '--state-dir', path.join(stage.folder, 'state2'));
    await spare.record('vpp-connect-failed');
    const list = await runCli(['--server', socket, 'show', 'frontends']);
    expect(list.stdout)
      .to.match(/^shop .*unreachable/m)
      .and.to.match(/^this maglevd is a spare and governs nothing since .*\[MGL_VPP_GOVERNED\]$/m);
  });

  it('doubts and the words of operators keep their mark, whatever the state is', async () => {
    await stage.simulator();
    const maglevd = stage.daemon();
    await maglevd.record('vpp-lbsync-done');
    await maglevd.record('backend-doubt');
    expect(await shown('backends')).to.match(/^s3 .*doubt [A-Z]+ for \d+s/m);
    expect(await shown('frontends')).to.match(/^api .*1 doubt/m);
    expect(await shown('frontend', 'api')).to.match(/^ {2}s3 .*doubt [A-Z]+ for \d+s: .*203\.0\.113\.77/m);
    await ctl('set', 'frontend', 'shop', 'pool', 'main', 'backend', 's1', 'weight', '7');
    await ctl('set', 'backend', 's1', 'disable');
    await ctl('set', 'backend', 's2', 'pause');
    const page = await shown('frontend', 'shop');
    expect(page)
      .to.match(/^state +down$/m)
      .and.to.match(/^ {2}s1 +disabled +\d+\w+ +7 \(config 100\) +0 +0 .*disabled by the operator/m)
      .and.to.match(/^ {2}s2 +paused/m);
    expect(page).to.match(/^pool main$/m);
    expect(await shown('frontends')).to.match(/^shop .* down +- +equal +2 by operator/m);
    expect((await status()).backends.map(({ name }: { name: string }) => name)).to.include.members([
      's1',
      's2',
      's3',
    ]);
  });
});
