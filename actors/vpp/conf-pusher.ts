import { Retrying } from '../../domain/backoff.js';
import { asMaglevError, type MaglevError } from '../../domain/errors.js';
import type { LbConf } from '../../domain/lb.js';
import { sameConf } from '../../domain/plan.js';
import type { Cancel } from '../../protocol/clock.js';
import type { DecisionChanged } from '../../protocol/decision.js';
import type { ConfPusherRequest } from '../../protocol/reconciling.js';
import type { ActorSpec } from '../kernel/contract.js';
import { byType, Life } from '../life.js';
import type { SessionParts } from './api.js';

export type ConfPusherOptions = Pick<SessionParts, 'link' | 'decisions' | 'report'>;

type ConfPusherMessage = DecisionChanged | ConfPusherRequest | { readonly type: 'retry' };

/** After a failed push. */
const RETRY = { minMs: 1000, maxMs: 30_000, jitter: 0 };

/**
 * Keeps the plugin's global settings (`lb_conf`) equal to the config. It reads before it writes and writes only a
 * difference: a needless change of the bucket count would make VPP forget which flow goes to which server. What VPP
 * has is cached for as long as this actor, that is this connection, lives.
 */
export function confPusherActor(options: ConfPusherOptions): ActorSpec<ConfPusherMessage> {
  return {
    name: 'conf-pusher',
    start: async (context) => {
      const { conf } = await context.ask(options.decisions, { type: 'get-decision' });
      const pusher = new ConfPusher(context, { ...options, wanted: conf });
      // Awaited: the actors that start after this one make VIPs, which need the source addresses.
      await pusher.push();
      return pusher;
    },
  };
}

class ConfPusher extends Life<ConfPusherMessage, ConfPusherOptions & { readonly wanted: LbConf }> {
  /** What VPP shall have. */
  #wanted = this.options.wanted;
  /** What VPP has; null = not known, to be read. */
  #known: LbConf | null = null;
  readonly #attempts = new Retrying(RETRY);
  #cancelRetry: Cancel = () => {};

  readonly receive = byType<ConfPusherMessage>({
    // A read that was made beside us may be older than our last write: a difference is looked at again.
    found: ({ conf }) => {
      if (this.#known !== null && !sameConf(this.#known, conf)) this.#known = null;
      return this.push();
    },
    decision: ({ decision }) => {
      this.#wanted = decision.conf;
      return this.push();
    },
    retry: () => this.push(),
  });

  async push(): Promise<void> {
    const wanted = this.#wanted;
    const { context } = this;
    this.#cancelRetry();
    try {
      const before = this.#known ?? (await context.ask(this.options.link, { type: 'read-conf' }));
      this.#known = before;
      if (sameConf(before, wanted)) {
        this.#succeeded();
        return;
      }
      await this.#write(wanted, before);
      this.#succeeded();
    } catch (thrown) {
      if (context.signal.aborted) return;
      const error = asMaglevError(thrown);
      const { code, message } = error;
      this.#stands(error);
      const news = code === 'MGL_VPP_MEMORY' ? 'error' : 'warn';
      // Of the memory only the numbers change, which are no news.
      const failure = code === 'MGL_VPP_MEMORY' ? code : message;
      const level = this.#attempts.isNews(failure) ? news : 'debug';
      context.log.log(level, 'vpp-lb-conf-failed', { code, error: message, ...wanted });
      // A refusal of the guard stays one until the config changes.
      if (code === 'MGL_VPP_GUARD') return;
      const delayMs = this.#attempts.nextDelay(context.clock.random());
      this.#cancelRetry = context.after(delayMs, { type: 'retry' });
    }
  }

  /**
   * A VPP that has no memory for so many buckets keeps the number it has, and gets all else: without its source
   * addresses there would be no VIP. Rejects all the same, so that it is tried again.
   */
  async #write(wanted: LbConf, before: LbConf): Promise<void> {
    try {
      await this.#send(wanted, before);
    } catch (thrown) {
      if (asMaglevError(thrown).code !== 'MGL_VPP_MEMORY') throw thrown;
      this.#known = before;
      const { stickyBucketsPerCore } = before;
      const rest = { ...wanted, stickyBucketsPerCore };
      if (!sameConf(rest, before)) await this.#send(rest, before);
      throw thrown;
    }
  }

  async #send(conf: LbConf, before: LbConf): Promise<void> {
    // Not known from here on: a write that timed out may have been executed.
    this.#known = null;
    await this.context.ask(this.options.link, { type: 'write-conf', conf });
    this.#known = conf;
    this.context.log.log('info', 'vpp-lb-conf-set', { ...conf, before });
  }

  #succeeded(): void {
    this.#attempts.succeeded();
    this.#stands(null);
  }

  #stands(failure: MaglevError | null): void {
    const { report, link } = this.options;
    report.tell({ type: 'standing', link, news: { type: 'conf-stands', failure }, sync: null });
  }
}
