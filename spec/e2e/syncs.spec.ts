import { expect } from 'chai';
import { Stage } from '../support/daemon-stage.js';
import type { Process } from '../support/process.js';

const config = (weight: number) => `maglev:
  vpp: { lb: { ipv4-src-address: 198.51.100.1, ipv6-src-address: "2001:db8::1", sync-interval: 1h } }
  backends: { a: { address: 10.0.0.1 }, b: { address: 10.0.0.2 } }
  frontends:
    web: { address: 192.0.2.1, protocol: tcp, port: 80, src-ip-sticky: true, pools: [{ name: p, backends: { a: , b: { weight: ${weight} } } }] }
`;

describe('e2e: what was changed in VPP, and what is not known of it', function () {
  this.timeout(60_000);
  const stage = new Stage();
  let maglevd: Process;

  before(async () => {
    // The text that tells what no message does is refused from the first word on.
    await stage.simulator('--fault', 'refuse:-1@cli_inband');
    stage.write(config(50));
    maglevd = stage.daemon();
    await maglevd.record('vpp-lbsync-done');
  });
  after(() => stage.end());

  it('is in the log, change by change, and can be asked for', async () => {
    const adds = maglevd.records('vpp-lbsync-as-add');
    expect(adds.map(({ level, address, weight }) => ({ level, address, weight }))).to.deep.equal([
      { level: 'info', address: '10.0.0.1', weight: 100 },
      { level: 'info', address: '10.0.0.2', weight: 50 },
    ]);
    const from = maglevd.lines.length;
    expect(
      (await stage.ctl('set', 'frontend', 'web', 'pool', 'p', 'backend', 'b', 'weight', '7')).code,
    ).to.equal(0);
    await maglevd.record('vpp-lbsync-done', from);
    const { stdout } = await stage.ctl('show', 'vpp', 'syncs');
    expect(stdout).to.match(/^1 +\S+ \(.*\) +tick +all +\S+ +1 VIP added, 2 servers added$/m);
    expect(stdout).to.match(/^2 +\S+ \(.*\) +decision +web +\S+ +1 weight changed$/m);
    const one = await stage.ctl('show', 'vpp', 'sync', '2');
    expect(one.stdout).to.contain(
      '  done 0 change weight of server 10.0.0.2 of 192.0.2.1/32,tcp,80 from 50 to 7: ',
    );
    const json = JSON.parse((await stage.ctl('--json', 'show', 'vpp', 'sync', '2')).stdout);
    expect(json.operations[0]).to.include({ outcome: 'done', retval: 0 });
    expect(await stage.ctl('show', 'vpp', 'sync', '99')).to.deep.include({ code: 3, stdout: '' });
    expect(await stage.ctl('show', 'vpp', 'sync', 'x')).to.deep.include({ code: 2, stdout: '' });
  });

  it('says that VPP does not tell whether a VIP is sticky, instead of calling it equal', async () => {
    const { stdout, code } = await stage.ctl('sync', 'vpp', 'lbstate');
    expect(code).to.equal(0);
    expect(stdout).to.match(/^nothing to change: VPP is equal to the decision in all that it tells$/m);
    expect(stdout).to.match(/^not known: .*a VIP is sticky by source address.*VPP refuses cli_inband/m);
    expect(maglevd.records('vpp-lbsync-unverified')).to.have.length(1);
    expect((await stage.ctl('show', 'vpp', 'syncs')).stdout).to.match(
      /^3 +.* asked +all +.* nothing to change$/m,
    );
  });
});
