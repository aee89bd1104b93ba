import { expect } from 'chai';
import {
  lbAddDelAsV2,
  lbAddDelAsV2Reply,
  lbAsSetWeight,
  lbAsV2Dump,
  lbConfGet,
  lbConfGetReply,
  lbModule,
} from '../../binapi/generated/lb.js';
import { failure } from '../support/rejection.js';
import { VPP_PID } from './fake-vpp.js';
import { LbStage } from './lb-stage.js';

describe('binapi/lb: connection', () => {
  const stage = new LbStage();
  const { begin, end, open } = stage;

  beforeEach(begin);
  afterEach(end);

  it('says who VPP is', async () => {
    const { info } = await open();
    expect(info).to.deep.equal({
      version: '26.10',
      buildDate: 'today',
      buildDirectory: '/src',
      pid: VPP_PID,
    });
  });

  it('refuses an older VPP, naming all that is missing and what to install, and says goodbye to it', async () => {
    stage.vpp.lacking = [
      lbConfGet,
      lbConfGetReply,
      lbAddDelAsV2,
      lbAddDelAsV2Reply,
      lbAsSetWeight,
      lbAsV2Dump,
    ];
    stage.vpp.otherCrc = new Map([['lb_vip_details', '0badc0de']]);
    const error = await failure(open());
    expect(error.code).to.equal('MGL_VPP_INCOMPATIBLE');
    expect(error.message).to.equal(
      'this VPP cannot be driven: it lacks lb_add_del_as_v2, lb_add_del_as_v2_reply, lb_as_set_weight, ' +
        'lb_conf_get, lb_conf_get_reply, lb_as_v2_dump; it has another form of lb_vip_details. ' +
        'The lb plugin of VPP 26.10 or newer is needed',
    );
    expect(stage.vpp.names()).to.deep.equal(['sockclnt_create', 'sockclnt_delete']);
  });

  it('refuses a VPP that has no lb plugin at all', async () => {
    stage.vpp.lacking = lbModule.messages;
    const error = await failure(open());
    expect(error.code).to.equal('MGL_VPP_INCOMPATIBLE');
    expect(error.message).to.contain('it lacks lb_conf, lb_conf_reply, lb_add_del_vip_v2,');
  });
});
