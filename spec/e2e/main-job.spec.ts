import { expect } from 'chai';
import { liveVpp, Stage } from '../support/daemon-stage.js';
import { compiled, type Process } from '../support/process.js';

const vpp = (interval: string) => `
  vpp: { lb: { ipv4-src-address: 198.51.100.1, ipv6-src-address: "2001:db8::1", sync-interval: ${interval} } }`;
const backends = `
  backends:
    a: { address: 10.0.0.1 }
    b: { address: 10.0.0.2 }
    c: { address: 10.0.0.3, enabled: false }
    six: { address: "2001:db8:a::6" }`;
const web = `
    web:
      address: 192.0.2.1
      protocol: tcp
      port: 80
      pools: [{ name: main, backends: { a: {}, b: { weight: 50 } } }, { name: spare, backends: { c: {} } }]`;
const dns = `
    dns: { address: 192.0.2.2, pools: [{ name: main, backends: { b: {} } }] }`;
const web6 = `
    web6: { address: "2001:db8::80", protocol: tcp, port: 443, src-ip-sticky: true, pools: [{ name: p, backends: { six: {} } }] }`;
const config = (...frontends: string[]) =>
  `maglev:${vpp('500ms')}${backends}\n  frontends:${frontends.join('')}\n`;

const webVip = '192.0.2.1/32 tcp 80 gre4: 10.0.0.1=100 10.0.0.2=50 10.0.0.3=0';
const dnsVip = '192.0.2.2/32 any 0 gre4: 10.0.0.2=100';
const web6Vip = '2001:db8::80/128 tcp 443 gre6: 2001:db8:a::6=100';

/** The names of the messages that change VPP, as maglevd's log shows them sent from line `from` on. */
function writes(maglevd: Process, from: number): string[] {
  const reads = [
    'lb_conf_get',
    'control_ping',
    'show_version',
    'cli_inband',
    'ip_route_lookup',
    'sockclnt_create',
    'sockclnt_delete',
  ];
  return maglevd
    .records('vpp-api-send', from)
    .map((record) => String(record['message']))
    .filter((message) => !reads.includes(message));
}

describe(`e2e: maglevd and ${liveVpp === '' ? 'the simulator' : `VPP at ${liveVpp}`} as real processes`, function () {
  this.timeout(60_000);
  // Not of a bundle, wherever other specs take the programs from.
  const stage = new Stage(liveVpp, compiled);
  let maglevd: Process;
  /** Waits for the next full sync that begins from now on. */
  const nextSync = async () => {
    const begin = await maglevd.position('vpp-lbsync-start', maglevd.lines.length);
    return maglevd.record('vpp-lbsync-done', begin);
  };

  before(async () => {
    if (liveVpp === '') await stage.simulator();
    stage.write(config(web, dns));
    maglevd = stage.daemon('--log-level', 'debug');
    await maglevd.record('vpp-lbsync-done');
  });
  after(() => stage.end());

  it('brings an empty VPP to what the config wants', async () => {
    expect(maglevd.lines[0]).to.match(/"msg":"starting"/);
    expect(await stage.vips()).to.deep.equal([webVip, dnsVip]);
    const { conf } = await stage.state();
    expect(conf).to.deep.equal({
      ipv4Source: '198.51.100.1',
      ipv6Source: '2001:db8::1',
      stickyBucketsPerCore: 65536,
      flowTimeout: 40,
    });
  });

  it('sends no write at all in a second pass', async () => {
    const from = maglevd.lines.length;
    const done = await nextSync();
    expect(done).to.include({
      scope: 'all',
      vipAdded: 0,
      vipRemoved: 0,
      asAdded: 0,
      asRemoved: 0,
      asWeightUpdated: 0,
    });
    expect(maglevd.records('vpp-api-send', from).length, 'it did read').to.be.above(0);
    expect(writes(maglevd, from)).to.deep.equal([]);
  });

  it('repairs by the next tick what was changed by hand', async () => {
    const from = maglevd.lines.length;
    await stage.type('lb vip 192.0.2.77/32 protocol udp port 53 encap gre4');
    await stage.type('lb as 192.0.2.1/32 protocol tcp port 80 10.0.0.1 del');
    await stage.type('lb as 192.0.2.2/32 10.0.0.2 weight 7');
    await nextSync();
    await nextSync();
    expect(await stage.vips()).to.deep.equal([webVip, dnsVip]);
    const changes = ['vip-del', 'as-add', 'as-weight'].map(
      (op) => maglevd.records(`vpp-lbsync-${op}`, from).length,
    );
    expect(changes).to.deep.equal([1, 1, 1]);
  });

  it('follows the config at SIGHUP: one frontend removed, one added', async () => {
    const from = maglevd.lines.length;
    stage.write(config(web, web6));
    maglevd.signal('SIGHUP');
    expect(await maglevd.record('config-reload-done', from)).to.include({ ok: true });
    await maglevd.record('vpp-lbsync-done', from, ({ vipRemoved }) => vipRemoved === 1);
    expect(await stage.vips()).to.deep.equal([webVip, web6Vip]);
    const { vips } = await stage.state();
    expect(vips.map(({ srcIpSticky }) => srcIpSticky).sort()).to.deep.equal([false, true]);
  });

  it('refuses an invalid file, says where it is wrong, and goes on with the old config', async () => {
    const from = maglevd.lines.length;
    stage.write(config(web).replace('weight: 50', 'weight: 500'));
    maglevd.signal('SIGHUP');
    const refused = await maglevd.record('config-check-failed', from);
    expect(refused['path']).to.match(/weight$/);
    expect(await maglevd.record('config-reload-done', from)).to.include({ ok: false });
    const checked = await stage.ctl('config', 'check');
    expect(checked.code).to.equal(1);
    expect(`${checked.stdout}${checked.stderr}`).to.match(/maglev\.yaml:\d+:\d+ .*weight/);
    await nextSync();
    expect(await stage.vips()).to.deep.equal([webVip, web6Vip]);
    expect(writes(maglevd, from)).to.deep.equal([]);
  });

  it('shows the operator what VPP has, and syncs when told to', async () => {
    const shown = await stage.ctl('show', 'vpp', 'lbstate');
    expect(shown.code, shown.stderr).to.equal(0);
    expect(shown.stdout).to.match(/address 10\.0\.0\.2 weight 50 flow-table-buckets \d+/);
    expect(shown.stdout).to.match(/address 2001:db8:a::6 weight 100 flow-table-buckets 1024/);
    expect((await stage.ctl('sync', 'vpp', 'lbstate', 'web')).code).to.equal(0);
    const unknown = await stage.ctl('sync', 'vpp', 'lbstate', 'nothing');
    expect(unknown.code).to.equal(3);
    expect(unknown.stderr).to.match(/"nothing" is not in the config/);
    const info = await stage.ctl('--json', 'show', 'vpp', 'info');
    expect(JSON.parse(info.stdout)).to.have.property('version').that.is.a('string').and.not.empty;
  });

  it('ends at SIGTERM with 0, and leaves VPP as it is', async () => {
    expect(await maglevd.end('SIGTERM')).to.deep.equal({ code: 0, signal: null });
    expect(await stage.vips()).to.deep.equal([webVip, web6Vip]);
  });

  it('finds VPP equal when it is started again, and writes nothing', async () => {
    stage.write(config(web, web6));
    maglevd = stage.daemon('--log-level', 'debug');
    await maglevd.record('vpp-lbsync-done');
    expect(writes(maglevd, 0)).to.deep.equal([]);
  });
});
