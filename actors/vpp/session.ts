import { MaglevError } from '../../domain/errors.js';
import type { Decision } from '../../domain/lb.js';
import { StandingDecision } from '../../domain/standing-decision.js';
import type { Address } from '../../protocol/address.js';
import type { DecisionChanged, DecisionRequest, VipWanted } from '../../protocol/decision.js';
import type { ConfPusherRequest, ConfReport, LbReport } from '../../protocol/reconciling.js';
import type { SyncMade, VppReadMade } from '../../protocol/syncs.js';
import type { SessionReport, VppControl, VppRequest } from '../../protocol/vpp.js';
import type { ActorRef, ActorSpec, Context } from '../kernel/contract.js';
import { chain } from '../supervision.js';
import type { OpenStats } from './api.js';
import { confPusherActor } from './conf-pusher.js';
import { type LbMessage, lbActor } from './lb.js';
import { type StatsMessage, statsActor } from './stats.js';
import { type SyncTickerMessage, syncTickerActor } from './sync-ticker.js';

export interface SessionOptions {
  readonly link: Address<VppRequest>;
  /** Asked for what is wanted, at every start; changes are told as messages. */
  readonly decisions: Address<DecisionRequest>;
  readonly report: Address<SessionReport>;
  /** Told of every sync when it is over. */
  readonly records: Address<SyncMade | VppReadMade>;
  /** null: VPP's counters are not read. */
  readonly openStats: OpenStats | null;
}

export type SessionMessage =
  | DecisionRequest
  | DecisionChanged
  | VipWanted
  | LbReport
  | ConfReport
  | Extract<VppControl, { type: 'sync' | 'get-lb-counters' | 'get-flows' }>;

/**
 * Everything that lives as long as one connection. The order of the children matters: VPP gets its global settings
 * before its VIPs, and the ticker, whose first tick is immediate, comes after all that it sets going. Whoever reads the
 * counters comes last: if that fails, nobody else is restarted.
 */
export function sessionActor(options: SessionOptions): ActorSpec<SessionMessage> {
  return {
    name: 'session',
    supervision: chain,
    start: async (context) => {
      const decision = await context.ask(options.decisions, { type: 'get-decision' });
      return new Session(context, options, decision);
    },
  };
}

class Session {
  readonly #context: Context<SessionMessage>;
  readonly #options: SessionOptions;
  readonly #confPusher: ActorRef<ConfPusherRequest | DecisionChanged>;
  readonly #lb: ActorRef<LbMessage>;
  readonly #ticker: ActorRef<SyncTickerMessage>;
  readonly #stats: ActorRef<StatsMessage> | null;
  #standing: StandingDecision;

  constructor(context: Context<SessionMessage>, options: SessionOptions, decision: Decision) {
    this.#context = context;
    this.#options = options;
    this.#standing = new StandingDecision(decision);
    const { link, records, report, openStats } = options;
    const decisions = context.self;
    this.#confPusher = context.spawn(confPusherActor({ link, decisions, session: context.self }));
    const confPusher = this.#confPusher;
    this.#lb = context.spawn(lbActor({ link, confPusher, session: context.self, records, decisions }));
    this.#ticker = context.spawn(syncTickerActor({ lb: this.#lb, decisions }));
    this.#stats =
      openStats === null ? null : context.spawn(statsActor({ link, open: openStats, decisions, report }));
  }

  receive(message: SessionMessage): void {
    switch (message.type) {
      case 'get-decision':
        message.reply.ok(this.#standing.decision);
        break;
      case 'decision':
        this.#standing = new StandingDecision(message.decision);
        for (const child of [this.#confPusher, this.#lb, this.#ticker, this.#stats]) child?.tell(message);
        break;
      case 'vip-wanted': {
        const { vip, flush, reply } = message;
        this.#standing = this.#standing.withVip(vip) ?? this.#standing;
        // Relayed, so that it is answered also when the next one crashes or ends.
        if (reply === undefined) this.#lb.tell(message);
        else this.#context.relay(this.#lb, { type: 'vip-wanted', vip, flush }, reply);
        break;
      }
      case 'synced':
        this.#options.report.tell({ type: 'synced', link: this.#options.link });
        break;
      case 'standing':
        this.#options.report.tell({ ...message, link: this.#options.link });
        this.#stats?.tell(message);
        break;
      case 'vips-changed':
      case 'places':
        this.#stats?.tell(message);
        break;
      case 'sync':
        this.#context.relay(this.#lb, { type: 'sync', frontend: message.frontend }, message.reply);
        break;
      case 'get-lb-counters':
        if (this.#stats === null) message.reply.fail(statsDisabled());
        else this.#context.relay(this.#stats, { type: 'get-lb-counters' }, message.reply);
        break;
      case 'get-flows':
        if (this.#stats === null) message.reply.fail(statsDisabled());
        else this.#context.relay(this.#stats, { type: 'get-flows' }, message.reply);
        break;
    }
  }
}

function statsDisabled(): MaglevError {
  return new MaglevError('MGL_STATS_DISABLED', "maglevd does not read VPP's counters");
}
