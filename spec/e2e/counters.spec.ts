import { expect } from 'chai';
import { realClock } from '../../clock/real-clock.js';
import { createMaglevClient, type MaglevClient } from '../../rpc/client.js';
import { Stage } from '../support/daemon-stage.js';
import { eventually } from '../support/eventually.js';
import type { Process } from '../support/process.js';

const config = (...frontends: string[]) => `maglev:
  vpp:
    lb:
      ipv4-src-address: 198.51.100.1
      ipv6-src-address: 2001:db8::1
      sync-interval: 2s
      stats-interval: 100ms
  backends: { a: { address: 10.0.0.1 }, b: { address: 10.0.0.2 }, six: { address: "2001:db8:a::6" } }
  frontends:
${frontends.join('\n')}
`;
const web =
  '    web: { address: 192.0.2.1, protocol: tcp, port: 80, pools: [{ name: p, backends: { a: } }] }';
const both =
  '    web: { address: 192.0.2.1, protocol: tcp, port: 80, pools: [{ name: p, backends: { a: , b: } }] }';
const six = '    six: { address: "2001:db8::80", pools: [{ name: p, backends: { six: } }] }';

describe("e2e: VPP's counters, by its stats segment, maglevd and gRPC", function () {
  this.timeout(60_000);
  let stage: Stage;
  let vpp: Process;
  let maglevd: Process;
  let client: MaglevClient;

  const startVpp = async () => {
    vpp = await stage.simulator('--workers', '2', '--stats-interval', '100ms');
  };
  const startDaemon = async (...flags: string[]) => {
    stage.write(config(web, six));
    maglevd = stage.daemon(...flags);
    await maglevd.record('vpp-lbsync-done');
    const address = { kind: 'unix', path: stage.grpc.replace('unix:', '') } as const;
    client = createMaglevClient({ address, timeoutMs: 5000, clock: realClock });
  };
  beforeEach(() => {
    stage = new Stage();
  });
  afterEach(async () => {
    client.close();
    await stage.end();
  });

  /** `next first received | server packets, ...` by prefix. */
  const counted = async () => {
    const { vips } = await client.getLbCounters();
    return Object.fromEntries(
      vips.map(({ prefix, next, first, packets, applicationServers }) => {
        const servers = applicationServers.map((one) => `${one.address} ${one.packets}`);
        return [prefix, `${next} ${first} ${packets} | ${servers.join(', ')}`];
      }),
    );
  };
  const show = (expected: Record<string, string>) =>
    eventually(async () => expect(await counted()).to.deep.equal(expected));
  const send = (to: string, flows: number, packets: number) =>
    stage.type(`set maglev-vppsim traffic ${to} flows ${flows} packets ${packets} bytes 100`);
  const reload = async (...frontends: string[]) => {
    stage.write(config(...frontends));
    await client.reloadConfig();
  };
  const bootTime = async () => Number((await client.getVppInfo()).boottimeNs ?? 0);

  it('follow traffic, the config, changes by hand and restarts of VPP', async () => {
    await startVpp();
    await startDaemon();
    await show({ '192.0.2.1/32': '0 0 0 | 10.0.0.1 0', '2001:db8::80/128': '0 0 0 | 2001:db8:a::6 0' });

    await send('192.0.2.1 port 80', 50, 4);
    await send('2001:db8::80', 7, 1);
    const six7 = { '2001:db8::80/128': '0 7 7 | 2001:db8:a::6 7' };
    await show({ '192.0.2.1/32': '150 50 200 | 10.0.0.1 200', ...six7 });
    const { vips } = await client.getLbCounters();
    expect(vips[0], 'GRE adds 24 bytes').to.have.nested.property('applicationServers[0].bytes', 24_800n);
    expect(vips[0]).to.include({ bytes: 20_000n, noServer: 0n, untracked: 0n });

    await reload(both);
    await show({ '192.0.2.1/32': '150 50 200 | 10.0.0.1 200, 10.0.0.2 0' });

    // It comes back in another place of VPP's pool. Its route is another one, too; that of the server is still there.
    await stage.type('lb vip 192.0.2.1/32 protocol tcp port 80 del');
    await show({ '192.0.2.1/32': '0 0 0 | 10.0.0.1 200, 10.0.0.2 0' });

    const before = await bootTime();
    expect(before).to.be.above(0);
    await vpp.end('SIGKILL');
    await startVpp();
    await show({ '192.0.2.1/32': '0 0 0 | 10.0.0.1 0, 10.0.0.2 0' });
    await eventually(async () => expect(await bootTime()).to.be.above(before));
  });

  it('are lost with a VPP that hangs, and API and stats segment are made anew together', async () => {
    await startVpp();
    await startDaemon();
    const fresh = { '192.0.2.1/32': '0 0 0 | 10.0.0.1 0', '2001:db8::80/128': '0 0 0 | 2001:db8:a::6 0' };
    await show(fresh);
    let from = 0;
    for (; ; from = maglevd.lines.length) {
      vpp.signal('SIGSTOP');
      const told = () => [
        ...maglevd.records('vpp-lb-stats-error', from),
        ...maglevd.records('vpp-disconnect', from),
      ];
      await maglevd.until(() => told().length > 0, 'word of a VPP that hangs');
      vpp.signal('SIGCONT');
      const code = told()[0]?.['code'];
      if (code === 'MGL_STATS_STALE') break;
      // It was just asking VPP something, and hears late; or not at all, and the connection ends for that.
      expect(code).to.equal('MGL_VPP_TIMEOUT');
      await show(fresh);
    }
    expect(await maglevd.record('vpp-disconnect', from)).to.include({ code: 'MGL_STATS_STALE' });
    const again = await maglevd.position('vpp-connect', await maglevd.position('vpp-disconnect', from));
    expect(await maglevd.record('vpp-lbsync-done', again)).to.include({ vipAdded: 0, asAdded: 0 });
    await send('192.0.2.1 port 80', 5, 1);
    await show({ ...fresh, '192.0.2.1/32': '0 5 5 | 10.0.0.1 5' });
  });

  it('are all that is missing where VPP has no stats socket, and say why', async () => {
    await startVpp();
    const nowhere = `${stage.folder}/no.sock`;
    await startDaemon('--vpp-stats-addr', nowhere);
    expect(await stage.vips()).to.have.length(2);
    const shown = await stage.ctl('show', 'vpp', 'lb', 'counters');
    expect(shown.code).to.equal(5);
    expect(shown.stderr)
      .to.include(nowhere)
      .and.match(/MGL_STATS_CONNECT/);
    expect(maglevd.records('vpp-lb-stats-error')).to.have.length(1);
    expect(maglevd.records('vpp-disconnect')).to.deep.equal([]);
  });

  it('are not read when maglevd is told so', async () => {
    await startVpp();
    await startDaemon('--vpp-stats-addr=');
    const shown = await stage.ctl('show', 'vpp', 'lb', 'counters');
    expect(shown.code).to.equal(5);
    expect(shown.stderr).to.match(/MGL_STATS_DISABLED/);
    expect(await stage.vips()).to.have.length(2);
  });
});
