import { expect } from 'chai';
import { sessionActor } from '../../actors/vpp/session.js';
import { MaglevError } from '../../domain/errors.js';
import { type LbConf, vipId } from '../../domain/lb.js';
import { StandingDecision } from '../../domain/standing-decision.js';
import type { VppRequest } from '../../protocol/vpp.js';
import { desiredAs, desiredVip, ip } from '../support/domain-samples.js';
import { FakeVpp, pristineConf } from '../support/fake-vpp.js';
import { answering, Tree } from '../support/tree.js';

const conf: LbConf = {
  ipv4Source: ip('198.51.100.1'),
  ipv6Source: ip('2001:db8::1'),
  stickyBucketsPerCore: 65536,
  flowTimeout: 40,
};
const gre4 = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1')], { frontend: 'web' });
const gre6 = desiredVip('192.0.2.2/32', [desiredAs('2001:db8::5')], { frontend: 'six', encap: 'gre6' });

describe('a VPP that refuses its global settings', () => {
  let tree: Tree;
  let vpp: FakeVpp;
  let refuses: boolean;

  const begin = async () => {
    const link = answering('link', (request: VppRequest) => {
      if (refuses && request.type === 'write-conf')
        request.reply.fail(new MaglevError('MGL_VPP_RETVAL', 'VPP answered -70'));
      else vpp.answer(request);
    });
    const wanted = new StandingDecision({
      conf,
      syncInterval: 30_000,
      statsInterval: 5_000,
      vips: [gre4, gre6],
    });
    tree.start(sessionActor({ link, wanted, synced: () => {}, stats: null }));
    await tree.clock.settle();
  };
  const serves = () => [gre4, gre6].filter(({ key }) => vpp.vips.has(vipId(key)));

  beforeEach(() => {
    tree = new Tree();
    vpp = new FakeVpp();
    refuses = true;
  });
  afterEach(() => tree.end());

  it('gets no VIP as long as it would send packets on from a source that no server accepts', async () => {
    await begin();
    await tree.clock.advance(120_000);
    expect(serves()).to.deep.equal([]);
    expect(tree.log.of('vpp-lbsync-vip-sync').map(({ fields }) => fields['error'])[0]).to.match(
      /source address/,
    );
    refuses = false;
    await tree.clock.advance(60_000);
    expect(vpp.conf).to.deep.equal(conf);
    expect(serves()).to.have.length(2);
  });

  it('gets the VIPs whose source it has', async () => {
    vpp.conf = { ...pristineConf, ipv4Source: ip('198.51.100.9') };
    await begin();
    expect(serves()).to.deep.equal([gre4]);
  });

  it('keeps the VIPs that it has', async () => {
    const { key, encap, tableLength, srcIpSticky } = gre4;
    vpp.apply({ op: 'vip-add', key, encap, tableLength, srcIpSticky, reason: '' });
    await begin();
    await tree.clock.advance(120_000);
    expect(vpp.vips.get(vipId(key))?.servers).to.deep.equal(new Map([['10.0.0.1', 100]]));
  });
});
