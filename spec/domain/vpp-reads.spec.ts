import { expect } from 'chai';
import { VppReads } from '../../domain/vpp-reads.js';
import { lbState } from '../support/rpc-samples.js';

describe('domain/vpp-reads', () => {
  const read = (at: number) => ({ at, state: lbState });
  const kept = (reads: VppReads) => reads.list().map(({ at }) => at);

  it('keeps the last one, and those after which something was written', () => {
    const reads = new VppReads();
    reads.keep(read(1));
    reads.keep(read(2));
    reads.written();
    reads.keep(read(3));
    reads.keep(read(4));
    expect(kept(reads)).to.deep.equal([2, 4]);
  });

  it('keeps four at most, the newest', () => {
    const reads = new VppReads();
    for (let at = 1; at <= 7; at++) {
      reads.keep(read(at));
      reads.written();
    }
    expect(kept(reads)).to.deep.equal([4, 5, 6, 7]);
  });

  it('keeps fewer of a large VPP, but always the last one', () => {
    const [vip] = lbState.vips;
    if (vip === undefined) throw new Error('the sample has no VIP');
    const vips = Array.from({ length: 60_000 }, () => ({ ...vip, ases: [] }));
    const reads = new VppReads();
    for (let at = 1; at <= 3; at++) {
      reads.keep({ at, state: { ...lbState, vips } });
      reads.written();
    }
    expect(kept(reads)).to.deep.equal([3]);
  });
});
