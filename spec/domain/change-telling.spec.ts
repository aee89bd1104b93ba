import { expect } from 'chai';
import fc from 'fast-check';
import { ChangeTelling, failureNews } from '../../domain/change-telling.js';
import { MaglevError } from '../../domain/errors.js';
import type { LbOperation } from '../../domain/lb.js';
import { nothing, type Tally, tally } from '../../domain/tally.js';
import { ip, vipKey } from '../support/domain-samples.js';

const weighed = (n: number): LbOperation => {
  const address = ip(`10.0.0.${(n % 250) + 1}`);
  return {
    op: 'as-weight',
    key: vipKey('192.0.2.1/32'),
    address,
    from: 0,
    weight: 1,
    flush: false,
    reason: 'spec',
  };
};
const changes = (count: number): Tally => {
  const operations = Array.from({ length: count }, (_, n) => weighed(n));
  return tally(
    operations,
    operations.map(() => ({ ok: true })),
    0,
  );
};

describe('domain/change-telling', () => {
  it('tells at info at most 20 changes a second, and of all others sooner or later how many they were', () => {
    const bursts = fc.array(fc.tuple(fc.nat(60), fc.nat(1500)), { maxLength: 20 });
    fc.assert(
      fc.property(bursts, fc.boolean(), (some, verbose) => {
        const telling = new ChangeTelling();
        const begun: number[] = [];
        let now = 0;
        let [one, debug, more, all] = [0, 0, 0, 0];
        const count = (news: ReturnType<ChangeTelling['tell']>) => {
          for (const { name, level, fields } of news) {
            if (name === 'vpp-lbsync-more') more += fields.more;
            else if (level === 'debug') debug++;
            else {
              one++;
              begun.push(now);
            }
          }
        };
        for (const [size, pause] of some) {
          now += pause;
          all += size;
          count(telling.tell(changes(size), now, verbose));
        }
        expect(telling.owesMore).to.equal(one + more < all);
        count(telling.tellMore());
        expect(one + more).to.equal(all);
        expect(debug).to.equal(verbose ? more : 0);
        expect(telling.owesMore).to.equal(false);
        for (const [i, at] of begun.entries())
          if (i >= 40) expect(at - (begun[i - 40] ?? at)).to.be.at.least(1000);
      }),
    );
  });

  it('tells a failure as a warning once, while it stays the same', () => {
    const refused = new MaglevError('MGL_VPP_SYNC', 'refused');
    const failed = { ...nothing, failures: [{ operation: weighed(1), error: refused }] };
    const first = failureNews(failed.failures, new Set());
    expect(first.news.map(({ name, level }) => `${level} ${name}`)).to.deep.equal([
      'warn vpp-lbsync-as-weight',
    ]);
    expect(failureNews(failed.failures, first.all).news[0]?.level).to.equal('debug');
    const other = [{ operation: weighed(2), error: refused }];
    expect(failureNews(other, first.all).news[0]?.level).to.equal('warn');
  });
});
