import { expect } from 'chai';
import { parseHeapText } from '../../binapi/lb/heap-text.js';
import { VirtualClock } from '../../clock/virtual-clock.js';
import { OWN_BYTES } from '../../sim/lb/heap.js';
import { Vpp } from '../../sim/vpp.js';

const MIB = 2 ** 20;

describe("sim: VPP's main heap", () => {
  let vpp: Vpp;

  beforeEach(() => {
    vpp = new Vpp({
      clock: new VirtualClock(),
      personality: 'modern',
      pid: 1,
      heapBytes: 128 * MIB,
      onCrash: (crash) => {
        throw crash;
      },
    });
  });

  const run = (command: string): string => {
    const { retval, reply } = vpp.cli(command);
    expect(retval, reply).to.equal(0);
    return reply;
  };
  const usedMib = () => Math.round((vpp.lb.state.heap.used - OWN_BYTES) / MIB);

  it('is told in the words of VPP, which maglevd reads', () => {
    expect(run('show memory main-heap').split('\n').slice(-2)).to.deep.equal([
      '    total: 128.00M, used: 28.61M, free: 99.39M, trimmable: 99.39M',
      '',
    ]);
    expect(parseHeapText(run('show memory main-heap'))?.total).to.equal(128 * MIB);
    expect(run('show memory')).to.contain("size 128m, locked, unmap-on-destroy, name 'main heap'");
    expect(vpp.cli('show memory nonsense')).to.deep.include({ retval: -1 });
  });

  it('holds a table for each VIP, and goes on holding the last one of a VIP that is gone', () => {
    run('lb vip 192.0.2.1/32 encap gre4 new_len 1048576');
    run('lb as 192.0.2.1/32 10.0.0.1');
    expect(usedMib()).to.equal(4);
    for (let replaced = 1; replaced <= 3; replaced++) {
      run('lb vip 192.0.2.1/32 del');
      run('lb vip 192.0.2.1/32 encap gre4 new_len 1048576');
      expect(usedMib()).to.equal(4 + 4 * replaced);
    }
  });

  it('kills VPP when it has no room for the table that is built beside the old one', () => {
    for (let n = 1; n <= 24; n++) run(`lb vip 192.0.2.${n}/32 encap gre4 new_len 1048576`);
    expect(usedMib()).to.equal(96);
    expect(() => vpp.cli('lb as 192.0.2.1/32 10.0.0.1')).to.throw('table-too-big');
  });
});
