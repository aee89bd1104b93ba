import { expect } from 'chai';
import { describeRetval, retvalName } from '../../binapi/retval.js';

describe('binapi/retval', () => {
  it('knows all 143 codes of VPP, each by its own name', () => {
    const names = Array.from({ length: 1000 }, (_, n) => retvalName(-n)).filter((name) => name !== null);
    expect(names).to.have.length(143);
    expect(new Set(names).size).to.equal(143);
    expect(retvalName(-81)).to.equal('VALUE_EXIST');
    expect(retvalName(-165)).to.equal('EAGAIN');
    expect(retvalName(-22)).to.equal(null);
  });

  it('says what a code means to the lb plugin, and only for its messages', () => {
    expect(describeRetval(-6, 'lb_as_set_weight')).to.equal(
      '-6 NO_SUCH_ENTRY: the VIP or the server does not exist',
    );
    expect(describeRetval(-6, 'ip_route_lookup')).to.equal('-6 NO_SUCH_ENTRY');
    expect(describeRetval(-999, 'lb_conf')).to.equal('-999 not a code that VPP defines');
  });
});
