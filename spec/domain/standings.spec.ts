import { expect } from 'chai';
import { MaglevError } from '../../domain/errors.js';
import type { VipState } from '../../domain/lb.js';
import { type StandingNews, standingsOf, type VipStanding, VipStandings } from '../../domain/standings.js';
import { desiredAs, desiredVip } from '../support/domain-samples.js';

const web = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1')], { frontend: 'web' });
const other = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1', 50)], { frontend: 'web' });
const { key, encap, tableLength, ases } = web;
const found: VipState = {
  key,
  encap,
  tableLength: { value: tableLength, exact: true },
  srcIpSticky: false,
  ases: ases.map(({ address, weight }) => ({ address, weight, buckets: 1024 })),
};
const equal: VipStanding = { desired: web, found, buckets: true, verdict: 'equal', failures: [], why: '' };
const error = new MaglevError('MGL_VPP_RETVAL', 'VPP answered -73');
const failures = [{ operation: { op: 'vip-sync', key, reason: '' } as const, error }];

describe('domain/standings: how VIPs stand', () => {
  const of = (...told: readonly StandingNews[]) => {
    const standings = new VipStandings();
    for (const news of told) standings.hear(news);
    return standings;
  };

  it('is not known before anybody told of it', () => {
    expect(new VipStandings().of(web)).to.include({ verdict: 'unread', found: undefined });
  });

  it('is equal only to what it was compared with', () => {
    const standings = of({ type: 'stands', standing: equal });
    expect(standings.of(web)).to.include({ verdict: 'equal', found });
    expect(standings.of({ ...web })).to.include({ verdict: 'equal' });
    expect(standings.of(other)).to.include({ verdict: 'pending', found });
  });

  it('is not called equal where VPP does not tell all of it', () => {
    const standing = { ...equal, found: { ...found, srcIpSticky: null } };
    expect(of({ type: 'stands', standing }).of(web)).to.include({ verdict: 'unverified' });
  });

  it('differs by what failed before anybody was asked, until it is heard of again', () => {
    const standings = of({ type: 'stands', standing: equal });
    standings.hear({ type: 'failed', failures });
    expect(standings.of(web)).to.deep.include({ verdict: 'differs', failures });
    standings.hear({ type: 'stands', standing: equal });
    expect(standings.of(web)).to.include({ verdict: 'equal' });
  });

  it('is out of reach without a VPP that is governed, for the reason that is known', () => {
    const vips = [web, other];
    const gone = { state: 'disconnected', since: 0, error } as const;
    expect(standingsOf(gone, null, vips).frontends.map(({ verdict, why }) => [verdict, why])).to.deep.equal([
      ['unreachable', error.message],
      ['unreachable', error.message],
    ]);
    const told = of({ type: 'stands', standing: equal }, { type: 'conf-stands', failure: error });
    const paused = { state: 'paused', since: 0, until: 1, error } as const;
    expect(standingsOf(paused, told, vips)).to.have.nested.property('frontends[0].verdict', 'unreachable');
    const connected = standingsOf({ state: 'connected', since: 0 }, told, vips);
    expect(connected.conf).to.equal(error);
    expect(connected.frontends.map(({ verdict }) => verdict)).to.deep.equal(['equal', 'pending']);
  });
});
