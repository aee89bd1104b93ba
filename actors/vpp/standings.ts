import { sameDesiredVip } from '../../domain/desired.js';
import type { MaglevError } from '../../domain/errors.js';
import { type DesiredVip, type VipId, vipId } from '../../domain/lb.js';
import type { FrontendStanding, StandingNews, VipStanding } from '../../protocol/standings.js';
import type { FailedStep } from '../../protocol/syncs.js';

/** How all VIPs of one connection stand, as those who write them have told. */
export class VipStandings {
  readonly #told = new Map<VipId, VipStanding>();
  /** Of VIPs whose reconcilers were not asked. */
  readonly #failed = new Map<VipId, readonly FailedStep[]>();
  #conf: MaglevError | null = null;

  get conf(): MaglevError | null {
    return this.#conf;
  }

  hear(news: StandingNews): void {
    switch (news.type) {
      case 'stands': {
        const id = vipId(news.standing.desired.key);
        this.#told.set(id, news.standing);
        this.#failed.delete(id);
        break;
      }
      case 'failed':
        for (const id of new Set(news.failures.map(({ operation }) => vipId(operation.key))))
          this.#failed.set(
            id,
            news.failures.filter(({ operation }) => vipId(operation.key) === id),
          );
        break;
      case 'conf-stands':
        this.#conf = news.failure;
        break;
    }
  }

  /** What was told of another wish than the present one says what VPP has, and no more. */
  of(desired: DesiredVip): FrontendStanding {
    const id = vipId(desired.key);
    const told = this.#told.get(id);
    const failures = this.#failed.get(id);
    const { found, buckets = false } = told ?? {};
    const base = { frontend: desired.frontend, desired, found, buckets, failures: [], why: '' };
    if (failures !== undefined) return { ...base, verdict: 'differs', failures };
    if (told === undefined) return { ...base, verdict: 'unread', why: 'VPP has not been read yet' };
    if (told.desired !== desired && !sameDesiredVip(told.desired, desired))
      return { ...base, verdict: 'pending', why: 'it is being carried out' };
    const { verdict, why } = told;
    if (verdict === 'equal' && found?.srcIpSticky === null) {
      const text = 'VPP does not tell whether it is sticky by source address';
      return { ...base, verdict: 'unverified', why: text };
    }
    return { ...base, verdict, failures: told.failures, why };
  }
}

/** Without a VPP that is governed nothing is known of any VIP. */
export function unreachable(desired: DesiredVip, why: string): FrontendStanding {
  const nothing = { found: undefined, buckets: false, failures: [] } as const;
  return { frontend: desired.frontend, desired, ...nothing, verdict: 'unreachable', why };
}
