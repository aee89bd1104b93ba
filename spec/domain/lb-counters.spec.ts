import { expect } from 'chai';
import { vipId } from '../../domain/lb.js';
import { haveMoved, type LbIndexes, segmentAfter } from '../../domain/lb-counters.js';
import { vipKey } from '../support/domain-samples.js';

const [web, dns] = [vipKey('192.0.2.1/32'), vipKey('192.0.2.2/32')];
const known: LbIndexes = new Map(
  [web, dns].map((key, index) => [vipId(key), { key, index, routeIndex: null, servers: new Map() }]),
);

describe('domain/lb-counters', () => {
  it("knows counters for somebody else's when a VIP has come, gone or moved", () => {
    const places = (...at: readonly (readonly [typeof web, number])[]) =>
      new Map(at.map(([key, index]) => [vipId(key), index]));
    expect(haveMoved(known, places([dns, 1], [web, 0]))).to.equal(false);
    expect(haveMoved(known, places([web, 0]))).to.equal(true);
    expect(haveMoved(known, places([web, 0], [dns, 2]))).to.equal(true);
    expect(haveMoved(known, places([web, 0], [dns, 1], [vipKey('192.0.2.3/32'), 2]))).to.equal(true);
  });

  it('takes a failed reading for a fault of the segment only where it is one', () => {
    expect(segmentAfter('MGL_STATS_BUSY')).to.equal('good');
    expect(segmentAfter('MGL_VPP_TIMEOUT')).to.equal('good');
    expect(segmentAfter('MGL_STATS_STALE')).to.equal('lost');
    expect(segmentAfter('MGL_INTERNAL')).to.equal('doubtful');
  });
});
