import { expect } from 'chai';
import type { StickyTraffic } from '../../domain/sticky-forecast.js';
import { lbCounters } from '../support/rpc-health-samples.js';
import * as samples from '../support/rpc-samples.js';
import { CliSite } from './cli-site.js';

describe('maglevc show vpp lb counters: what VPP will not remember', () => {
  const { start, end, run, json } = new CliSite();
  afterEach(end);

  const counted = (recent: StickyTraffic) =>
    start({
      vpp: (message) => {
        if (message.type === 'get-lb-counters') message.reply.ok({ ...lbCounters(Date.now()), recent });
        if (message.type === 'get-memory') message.reply.ok({ total: 1, free: 1, contiguous: 1, threads: 3 });
        if (message.type === 'get-info') message.reply.ok(samples.vppInfo);
      },
    });

  it('is foretold, with the range and what it comes from, without a warning where it is little', async () => {
    await counted({ seconds: 300, next: 30_000, first: 3000, untracked: 0 });
    const { stdout } = await run('show vpp lb counters');
    expect(stdout).to.match(
      /^not-remembered +0\.00% of new flows \(0\.00% to 0\.\d\d%, by packets a flow\)$/m,
    );
    expect(stdout).to.match(/^untracked-packets +0\.00%$/m);
    expect(stdout).to.not.contain('warning');
  });

  it('is warned about from one in a hundred on, with the number of buckets that is enough', async () => {
    // Two workers of 65,536 buckets each, 1.5 flows in each.
    const first = Math.round((2 * 65_536 * 1.5 * 300) / 39.5);
    await counted({ seconds: 300, next: 0, first, untracked: Math.round(first * 0.05) });
    const { stdout } = await run('show vpp lb counters');
    expect(stdout).to.match(/^not-remembered +[45]\.\d\d% of new flows/m);
    expect(stdout).to.match(
      /^warning +VPP forgets too many flows: sticky-buckets-per-core 262144 brings it below 0\.1%, but to change it makes VPP forget every flow$/m,
    );
    expect(await json('show vpp lb counters')).to.have.nested.property('forecast.enough', 262_144);
  });
});
