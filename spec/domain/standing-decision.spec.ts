import { expect } from 'chai';
import fc from 'fast-check';
import { type DesiredVip, vipId } from '../../domain/lb.js';
import { StandingDecision } from '../../domain/standing-decision.js';
import { desiredVip, sampleDecision, vipKey } from '../support/domain-samples.js';

const COUNT = 300;
/** Two ports on each prefix. */
const vips: readonly DesiredVip[] = Array.from({ length: COUNT }, (_, i) => {
  const prefix = `192.0.${i >> 9}.${(i >> 1) & 255}/32`;
  return desiredVip(prefix, [], { frontend: `f${i}`, key: vipKey(prefix, 6, 80 + (i & 1)) });
});

describe('domain/standing-decision', () => {
  it('finds after any changes what was said last of each VIP, by every name, and leaves those before it as they were', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(COUNT - 1), fc.nat(1000)), { maxLength: 20 }), (changes) => {
        const first = new StandingDecision(sampleDecision(vips));
        const said = [...vips];
        let now = first;
        for (const [i, tableLength] of changes) {
          const vip = { ...(vips[i] as DesiredVip), tableLength };
          said[i] = vip;
          now = now.withVip(vip) ?? now;
        }
        expect(now.decision).to.deep.equal(sampleDecision(said));
        for (const vip of said) {
          expect(now.vip(vipId(vip.key))).to.equal(vip);
          expect(now.ofFrontend(vip.frontend)).to.equal(vip);
          expect(now.onPrefix(vip.key.prefix)).to.deep.equal(
            said.filter(({ key }) => key.prefix === vip.key.prefix),
          );
        }
        expect(first.decision).to.deep.equal(sampleDecision(vips));
      }),
      { numRuns: 15 },
    );
  });

  it('refuses a word on a VIP that is none of its own', () => {
    const standing = new StandingDecision(sampleDecision(vips.slice(0, 2)));
    expect(standing.withVip(desiredVip('192.0.2.9/32', [], { frontend: 'f0' }))).to.equal(null);
    expect(standing.withVip({ ...(vips[0] as DesiredVip), frontend: 'another' })).to.equal(null);
    expect(standing.ofFrontend('another')).to.equal(undefined);
  });
});
