import { expect } from 'chai';
import { MaglevError } from '../../domain/errors.js';
import {
  concluded,
  failedAgain,
  fightNews,
  noSyncYet,
  retryDelay,
  type SyncCourse,
} from '../../domain/sync-course.js';
import type { SyncCause } from '../../domain/syncs.js';
import { failure, nothing, type Tally, tally } from '../../domain/tally.js';
import { vipKey } from '../support/domain-samples.js';

const key = vipKey('192.0.2.1/32');
const changed = tally([{ op: 'vip-del', key, reason: '' }], [{ ok: true }], 0);
const failed = failure({ key, reason: '' }, new MaglevError('MGL_VPP_SYNC', 'no'), 0);

const isAFight = (course: SyncCourse) => fightNews(course, nothing).length > 0;

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

  it('tells of it once with each sync, and what that had to do', () => {
    const [news, ...more] = fightNews(courseOf(...Array(4).fill([changed, 'tick'])), changed);
    expect(news).to.deep.include({ level: 'warn', name: 'vpp-lbsync-drift' });
    expect(news?.fields).to.deep.include({ syncs: 3, ...changed.counts });
    expect(more).to.deep.equal([]);
  });

  it('calls it a fight when three syncs in a row repair what nobody decided, but for the first', () => {
    const drift = [changed, 'tick'] as const;
    expect(isAFight(courseOf(drift, drift, drift))).to.equal(false);
    expect(isAFight(courseOf(drift, drift, drift, drift))).to.equal(true);
    expect(isAFight(courseOf(drift, drift, drift, [nothing, 'tick'], drift))).to.equal(false);
    expect(isAFight(courseOf(drift, drift, drift, [changed, 'decision'], drift))).to.equal(false);
    expect(isAFight(courseOf(drift, drift, drift, [failed, 'tick'])), 'it is not known').to.equal(false);
    expect(isAFight(courseOf(drift, drift, drift, [failed, 'tick'], drift))).to.equal(true);
  });
});
