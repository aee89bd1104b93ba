import { notApplied } from '../../domain/applied.js';
import { asMaglevError, type MaglevError } from '../../domain/errors.js';
import type { Decision, LbState } from '../../domain/lb.js';
import { Rounds } from '../../domain/rounds.js';
import { StandingDecision } from '../../domain/standing-decision.js';
import { standingsOf, VipStandings } from '../../domain/standings.js';
import { SyncRecords } from '../../domain/sync-records.js';
import type { MadeSync } from '../../domain/syncs.js';
import { TableHistory } from '../../domain/table-history.js';
import { type Presence, VppPresence } from '../../domain/vpp-presence.js';
import { VppReads } from '../../domain/vpp-reads.js';
import { SILENCE_TOLD_MS, silenceError } from '../../domain/vpp-silence.js';
import type { Address, Reply } from '../../protocol/address.js';
import type { DecisionRequest, VipWanted } from '../../protocol/decision.js';
import type {
  ConnectionReport,
  SessionReport,
  VouchRequest,
  VppControl,
  VppLink,
  VppRequest,
} from '../../protocol/vpp.js';
import type { ActorRef, ActorSpec, Context } from '../kernel/contract.js';
import { settle } from '../kernel/question.js';
import { byType, Life } from '../life.js';
import { tellNews } from '../news.js';
import { chain } from '../supervision.js';
import type { OpenStats, OpenVpp } from './api.js';
import { connectionActor } from './connection.js';
import { type SessionMessage, sessionActor } from './session.js';

export interface VppOptions {
  readonly open: OpenVpp;
  /** null: VPP's counters are not read. */
  readonly openStats: OpenStats | null;
  /** Who knows the decision; asked at every start, told of changes by messages. */
  readonly decisions: Address<DecisionRequest>;
}

type VppMessage =
  | VppControl
  | VouchRequest
  | ConnectionReport
  | DecisionRequest
  | SessionReport
  | { readonly type: 'pause-over'; readonly link: VppLink }
  | { readonly type: 'waited'; readonly link: VppLink; readonly reply: Reply<never> }
  | { readonly type: 'read-done'; readonly outcome: LbState | MaglevError };

/**
 * The supervisor of everything that concerns VPP. A session exists exactly while a connection is up: it is stopped,
 * children first, when the connection goes down, and a fresh one is made when it comes up again. So no cache, ticker
 * or reconciler ever outlives the VPP that it knew.
 */
export function vppActor(options: VppOptions): ActorSpec<VppMessage> {
  return {
    name: 'vpp',
    supervision: chain,
    start: async (context) => {
      const decision = await context.ask(options.decisions, { type: 'get-decision' });
      return new Vpp(context, options, decision);
    },
  };
}

interface Live {
  readonly link: VppLink;
  /** null: VPP is left alone for a while. */
  session: ActorRef<SessionMessage> | null;
  /** null: not known yet. */
  bootedAt: number | null;
  readonly standings: VipStandings;
}

class Vpp extends Life<VppMessage, VppOptions> {
  #live: Live | null = null;
  /** The last syncs, and what they found, over all connections to VPP. */
  readonly #syncs = new SyncRecords();
  readonly #reads = new VppReads();
  readonly #connection = this.context.spawn(
    connectionActor({ open: this.options.open, report: this.context.self }),
  );
  /** Who waits for a look at VPP. It is no small thing for VPP: one is under way at a time, however many ask. */
  readonly #looks = new Rounds<Reply<LbState>>();
  readonly #presence = new VppPresence(this.context.clock.now());
  readonly #history = new TableHistory();
  #standing: StandingDecision;

  constructor(context: Context<VppMessage>, options: VppOptions, decision: Decision) {
    super(context, options);
    this.#standing = new StandingDecision(decision);
  }

  readonly receive = byType<VppMessage>({
    'link-up': async ({ link }) => {
      await this.#endSession();
      this.#live = { link, session: null, bootedAt: null, standings: new VipStandings() };
      this.#governUnlessPaused(this.#live);
    },
    'pause-over': ({ link }) => {
      const live = this.#live;
      if (link === live?.link) this.#governUnlessPaused(live);
    },
    'link-down': (message) => this.#lost(message),
    'get-decision': ({ reply }) => reply.ok(this.#standing.decision),
    decision: (message) => {
      this.#standing = new StandingDecision(message.decision);
      this.#live?.session?.tell(message);
    },
    'sync-made': ({ sync }) => this.#keep(sync),
    'vpp-read': ({ read }) => this.#reads.keep(read),
    'list-reads': ({ reply }) => reply.ok(this.#reads.list()),
    'list-syncs': ({ reply }) => reply.ok(this.#syncs.list()),
    'get-sync': ({ id, reply }) => settle(reply, this.#syncs.get(id)),
    'vip-wanted': (message) => this.#follow(message),
    'get-info': ({ reply }) => {
      const live = this.#live;
      const pausedUntil = this.#presence.pausedUntil(this.#now);
      const known = live && { ...live.link.info, bootedAt: live.bootedAt, pausedUntil };
      settle(reply, known ?? this.#unavailable);
    },
    'get-memory': ({ reply }) => reply.ok(this.#live?.link.memory() ?? null),
    'get-lb-state': ({ reply }) => {
      const live = this.#live;
      if (live === null) reply.fail(this.#unavailable);
      else {
        if (this.#looks.join(reply)) this.#look();
        this.#boundSilence(live.link, reply);
      }
    },
    waited: ({ link, reply }) => this.#tellSilence(link, reply),
    'read-done': ({ outcome }) => {
      const { askers, another } = this.#looks.end();
      for (const reply of askers) settle(reply, outcome);
      if (another) this.#look();
    },
    // Who asks does not wait long; a connection that is being started again answers nobody.
    vouch: (message) => this.#connection.tell(message),
    synced: () => {
      this.#connection.tell({ type: 'proven' });
      this.#presence.proven();
    },
    booted: ({ link, at }) => {
      if (link === this.#live?.link.requests) this.#live.bootedAt = at;
    },
    standing: ({ link, news, sync }) => {
      if (link === this.#live?.link.requests) this.#live.standings.hear(news);
      if (sync !== null) this.#keep(sync);
    },
    'list-standings': ({ reply }) => {
      const condition = this.#presence.condition(this.#present, this.#now);
      reply.ok(standingsOf(condition, this.#live?.standings ?? null, this.#standing.decision.vips));
    },
    'stats-lost': ({ link, error }) => this.#statsLost(link, error),
    'get-flows': (message) => this.#askSession(message),
    'get-lb-counters': (message) => this.#askSession(message),
    sync: (message) => {
      this.#presence.insist();
      if (this.#live === null) message.reply.fail(this.#unavailable);
      else this.context.relay(this.#govern(this.#live), message);
    },
  });

  #keep(sync: MadeSync): void {
    this.#syncs.keep(sync);
    if (sync.operations.length > 0) this.#reads.written();
  }

  #askSession(message: Extract<VppControl, { type: 'get-flows' | 'get-lb-counters' }>): void {
    const live = this.#live;
    if (live === null || live.session === null) message.reply.fail(this.#unavailable);
    else {
      this.#boundSilence(live.link, message.reply);
      this.context.relay(live.session, message);
    }
  }

  get #now() {
    const { clock } = this.context;
    return { at: clock.now(), monotonic: clock.monotonic() };
  }

  get #present(): Presence | null {
    const live = this.#live;
    return live && { connectedAt: live.link.info.connectedAt, governed: live.session !== null };
  }

  get #unavailable(): MaglevError {
    return this.#presence.unavailable(this.#present, this.#now);
  }

  /** Begins a session if VPP is not left alone; otherwise that is done when the pause is over. */
  #governUnlessPaused(live: Live): void {
    const left = this.#presence.pauseLeft(this.#now);
    if (left > 0) this.context.after(left, { type: 'pause-over', link: live.link });
    else this.#govern(live);
  }

  #govern(live: Live): ActorRef<SessionMessage> {
    const { self: report } = this.context;
    const { openStats } = this.options;
    const link = live.link.requests;
    const what = { link, decisions: report, report, openStats };
    live.session ??= this.context.spawn(sessionActor({ ...what, history: this.#history }));
    return live.session;
  }

  async #lost({ error, underWay }: Extract<ConnectionReport, { type: 'link-down' }>): Promise<void> {
    this.#presence.lost(error, this.#live === null ? null : this.#now.at);
    if (underWay !== null && error.code === 'MGL_VPP_DISCONNECTED')
      tellNews(this.context.log, [this.#presence.diedUnder(underWay, this.#now)]);
    await this.#endSession(error);
  }

  /** The decision about one frontend changed. */
  #follow(message: VipWanted): void {
    const { vip, flush, reply } = message;
    const { frontend } = vip;
    const session = this.#live?.session ?? null;
    const standing = this.#standing.withVip(vip);
    this.#standing = standing ?? this.#standing;
    if (standing === null) {
      // A whole decision that is newer is on its way.
      reply?.ok(notApplied(frontend, 'full-sync', 'the config has changed meanwhile'));
    } else if (session !== null) this.context.relay(session, message);
    else {
      const { applied, news } = this.#presence.missed(frontend, flush, this.#present, this.#now);
      tellNews(this.context.log, news);
      reply?.ok(applied);
    }
  }

  /** Looks at VPP, straight through the link: it does not wait for a sync. */
  #look(): void {
    const context = this.context;
    const live = this.#live;
    const look =
      live === null
        ? Promise.reject(this.#unavailable)
        : context.ask(live.link.requests, { type: 'read-state' });
    context.pipe(look.catch(asMaglevError), (outcome) => ({ type: 'read-done', outcome }));
  }

  #boundSilence(link: VppLink, reply: Reply<never>): void {
    this.context.after(SILENCE_TOLD_MS, { type: 'waited', link, reply });
  }

  /** Who still waits for a VPP that says nothing is told so; one that talks is given more time. */
  #tellSilence(link: VppLink, reply: Reply<never>): void {
    if (link !== this.#live?.link) return;
    const error = silenceError(link.lastReplyAt(), this.context.clock.monotonic());
    if (error !== null) reply.fail(error);
  }

  #statsLost(link: Address<VppRequest>, error: MaglevError): void {
    if (link === this.#live?.link.requests && this.#presence.drops(this.#now))
      this.#connection.tell({ type: 'drop', link, error });
  }

  /** Whoever waits for an answer of the session is told why the connection ended, not that the session did. */
  async #endSession(reason = this.#presence.lastError): Promise<void> {
    const live = this.#live;
    this.#live = null;
    if (live !== null && live.session !== null) await this.context.stopChild(live.session, reason);
  }
}
