import { expect } from 'chai';
import { Stage } from '../support/daemon-stage.js';
import type { Process } from '../support/process.js';

function configOf(vips: number, tableLength: number, stickyBuckets = 65536): string {
  const lb = [
    'ipv4-src-address: 198.51.100.1',
    'ipv6-src-address: "2001:db8::1"',
    `new-flows-table-length: ${tableLength}`,
    `sticky-buckets-per-core: ${stickyBuckets}`,
  ];
  const frontends = Array.from({ length: vips }, (_, i) => {
    const pool = '{ name: p, backends: { s: { weight: 1 } } }';
    return `    f${i}: { address: 192.0.2.${i + 1}, protocol: tcp, port: 80, pools: [${pool}] }`;
  });
  return `maglev:
  vpp: { lb: { ${lb.join(', ')} } }
  backends: { s: { address: 10.0.0.1 } }
  frontends:
${frontends.join('\n')}
`;
}

describe("e2e: VPP's memory", function () {
  this.timeout(60_000);
  let stage: Stage;
  let maglevd: Process;

  beforeEach(() => {
    stage = new Stage();
  });
  afterEach(() => stage.end());

  async function begin(config: string, ...simulatorArgs: string[]): Promise<Process> {
    stage.write(config);
    const simulator = await stage.simulator(...simulatorArgs);
    simulator.ended.catch(() => {});
    maglevd = stage.daemon();
    await maglevd.record('vpp-lbsync-done');
    return simulator;
  }

  /** The lengths of the tables that VPP has, each once. */
  async function lengths(): Promise<number[]> {
    const { vips } = await stage.state();
    return [...new Set(vips.map(({ tableLength }) => tableLength.value))];
  }

  it('has room for as many VIPs as fit, and tells of the others', async () => {
    const simulator = await begin(configOf(130, 2 ** 20), '--main-heap-size', '512M');
    const served = (await stage.vips()).length;
    // 452 of 512 MiB are left to give, 4 MiB a VIP.
    expect(served).to.be.within(105, 115);
    const refusals = maglevd.records('vpp-memory-refused');
    expect(refusals.length).to.equal(130 - served);
    expect(refusals[0]).to.deep.include({ level: 'error', code: 'MGL_VPP_MEMORY' });
    expect(maglevd.records('vpp-disconnect')).to.deep.equal([]);

    const sync = await stage.ctl('sync', 'vpp', 'lbstate');
    expect(sync.code).to.equal(1);
    expect(sync.stdout + sync.stderr).to.match(/192\.0\.2\.130\/32.*MGL_VPP_MEMORY/);
    expect((await stage.vips()).length, 'nothing is pushed on').to.equal(served);
    expect((await stage.type('show memory main-heap')).trim()).to.match(/size 512m/);
    const checked = await stage.ctl('config', 'check');
    expect(checked.stdout + checked.stderr).to.match(/the main heap of this VPP, 512 MiB/);
    await simulator.end();
  });

  it('keeps VIPs as they are when reloads change their table length until the heap is used up', async () => {
    // 98 MiB are left to give, of which the VIPs take 25 or 50, and again with every change.
    const long = configOf(25, 2 ** 19);
    const short = configOf(25, 2 ** 18);
    const simulator = await begin(short, '--main-heap-size', '128M');
    for (const config of [long, short, long]) {
      stage.write(config);
      const from = maglevd.lines.length;
      const reload = await stage.ctl('config', 'reload');
      expect(reload.code, reload.stdout + reload.stderr).to.equal(0);
      await maglevd.record('vpp-lbsync-done', from);
      expect((await stage.vips()).length).to.equal(25);
    }
    expect(maglevd.records('vpp-memory-refused')).not.to.deep.equal([]);
    expect(maglevd.records('vpp-disconnect')).to.deep.equal([]);
    expect((await lengths()).length, 'some could not be changed any more').to.be.above(1);
    await simulator.end();
  });

  it('does not set flow tables that the threads could not all make, and governs all the same', async () => {
    const config = configOf(1, 1024, 2 ** 22);
    const simulator = await begin(config, '--workers', '4');
    expect(maglevd.records('vpp-lb-conf-failed')[0]).to.deep.include({
      level: 'error',
      code: 'MGL_VPP_MEMORY',
    });
    expect(await stage.vips()).to.deep.equal(['192.0.2.1/32 tcp 80 gre4: 10.0.0.1=1']);
    const { conf } = await stage.state();
    expect(conf).to.deep.include({ ipv4Source: '198.51.100.1', stickyBucketsPerCore: 1024 });
    await stage.type('set maglev-vppsim traffic 192.0.2.1 port 80 flows 64');
    expect((await stage.vips()).length, 'it lives').to.equal(1);
    await simulator.end();
  });
});
