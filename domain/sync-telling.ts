import { ChangeTelling, failureNews } from './change-telling.js';
import type { MaglevError } from './errors.js';
import type { MaglevEvent } from './events.js';
import { type VipState, vipId } from './lb.js';
import type { StandingDecision } from './standing-decision.js';
import type { FailedStep } from './syncs.js';
import { TableWatch } from './table-watch.js';
import { UnverifiedWatch, unverifiedIn } from './unverified.js';

/** What the log was told of the syncs of one connection so far: the same again is no news. */
export class SyncTelling {
  readonly changes = new ChangeTelling();
  readonly #tables = new TableWatch();
  readonly #unverified = new UnverifiedWatch();
  /** The last read, and those VIPs of it that are wanted. */
  #read: {
    readonly vips: readonly VipState[];
    readonly standing: StandingDecision;
    readonly wanted: readonly VipState[];
  } | null = null;
  /** What failed in the last full sync. */
  #failures: ReadonlySet<string> = new Set();

  /** A full sync has read these VIPs: what of those that are wanted is not known, in sentences, and what is told of that. */
  async read(
    vips: readonly VipState[],
    standing: StandingDecision,
    textError: MaglevError | null,
  ): Promise<{ readonly unverified: readonly string[]; readonly news: readonly MaglevEvent[] }> {
    const wanted = this.#wantedOf(vips, standing);
    const unverified = unverifiedIn({ vips: wanted, textError });
    const differing = await this.#tables.look(wanted);
    const news = [...differing, ...this.#unverified.look(unverified, textError)];
    return { unverified, news };
  }

  /** The same list as for the last read if that was the same. */
  #wantedOf(vips: readonly VipState[], standing: StandingDecision): readonly VipState[] {
    if (this.#read?.vips !== vips || this.#read.standing !== standing) {
      const wanted = vips.filter(({ key }) => standing.vip(vipId(key)) !== undefined);
      this.#read = { vips, standing, wanted };
    }
    return this.#read.wanted;
  }

  /** This failed in a full sync. `anew`: something of it did not in the one before. */
  failed(failures: readonly FailedStep[]): { readonly news: readonly MaglevEvent[]; readonly anew: boolean } {
    const before = this.#failures;
    const { news, all } = failureNews(failures, before);
    this.#failures = all;
    return { news, anew: [...all].some((one) => !before.has(one)) };
  }

  /** This failed beside full syncs. */
  failedBeside(failures: readonly FailedStep[]): readonly MaglevEvent[] {
    return failureNews(failures, this.#failures).news;
  }
}
