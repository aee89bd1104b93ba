import { expect } from 'chai';
import { Stage } from '../support/daemon-stage.js';
import type { Process } from '../support/process.js';

const config = (more: string) => `maglev:
  vpp: { lb: { ipv4-src-address: 198.51.100.1, ipv6-src-address: "2001:db8::1", sync-interval: 1h${more} } }
  backends: { a: { address: 10.0.0.1 }, b: { address: 10.0.0.2 }, c: { address: 10.0.0.3 }, d: { address: 10.0.0.4 } }
  frontends:
    web: { address: 192.0.2.1, protocol: tcp, port: 80, pools: [{ name: p, backends: { a: , b: , c: { weight: 50 } } }, { name: q, backends: { d: } }] }
    all: { address: 192.0.2.2, pools: [{ name: p, backends: { a: , d: { weight: 3 } } }] }
`;

interface Planned {
  readonly vips: readonly {
    readonly operations: readonly { readonly operation: string; readonly reason: string }[];
  }[];
}

interface Made {
  readonly operations: readonly { readonly operation: string; readonly reason: string }[];
}

describe('e2e: what is planned is what is done', function () {
  this.timeout(60_000);
  const stage = new Stage();
  let maglevd: Process;

  before(async () => {
    await stage.simulator();
    stage.write(config(''));
    maglevd = stage.daemon();
    await maglevd.record('vpp-lbsync-done');
  });
  after(() => stage.end());

  const texts = (operations: Made['operations']) =>
    operations
      // Where a decision waits for a full sync, that is in the record, and is no write.
      .filter(({ operation }) => !operation.startsWith('sync VIP'))
      .map(({ operation, reason }) => `${operation}: ${reason}`)
      .sort();

  /** The operations of a plan, and of all syncs that the change itself then leads to. */
  async function both(...words: readonly string[]): Promise<{ planned: string[]; made: string[] }> {
    const plan = await stage.ctl('--json', 'plan', ...words);
    expect(plan.stderr).to.equal('');
    const planned: Planned = JSON.parse(plan.stdout);
    const list = async () => {
      const { syncs } = JSON.parse((await stage.ctl('--json', 'show', 'vpp', 'syncs')).stdout);
      return syncs as readonly { readonly id: string }[];
    };
    const known = new Set((await list()).map(({ id }) => id));
    const from = maglevd.lines.length;
    const command = words[0] === 'reload' ? ['config', 'reload'] : words;
    expect((await stage.ctl(...command)).code).to.equal(0);
    if (planned.vips.length > 0) {
      await maglevd.record('vpp-lbsync-done', from);
      // A full sync after a change of one frontend ends when all is done.
      expect((await stage.ctl('sync', 'vpp', 'lbstate')).code).to.equal(0);
    }
    const made: string[] = [];
    for (const { id } of await list()) {
      if (known.has(id)) continue;
      const sync: Made = JSON.parse((await stage.ctl('--json', 'show', 'vpp', 'sync', id)).stdout);
      made.push(...texts(sync.operations));
    }
    return { planned: texts(planned.vips.flatMap(({ operations }) => operations)), made: made.sort() };
  }

  for (const words of [
    ['set', 'backend', 'b', 'disable'],
    ['set', 'backend', 'b', 'enable'],
    ['set', 'backend', 'a', 'pause'],
    // Its flows are cut, although its weight is 0 already.
    ['set', 'backend', 'a', 'disable'],
    ['set', 'backend', 'a', 'enable'],
    ['set', 'frontend', 'web', 'pool', 'p', 'backend', 'c', 'weight', '7', 'flush'],
  ]) {
    it(words.join(' '), async () => {
      const { planned, made } = await both(...words);
      expect(planned).to.not.deep.equal([]);
      expect(made).to.deep.equal(planned);
    });
  }

  it('a reload that makes all VIPs anew', async () => {
    stage.write(config(', new-flows-table-length: 4096, weight-mode: steps, weight-steps: 4'));
    const { planned, made } = await both('reload');
    expect(planned.filter((text) => text.startsWith('add VIP'))).to.have.length(2);
    expect(made).to.deep.equal(planned);
  });

  it('nothing, when all is as it should be; and a file that cannot be used is refused', async () => {
    const { stdout, code } = await stage.ctl('plan', 'sync');
    expect([code, stdout]).to.deep.equal([0, 'nothing to do: VPP would get no write']);
    stage.write('maglev: 7\n');
    const refused = await stage.ctl('plan', 'reload');
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.contain('MGL_CONFIG_PARSE');
  });

  it('what somebody changed by hand, and the buckets that it gives back', async () => {
    stage.write(config(', new-flows-table-length: 4096, weight-mode: steps, weight-steps: 4'));
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
  });
});
