import { asMaglevError } from '../../domain/errors.js';
import type { LbConf } from '../../domain/lb.js';
import { sameConf } from '../../domain/plan.js';
import type { Address } from '../../protocol/address.js';
import type { VppRequest } from '../../protocol/vpp.js';
import { ask, untilAnswered } from '../ask.js';
import type { ActorSpec, Context } from '../kernel/contract.js';

export interface ConfPusherOptions {
  readonly link: Address<VppRequest>;
  /** What is wanted now. */
  readonly conf: () => LbConf;
}

export type ConfPusherMessage =
  | { readonly type: 'wanted-changed' }
  /** A read of VPP showed these settings. */
  | { readonly type: 'found'; readonly conf: LbConf }
  | { readonly type: 'retry' };

/** After a failed push. */
const RETRY_MS = 1000;

/**
 * Keeps the plugin's global settings (`lb_conf`) equal to the config. It reads before it writes and writes only a
 * difference: a needless change of the bucket count would make VPP forget which flow goes to which server. What VPP
 * has is cached for as long as this actor, that is this connection, lives.
 */
export function confPusherActor(options: ConfPusherOptions): ActorSpec<ConfPusherMessage> {
  return {
    name: 'conf-pusher',
    start: async (context) => {
      const pusher = new ConfPusher(context, options);
      // Awaited: the actors that start after this one make VIPs, which need the source addresses.
      await pusher.push();
      return {
        receive: async (message) => {
          if (message.type === 'found') pusher.found(message.conf);
          await pusher.push();
        },
      };
    },
  };
}

class ConfPusher {
  /** What VPP has; null = not known, to be read. */
  private known: LbConf | null = null;

  constructor(
    private readonly context: Context<ConfPusherMessage>,
    private readonly options: ConfPusherOptions,
  ) {}

  /** A read that was made beside us may be older than our last write: a difference is looked at again. */
  found(conf: LbConf): void {
    if (this.known !== null && !sameConf(this.known, conf)) this.known = null;
  }

  async push(): Promise<void> {
    const { context, options } = this;
    const wanted = options.conf();
    try {
      const before = this.known ?? (await ask(context, options.link, { type: 'read-conf' }, untilAnswered));
      this.known = before;
      if (sameConf(before, wanted)) return;
      // Not known from here on: a write that timed out may have been executed.
      this.known = null;
      await ask(context, options.link, { type: 'write-conf', conf: wanted }, untilAnswered);
      this.known = wanted;
      context.log.log('info', 'vpp-lb-conf-set', { ...wanted, before });
    } catch (thrown) {
      if (context.signal.aborted) return;
      const { code, message } = asMaglevError(thrown);
      context.log.log('warn', 'vpp-lb-conf-failed', { code, error: message, ...wanted });
      // A refusal of the guard stays one until the config changes.
      if (code !== 'MGL_VPP_GUARD') context.after(RETRY_MS, { type: 'retry' });
    }
  }
}
