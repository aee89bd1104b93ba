import { notApplied } from '../../domain/applied.js';
import { asMaglevError, type ErrorCode, MaglevError } from '../../domain/errors.js';
import type { LbState } from '../../domain/lb.js';
import { DeathPause, type WritesUnderWay } from '../../domain/repeated-death.js';
import { Rounds } from '../../domain/rounds.js';
import { StandingDecision } from '../../domain/standing-decision.js';
import { standingsOf, VipStandings, type VppCondition } from '../../domain/standings.js';
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
import { chain } from '../supervision.js';
import type { OpenStats, OpenVpp } from './api.js';
import { type ConnectionMessage, connectionActor } from './connection.js';
import { type SessionMessage, sessionActor } from './session.js';
import { type SyncLogMessage, syncLogActor } from './sync-log.js';

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
      return new Vpp(context, options, new StandingDecision(decision));
    },
  };
}

/** Between two connections that are given up because of VPP's stats segment, whatever becomes of it. */
const STATS_DROP_GAP_MS = 600_000;

/** Who asks for what VPP has is told that VPP is silent before a client with the usual deadline of 5 s gives up. */
const SILENCE_TOLD_MS = 4500;
/** A VPP that owes an answer is pinged every second: without a word in this time it is silent. */
const SILENCE_MIN_MS = 1000;

/** Reasons for which waiting does not help: their own advice is better than that of any disconnect. */
const speaking: ReadonlySet<ErrorCode> = new Set(['MGL_VPP_INCOMPATIBLE', 'MGL_VPP_GOVERNED']);

interface Live {
  readonly link: VppLink;
  /** null: VPP is left alone for a while. */
  session: ActorRef<SessionMessage> | null;
  /** null: not known yet. */
  bootedAt: number | null;
  readonly standings: VipStandings;
}

class Vpp {
  #live: Live | null = null;
  readonly #syncLog: ActorRef<SyncLogMessage>;
  readonly #connection: ActorRef<ConnectionMessage>;
  /** Who waits for a look at VPP. It is no small thing for VPP: one is under way at a time, however many ask. */
  readonly #looks = new Rounds<Reply<LbState>>();
  #statsDroppedAt = Number.NEGATIVE_INFINITY;
  readonly #pause = new DeathPause();
  /** Since when VPP is not connected, milliseconds since the epoch. */
  #lostAt: number;
  #lastError = new MaglevError('MGL_VPP_DISCONNECTED', 'not connected to VPP yet');

  readonly #context: Context<VppMessage>;
  readonly #options: VppOptions;
  #standing: StandingDecision;

  constructor(context: Context<VppMessage>, options: VppOptions, standing: StandingDecision) {
    this.#context = context;
    this.#options = options;
    this.#standing = standing;
    this.#lostAt = context.clock.now();
    this.#syncLog = context.spawn(syncLogActor());
    this.#connection = context.spawn(connectionActor({ open: options.open, report: context.self }));
  }

  async receive(message: VppMessage): Promise<void> {
    switch (message.type) {
      case 'link-up':
        await this.#endSession();
        this.#live = { link: message.link, session: null, bootedAt: null, standings: new VipStandings() };
        this.#governUnlessPaused(this.#live);
        break;
      case 'pause-over':
        if (message.link === this.#live?.link) this.#governUnlessPaused(this.#live);
        break;
      case 'link-down':
        this.#lastError = message.error;
        if (this.#live !== null) this.#lostAt = this.#context.clock.now();
        if (message.underWay !== null && message.error.code === 'MGL_VPP_DISCONNECTED') {
          this.#diedUnder(message.underWay);
        }
        await this.#endSession(message.error);
        break;
      case 'get-decision':
        message.reply.ok(this.#standing.decision);
        break;
      case 'decision':
        this.#standing = new StandingDecision(message.decision);
        this.#live?.session?.tell(message);
        break;
      case 'list-reads':
        this.#context.relay(this.#syncLog, { type: 'list-reads' }, message.reply);
        break;
      case 'list-syncs':
        this.#context.relay(this.#syncLog, { type: 'list-syncs' }, message.reply);
        break;
      case 'get-sync':
        this.#context.relay(this.#syncLog, { type: 'get-sync', id: message.id }, message.reply);
        break;
      case 'vip-wanted':
        this.#follow(message);
        break;
      case 'get-info':
        if (this.#live === null) this.#unavailable(message.reply);
        else {
          const { link, bootedAt } = this.#live;
          message.reply.ok({ ...link.info, bootedAt, pausedUntil: this.#pauseEnd() });
        }
        break;
      case 'get-memory':
        message.reply.ok(this.#live?.link.memory() ?? null);
        break;
      case 'get-lb-state':
        if (this.#live === null) this.#unavailable(message.reply);
        else {
          if (this.#looks.join(message.reply)) this.#look();
          this.#boundSilence(this.#live.link, message.reply);
        }
        break;
      case 'waited':
        this.#tellSilence(message.link, message.reply);
        break;
      case 'read-done': {
        const { askers, another } = this.#looks.end();
        for (const reply of askers) settle(reply, message.outcome);
        if (another) this.#look();
        break;
      }
      case 'vouch':
        // Who asks does not wait long; a connection that is being started again answers nobody.
        this.#connection.tell(message);
        break;
      case 'synced':
        this.#connection.tell({ type: 'proven' });
        this.#pause.lived();
        break;
      case 'booted':
        if (message.link === this.#live?.link.requests) this.#live.bootedAt = message.at;
        break;
      case 'standing':
        if (message.link === this.#live?.link.requests) this.#live.standings.hear(message.news);
        break;
      case 'list-standings':
        message.reply.ok(
          standingsOf(this.#condition(), this.#live?.standings ?? null, this.#standing.decision.vips),
        );
        break;
      case 'stats-lost':
        this.#statsLost(message.link, message.error);
        break;
      case 'get-flows': {
        const session = this.#governed(message.reply);
        if (session !== null) this.#context.relay(session, { type: 'get-flows' }, message.reply);
        break;
      }
      case 'get-lb-counters': {
        const session = this.#governed(message.reply);
        if (session !== null) this.#context.relay(session, { type: 'get-lb-counters' }, message.reply);
        break;
      }
      case 'sync':
        // Whoever asks knows that VPP may die of it once more.
        this.#pause.lift();
        if (this.#live === null) this.#unavailable(message.reply);
        else
          this.#context.relay(
            this.#govern(this.#live),
            { type: 'sync', frontend: message.frontend },
            message.reply,
          );
        break;
    }
  }

  /** Begins a session if VPP is not left alone; otherwise that is done when the pause is over. */
  #governUnlessPaused(live: Live): void {
    const left = this.#pauseLeft;
    if (left > 0) this.#context.after(left, { type: 'pause-over', link: live.link });
    else this.#govern(live);
  }

  #govern(live: Live): ActorRef<SessionMessage> {
    live.session ??= this.#context.spawn(this.#sessionOn(live.link));
    return live.session;
  }

  /** Not the first time: that happens when somebody restarts VPP. */
  #diedUnder(underWay: WritesUnderWay): void {
    const { clock, log } = this.#context;
    const { deaths, pauseMs } = this.#pause.died(underWay, clock.monotonic());
    const fields = { deaths, writing: underWay.oldest, underWay: Object.fromEntries(underWay.kinds) };
    if (pauseMs === 0) log.log('warn', 'vpp-died-writing', fields);
    else {
      const { code, advice } = this.#paused();
      log.log('error', 'vpp-died-writing', { ...fields, pauseMs, code, advice });
    }
  }

  get #pauseLeft(): number {
    return this.#pause.left(this.#context.clock.monotonic());
  }

  /** When the pause is over, milliseconds since the epoch; null = there is none. */
  #pauseEnd(): number | null {
    const left = this.#pauseLeft;
    return left > 0 ? Math.round(this.#context.clock.now() + left) : null;
  }

  #paused(): MaglevError {
    return this.#pause.error(this.#context.clock.monotonic());
  }

  #condition(): VppCondition {
    const live = this.#live;
    if (live === null) {
      const error = this.#lastError;
      const state = error.code === 'MGL_VPP_GOVERNED' ? 'spare' : 'disconnected';
      return { state, since: this.#lostAt, error };
    }
    const since = live.link.info.connectedAt;
    const until = live.session === null ? this.#pauseEnd() : null;
    if (until === null) return { state: 'connected', since };
    return { state: 'paused', since, until, error: this.#paused() };
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
    } else if (session !== null) {
      if (reply === undefined) session.tell(message);
      else this.#context.relay(session, { type: 'vip-wanted', vip, flush }, reply);
    } else {
      const lost = this.#live === null;
      const unable = lost ? this.#disconnected() : this.#paused();
      const error = (lost ? this.#lastError : unable).message;
      if (flush.size > 0) {
        // Later nobody knows whether it is still wanted. The weight is, and comes with the next connection.
        const servers = [...flush].join(' ');
        this.#context.log.log('warn', 'vpp-flush-skipped', { frontend, servers, error });
      }
      const text = lost ? 'VPP is not connected' : unable.message;
      reply?.ok(notApplied(frontend, lost ? 'disconnected' : 'paused', text, unable));
    }
  }

  /** Looks at VPP, straight through the link: it does not wait for a sync. */
  #look(): void {
    const context = this.#context;
    const live = this.#live;
    const look =
      live === null
        ? Promise.reject(this.#disconnected())
        : context.ask(live.link.requests, { type: 'read-state' });
    context.pipe(
      look,
      (state) => ({ type: 'read-done', outcome: state }),
      (error) => ({ type: 'read-done', outcome: asMaglevError(error) }),
    );
  }

  /** The session; null when there is none, and then `reply` has been told why. It is also told when VPP is silent. */
  #governed(reply: Reply<never>): ActorRef<SessionMessage> | null {
    if (this.#live === null) this.#unavailable(reply);
    else if (this.#live.session === null) reply.fail(this.#paused());
    else {
      this.#boundSilence(this.#live.link, reply);
      return this.#live.session;
    }
    return null;
  }

  #boundSilence(link: VppLink, reply: Reply<never>): void {
    this.#context.after(SILENCE_TOLD_MS, { type: 'waited', link, reply });
  }

  /** Who still waits for a VPP that says nothing is told so; one that talks is given more time. */
  #tellSilence(link: VppLink, reply: Reply<never>): void {
    const silentMs = Math.min(SILENCE_TOLD_MS, this.#context.clock.monotonic() - link.lastReplyAt());
    if (link !== this.#live?.link || silentMs < SILENCE_MIN_MS) return;
    const seconds = Math.floor(silentMs / 1000);
    reply.fail(new MaglevError('MGL_VPP_TIMEOUT', `VPP has been silent for ${seconds} s`));
  }

  #sessionOn(link: VppLink): ActorSpec<SessionMessage> {
    const { self } = this.#context;
    const { openStats } = this.#options;
    const records = this.#syncLog;
    return sessionActor({ link: link.requests, decisions: self, report: self, records, openStats });
  }

  /**
   * The API and the stats segment are one unit: one that is lost tells that this VPP is not the one that the connection
   * was made to, or is not well, and both are made anew. If that does not help, it is not done again for a while:
   * counters are worth less than the peace in which VPP is governed.
   */
  #statsLost(link: Address<VppRequest>, error: MaglevError): void {
    const now = this.#context.clock.monotonic();
    if (link !== this.#live?.link.requests || now - this.#statsDroppedAt < STATS_DROP_GAP_MS) return;
    this.#statsDroppedAt = now;
    this.#connection.tell({ type: 'drop', link, error });
  }

  /** Whoever waits for an answer of the session is told why the connection ended, not that the session did. */
  async #endSession(reason = this.#lastError): Promise<void> {
    const live = this.#live;
    this.#live = null;
    if (live !== null && live.session !== null) await this.#context.stopChild(live.session, reason);
  }

  #unavailable(reply: Reply<never>): void {
    reply.fail(this.#disconnected());
  }

  #disconnected(): MaglevError {
    const lastError = this.#lastError;
    const text = `not connected to VPP: ${lastError.message}`;
    const code = speaking.has(lastError.code) ? lastError.code : 'MGL_VPP_DISCONNECTED';
    return new MaglevError(code, text, { cause: lastError });
  }
}

function settle<R>(reply: Reply<R>, outcome: R | MaglevError): void {
  if (outcome instanceof MaglevError) reply.fail(outcome);
  else reply.ok(outcome);
}
