import { type DesiredVip, type LbConf, sameVipState, type VipId, type VipState, vipId } from './lb.js';
import { sameConf } from './plan.js';
import type { StandingDecision } from './standing-decision.js';
import type { StandingNews } from './standings.js';

/** All that is wanted, and all that a read has shown. */
interface Whole {
  readonly standing: StandingDecision;
  readonly vips: readonly VipState[];
}

/**
 * The VIPs of which their reconcilers have said that VPP has all that is wanted, as it was read. As long as the same is
 * wanted, and a read shows the same, there is nothing that one of them could do or learn: a sync that finds VPP equal need
 * not ask each of a thousand.
 */
export class SettledVips {
  readonly #settled = new Map<VipId, { readonly desired: DesiredVip; readonly found: VipState }>();
  #conf: LbConf | null = null;
  /** What was looked at last as a whole, if nothing happened since; and whether all of it was settled. */
  #whole: Whole | null = null;
  #wholeIsSettled = false;

  /** What was written since the last read is not settled, for its buckets are not known; nor is what failed before it began. */
  hear(news: StandingNews): void {
    if (news.type === 'failed') for (const { operation } of news.failures) this.forget(vipId(operation.key));
    if (news.type !== 'stands') return;
    const { desired, found, buckets, verdict } = news.standing;
    const id = vipId(desired.key);
    this.forget(id);
    if (verdict === 'equal' && buckets && found != null) this.#settled.set(id, { desired, found });
  }

  /** Something about it happened, or is about to. */
  forget(id: VipId): void {
    this.#settled.delete(id);
    this.#whole = null;
  }

  /** One of the reconcilers knows nothing any more, whichever it is. */
  forgetAll(): void {
    this.#settled.clear();
    this.#whole = null;
  }

  /** These are the settings of VPP, which every reconciler has to know. */
  read(conf: LbConf): void {
    if (this.#conf === null || !sameConf(this.#conf, conf)) this.forgetAll();
    this.#conf = conf;
  }

  /** Is this read of a VIP, and this wish, what its reconciler was content with? */
  has(desired: DesiredVip, found: VipState): boolean {
    const known = this.#settled.get(vipId(desired.key));
    return known !== undefined && known.desired === desired && sameVipState(known.found, found);
  }

  /**
   * Was this decision, and these VIPs, what `allAre` said of that all were settled, with nothing that happened since? If not, whoever
   * asks looks at them one by one, and says by `allAre` when that is so.
   */
  hasAll(standing: StandingDecision, vips: readonly VipState[]): boolean {
    if (this.#whole?.standing === standing && this.#whole.vips === vips && this.#wholeIsSettled) return true;
    this.#whole = { standing, vips };
    this.#wholeIsSettled = false;
    return false;
  }

  /** All that `hasAll` was asked for last is settled. It is forgotten if something happened meanwhile. */
  allAre(): void {
    this.#wholeIsSettled = true;
  }
}

/** The same of a prefix; false unless one VIP is wanted on it, and one is found. */
export function isSettled(
  { wanted, found }: { readonly wanted: readonly DesiredVip[]; readonly found: readonly VipState[] },
  settled: Pick<SettledVips, 'has'>,
): boolean {
  const [desired] = wanted;
  const [vip] = found;
  if (wanted.length !== 1 || found.length !== 1) return false;
  return desired !== undefined && vip !== undefined && settled.has(desired, vip);
}
