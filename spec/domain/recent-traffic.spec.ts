import { expect } from 'chai';
import type { LbCounters, VipCounters } from '../../domain/lb-counters.js';
import { RecentTraffic } from '../../domain/recent-traffic.js';
import { vipKey } from '../support/domain-samples.js';

function reading(seconds: number, ...counts: readonly (readonly [number, number, number])[]): LbCounters {
  const vips = counts.map(([next, first, untracked], i): VipCounters => {
    const key = vipKey(`192.0.2.${i}/32`);
    const sums = { next: BigInt(next), first: BigInt(first), untracked: BigInt(untracked) };
    return { key, ...sums, noServer: 0n, traffic: null, servers: [] };
  });
  return { at: seconds * 1000, vips };
}

describe('domain/recent-traffic', () => {
  it('is the difference over the last minutes, of all VIPs together', () => {
    const recent = new RecentTraffic();
    expect(recent.add(reading(0, [100, 10, 1], [0, 0, 0]))).to.equal(null);
    expect(recent.add(reading(5, [100, 10, 1], [0, 0, 0]))).to.equal(null);
    expect(recent.add(reading(10, [150, 20, 2], [5, 5, 5]))).to.deep.equal({
      seconds: 10,
      next: 55,
      first: 15,
      untracked: 6,
    });
  });

  it('forgets what is older than five minutes', () => {
    const recent = new RecentTraffic();
    for (let seconds = 0; seconds <= 600; seconds += 100) recent.add(reading(seconds, [seconds, seconds, 0]));
    expect(recent.add(reading(700, [700, 700, 0]))).to.include({ seconds: 300, first: 300 });
  });

  it('begins anew when counters do', () => {
    const recent = new RecentTraffic();
    recent.add(reading(0, [100, 10, 1]));
    recent.add(reading(60, [200, 20, 1]));
    expect(recent.add(reading(70, [1, 1, 0]))).to.equal(null);
    expect(recent.add(reading(80, [2, 3, 0]))).to.include({ seconds: 10, next: 1, first: 2 });
  });
});
