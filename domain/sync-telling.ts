import { ChangeTelling, failureNews } from './change-telling.js';
import type { MaglevError } from './errors.js';
import type { MaglevEvent } from './events.js';
import type { VipState } from './lb.js';
import type { FailedStep } from './syncs.js';
import { TableWatch } from './table-watch.js';
import { UnverifiedWatch, unverifiedIn } from './unverified.js';

/** What the log was told of the syncs of one connection so far: the same again is no news. */
export class SyncTelling {
  readonly changes = new ChangeTelling();
  readonly #tables = new TableWatch();
  readonly #unverified = new UnverifiedWatch();
  /** What failed in the last full sync. */
  #failures: ReadonlySet<string> = new Set();

  /** A full sync has read these VIPs, which are wanted: what of them is not known, in sentences, and what is told of that. */
  async read(
    vips: readonly VipState[],
    textError: MaglevError | null,
  ): Promise<{ readonly unverified: readonly string[]; readonly news: readonly MaglevEvent[] }> {
    const unverified = unverifiedIn({ vips, textError });
    const differing = await this.#tables.look(vips);
    const news = [...differing, ...this.#unverified.look(unverified, textError)];
    return { unverified, news };
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
