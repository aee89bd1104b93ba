import { expect } from 'chai';
import { MaglevError } from '../../domain/errors.js';
import { concluded, failedAgain, isFight, noSyncYet, retryDelay } from '../../domain/sync-course.js';
import type { SyncCause } from '../../domain/syncs.js';
import { failure, nothing, type Tally, tally } from '../../domain/tally.js';
import { vipKey } from '../support/domain-samples.js';

const key = vipKey('192.0.2.1/32');
const changed = tally([{ op: 'vip-del', key, reason: '' }], [{ ok: true }], 0);
const failed = failure({ key, reason: '' }, new MaglevError('MGL_VPP_SYNC', 'no'), 0);

describe('domain/sync-course', () => {
  const courseOf = (...syncs: readonly (readonly [Tally, SyncCause])[]) =>
    syncs.reduce((course, [result, cause]) => concluded(course, result, cause), noSyncYet);

  it('tries again sooner than the next tick, but ever more slowly, until nothing fails', () => {
    let course = noSyncYet;
    const delays = Array.from({ length: 6 }, () => {
      course = failedAgain(course);
      return retryDelay(course, 30_000);
    });
    expect(delays).to.deep.equal([1000, 2000, 4000, 8000, 16_000, null]);
    expect(retryDelay(concluded(course, nothing, 'tick'), 30_000)).to.equal(null);
  });

  it('calls it a fight when three syncs in a row repair what nobody decided, but for the first', () => {
    const drift = [changed, 'tick'] as const;
    expect(isFight(courseOf(drift, drift, drift))).to.equal(false);
    expect(isFight(courseOf(drift, drift, drift, drift))).to.equal(true);
    expect(isFight(courseOf(drift, drift, drift, [nothing, 'tick'], drift))).to.equal(false);
    expect(isFight(courseOf(drift, drift, drift, [changed, 'decision'], drift))).to.equal(false);
    expect(isFight(courseOf(drift, drift, drift, [failed, 'tick'])), 'it is not known').to.equal(false);
    expect(isFight(courseOf(drift, drift, drift, [failed, 'tick'], drift))).to.equal(true);
  });
});
