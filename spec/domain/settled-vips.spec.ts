import { expect } from 'chai';
import { MaglevError } from '../../domain/errors.js';
import { type AsState, type VipState, vipId } from '../../domain/lb.js';
import { SettledVips } from '../../domain/settled-vips.js';
import { StandingDecision } from '../../domain/standing-decision.js';
import type { VipStanding } from '../../domain/standings.js';
import { desiredAs, desiredVip, ip, sampleLbConf } from '../support/domain-samples.js';

const desired = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1'), desiredAs('10.0.0.2')]);
const servers: readonly AsState[] = ['10.0.0.1', '10.0.0.2'].map((text) => {
  return { address: ip(text), weight: 100, buckets: 512 };
});
const found: VipState = {
  key: desired.key,
  encap: 'gre4',
  tableLength: { value: 1024, exact: true },
  srcIpSticky: false,
  ases: servers,
};
const equal: VipStanding = { desired, found, buckets: true, verdict: 'equal', failures: [], why: '' };

describe('domain/settled-vips', () => {
  const settled = (standing: VipStanding = equal) => {
    const vips = new SettledVips();
    vips.read(sampleLbConf);
    vips.hear({ type: 'stands', standing });
    return vips;
  };

  it('are those that were read equal, as long as the read and the wish are the same', () => {
    const again = { ...found, ases: servers.map((server) => ({ ...server })) };
    expect(settled().has(desired, again)).to.equal(true);
    expect(settled().has({ ...desired }, found)).to.equal(false);
    const [first, second] = servers;
    if (first === undefined || second === undefined) throw new Error('two servers are needed');
    const others: VipState[] = [
      { ...found, encap: 'gre6' },
      { ...found, srcIpSticky: null },
      { ...found, tableLength: { value: 1024, exact: false } },
      { ...found, tableLength: { value: 2048, exact: true } },
      { ...found, key: { ...found.key, port: 81 } },
      { ...found, ases: [first] },
      { ...found, ases: [second, first] },
      { ...found, ases: [first, { ...second, weight: 99 }] },
      { ...found, ases: [first, { ...second, buckets: 511 }] },
    ];
    for (const other of others) expect(settled().has(desired, other), JSON.stringify(other)).to.equal(false);
  });

  it('are not those that differ, were written since they were read, or are gone', () => {
    for (const change of [
      { verdict: 'differs' },
      { verdict: 'unread' },
      { buckets: false },
      { found: null },
      { found: undefined },
    ] as const) {
      const vips = settled();
      vips.hear({ type: 'stands', standing: { ...equal, ...change } });
      expect(vips.has(desired, found), JSON.stringify(change)).to.equal(false);
    }
  });

  it('are known as a whole, as long as nothing happened, and the decision and the read are the very same', () => {
    const standing = new StandingDecision({
      conf: sampleLbConf,
      syncInterval: 30_000,
      statsInterval: 5000,
      vips: [desired],
    });
    const read = [found];
    const whole = () => {
      const vips = settled();
      expect(vips.hasAll(standing, read), 'nobody has looked').to.equal(false);
      vips.allAre();
      expect(vips.hasAll(standing, read)).to.equal(true);
      expect(vips.hasAll(standing, read), 'again').to.equal(true);
      return vips;
    };
    expect(whole().hasAll(standing, [found]), 'another read').to.equal(false);
    const again = standing.withVip({ ...desired });
    expect(again !== null && whole().hasAll(again, read), 'another wish').to.equal(false);
    const operation = { op: 'vip-sync', key: desired.key, reason: 'a reason' } as const;
    const error = new MaglevError('MGL_VPP_SYNC', 'refused');
    let flowTimeout = sampleLbConf.flowTimeout;
    const happens: Record<string, (vips: SettledVips) => void> = {
      'its reconciler says something': (vips) => vips.hear({ type: 'stands', standing: equal }),
      'it failed': (vips) => vips.hear({ type: 'failed', failures: [{ operation, error }] }),
      'something is wanted': (vips) => vips.forget(vipId(desired.key)),
      'a reconciler was restarted': (vips) => vips.forgetAll(),
      'VPP has other settings': (vips) => vips.read({ ...sampleLbConf, flowTimeout: ++flowTimeout }),
    };
    for (const [what, happen] of Object.entries(happens)) {
      const vips = whole();
      happen(vips);
      expect(vips.hasAll(standing, read), what).to.equal(false);
      happen(vips);
      vips.allAre();
      expect(vips.hasAll(standing, read), `${what}, while it was looked at`).to.equal(false);
    }
    const vips = whole();
    vips.read({ ...sampleLbConf });
    vips.hear({ type: 'compared' });
    expect(vips.hasAll(standing, read), 'nothing happened').to.equal(true);
  });

  it('are none when something failed before it was begun, or when the settings of VPP are others', () => {
    const vips = settled();
    vips.read({ ...sampleLbConf });
    expect(vips.has(desired, found)).to.equal(true);
    vips.read({ ...sampleLbConf, flowTimeout: 41 });
    expect(vips.has(desired, found)).to.equal(false);
    const { key } = desired;
    const operation = { op: 'vip-sync', key, reason: 'a reason' } as const;
    const failed = settled();
    const error = new MaglevError('MGL_VPP_SYNC', 'refused');
    failed.hear({ type: 'failed', failures: [{ operation, error }] });
    expect(failed.has(desired, found)).to.equal(false);
  });
});
