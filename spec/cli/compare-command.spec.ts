import { expect } from 'chai';
import { block, runCli } from '../support/cli-run.js';
import { type Fixture, startFixture } from '../support/rpc-fixture.js';
import * as samples from '../support/rpc-samples.js';
import { siteCallees } from '../support/rpc-site.js';

describe('maglevc compare', () => {
  const fixtures: Fixture[] = [];
  afterEach(async () => {
    for (const fixture of fixtures.splice(0)) await fixture.stop();
  });

  /** A maglevd with the VPP of the samples, changed. */
  async function address(change: (state: typeof samples.lbState) => typeof samples.lbState): Promise<string> {
    const fixture = await startFixture({
      ...siteCallees(),
      vpp: (message) => message.type === 'get-lb-state' && message.reply.ok(change(samples.lbState)),
    });
    fixtures.push(fixture);
    return fixture.server.address;
  }

  it('exits 0 when two send flows to the same servers, whatever their sources', async () => {
    const one = await address((state) => state);
    const two = await address((state) => ({ ...state, vips: [...state.vips].reverse() }));
    const { code, stdout } = await runCli(['--server', one, 'compare', two]);
    expect([code, stdout]).to.deep.equal([0, 'equal: digest ac326b90be32ec08\n']);
    expect(await runCli(['compare', one, two])).to.include({ code: 0, stdout });
  });

  it('exits 1, names what differs, and tells what it would cost', async () => {
    const one = await address((state) => state);
    const two = await address((state) => ({ ...state, vips: state.vips.slice(1) }));
    const { code, stdout, stderr } = await runCli(['--server', one, 'compare', two]);
    expect(code).to.equal(1);
    expect(stdout).to.equal(
      block(`
        vip 192.0.2.1/32,tcp,443
          the second lacks it
          every flow would be lost on one of them, about 5,000 of the first
      `),
    );
    expect(stderr).to.match(/1 VIP differs: digests \w{16} and \w{16}[\s\S]*\[MGL_VPPS_DIFFER\]/);
  });

  it('refuses what is no address, and says who cannot be reached', async () => {
    expect(await runCli(['compare', 'no:address:at:all'])).to.include({ code: 2, stdout: '' });
    const one = await address((state) => state);
    expect(await runCli(['--server', one, 'compare', 'unix:/nowhere/at/all'])).to.include({ code: 5 });
  });
});
