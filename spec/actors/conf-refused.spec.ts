import { expect } from 'chai';
import { MaglevError } from '../../domain/errors.js';
import { vipId } from '../../domain/lb.js';
import type { VppRequest } from '../../protocol/vpp.js';
import { desiredAs, desiredVip, ip, sampleDecision, sampleLbConf } from '../support/domain-samples.js';
import { pristineConf } from '../support/fake-vpp.js';
import { answering } from '../support/tree.js';
import { SessionStage } from './session-stage.js';

const gre4 = desiredVip('192.0.2.1/32', [desiredAs('10.0.0.1')], { frontend: 'web' });
const gre6 = desiredVip('192.0.2.2/32', [desiredAs('2001:db8::5')], { frontend: 'six', encap: 'gre6' });

describe('a VPP that refuses its global settings', () => {
  const stage = new SessionStage();
  const { begin, end, start } = stage;
  let refuses: boolean;
  const decision = sampleDecision([gre4, gre6]);
  const serves = () => [gre4, gre6].filter(({ key }) => stage.vpp.vips.has(vipId(key)));

  beforeEach(() => {
    begin();
    refuses = true;
    stage.link = answering('link', (request: VppRequest) => {
      if (refuses && request.type === 'write-conf')
        request.reply.fail(new MaglevError('MGL_VPP_RETVAL', 'VPP answered -70'));
      else stage.vpp.answer(request);
    });
  });
  afterEach(end);

  it('gets no VIP as long as it would send packets on from a source that no server accepts', async () => {
    await start(decision);
    await stage.tree.clock.advance(120_000);
    expect(serves()).to.deep.equal([]);
    expect(stage.tree.log.of('vpp-lbsync-vip-sync').map(({ fields }) => fields['error'])[0]).to.match(
      /source address/,
    );
    refuses = false;
    await stage.tree.clock.advance(60_000);
    expect(stage.vpp.conf).to.deep.equal(sampleLbConf);
    expect(serves()).to.have.length(2);
  });

  it('gets the VIPs whose source it has', async () => {
    stage.vpp.conf = { ...pristineConf, ipv4Source: ip('198.51.100.9') };
    await start(decision);
    expect(serves()).to.deep.equal([gre4]);
  });

  it('keeps the VIPs that it has', async () => {
    const { key, encap, tableLength, srcIpSticky } = gre4;
    stage.vpp.apply({ op: 'vip-add', key, encap, tableLength, srcIpSticky, reason: '' });
    await start(decision);
    await stage.tree.clock.advance(120_000);
    expect(stage.vpp.vips.get(vipId(key))?.servers).to.deep.equal(new Map([['10.0.0.1', 100]]));
  });
});
