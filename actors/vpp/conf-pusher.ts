import { Retrying } from '../../domain/backoff.js';
import { asMaglevError, type MaglevError } from '../../domain/errors.js';
import type { LbConf } from '../../domain/lb.js';
import { sameConf } from '../../domain/plan.js';
import type { Address } from '../../protocol/address.js';
import type { Cancel } from '../../protocol/clock.js';
import type { DecisionChanged, DecisionRequest } from '../../protocol/decision.js';
import type { ConfPusherRequest } from '../../protocol/reconciling.js';
import type { SessionReport, VppRequest } from '../../protocol/vpp.js';
import type { ActorSpec, Context } from '../kernel/contract.js';

export interface ConfPusherOptions {
  readonly link: Address<VppRequest>;
  /** Asked for what is wanted, at every start. */
  readonly decisions: Address<DecisionRequest>;
  /** Told whether VPP has them. */
  readonly report: Address<SessionReport>;
}

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
      const pusher = new ConfPusher(context, options, conf);
      // Awaited: the actors that start after this one make VIPs, which need the source addresses.
      await pusher.push();
      return {
        receive: async (message) => {
          if (message.type === 'found') pusher.found(message.conf);
          if (message.type === 'decision') pusher.wanted = message.decision.conf;
          await pusher.push();
        },
      };
    },
  };
}

class ConfPusher {
  /** What VPP shall have. */
  wanted: LbConf;
  readonly #context: Context<ConfPusherMessage>;
  readonly #link: Address<VppRequest>;
  readonly #report: Address<SessionReport>;
  /** What VPP has; null = not known, to be read. */
  #known: LbConf | null = null;
  readonly #attempts = new Retrying(RETRY);
  #cancelRetry: Cancel = () => {};

  constructor(context: Context<ConfPusherMessage>, options: ConfPusherOptions, wanted: LbConf) {
    this.#context = context;
    this.#link = options.link;
    this.#report = options.report;
    this.wanted = wanted;
  }

  /** A read that was made beside us may be older than our last write: a difference is looked at again. */
  found(conf: LbConf): void {
    if (this.#known !== null && !sameConf(this.#known, conf)) this.#known = null;
  }

  async push(): Promise<void> {
    const { wanted } = this;
    const context = this.#context;
    this.#cancelRetry();
    try {
      const before = this.#known ?? (await context.ask(this.#link, { type: 'read-conf' }));
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
    await this.#context.ask(this.#link, { type: 'write-conf', conf });
    this.#known = conf;
    this.#context.log.log('info', 'vpp-lb-conf-set', { ...conf, before });
  }

  #succeeded(): void {
    this.#attempts.succeeded();
    this.#stands(null);
  }

  #stands(failure: MaglevError | null): void {
    this.#report.tell({ type: 'standing', link: this.#link, news: { type: 'conf-stands', failure } });
  }
}
