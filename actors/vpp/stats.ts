import { lbCounterRequests, lbCounters } from '../../binapi/stats/lb-counters.js';
import { CounterShelf, KnownIndexes } from '../../domain/counter-shelf.js';
import { asMaglevError, MaglevError } from '../../domain/errors.js';
import { type Decision, type VipFlows, vipId } from '../../domain/lb.js';
import { haveMoved, type LbCounters, segmentAfter, wentBack } from '../../domain/lb-counters.js';
import { RecentTraffic } from '../../domain/recent-traffic.js';
import { Rounds } from '../../domain/rounds.js';
import type { TableHistory } from '../../domain/table-history.js';
import { cameOrWent } from '../../domain/tally.js';
import type { Reply } from '../../protocol/address.js';
import type { Cancel } from '../../protocol/clock.js';
import type { DecisionChanged } from '../../protocol/decision.js';
import type { StatsNews } from '../../protocol/reconciling.js';
import type { FlowsReport, VppControl } from '../../protocol/vpp.js';
import type { ActorSpec } from '../kernel/contract.js';
import { answerWith, settle } from '../kernel/question.js';
import { byType, Life } from '../life.js';
import type { OpenStats, SessionParts, StatsSource } from './api.js';

export interface StatsOptions extends Pick<SessionParts, 'link' | 'decisions' | 'report'> {
  readonly open: OpenStats;
  /** Of the tables of this VPP, over all connections to it. Nobody but this actor touches it. */
  readonly history: TableHistory;
}

export type StatsMessage =
  | { readonly type: 'tick' }
  | DecisionChanged
  | StatsNews
  | Extract<VppControl, { type: 'get-lb-counters' | 'get-flows' }>
  | { readonly type: 'read-done'; readonly outcome: LbCounters | MaglevError };

/** A VPP that does not hand out its segment is asked again, but not more often than this. */
const REOPEN_GAP_MS = 5000;
/** VPP is not asked more often for its flows, however many watch them. */
const FLOWS_GAP_MS = 1000;

/**
 * Reads VPP's counters every `stats-interval` and shows the last reading to whoever asks. The counters are columns of
 * numbers; which column is whose stands nowhere but in VPP's text, and changes when VIPs and servers come and go: VPP is
 * asked for it when a sync has changed something, once every sync interval, and when a counter goes back. Nothing that
 * happens here is worth a session: whatever fails, only the counters are missing.
 */
export function statsActor(options: StatsOptions): ActorSpec<StatsMessage> {
  return {
    name: 'stats',
    start: async (context) => {
      const decision = await context.ask(options.decisions, { type: 'get-decision' });
      const stats = new Stats(context, options);
      stats.follow(decision);
      return stats;
    },
  };
}

class Stats extends Life<StatsMessage, StatsOptions> {
  #segment: StatsSource | null = null;
  #nextOpenAt = Number.NEGATIVE_INFINITY;
  readonly #indexes = new KnownIndexes();
  readonly #shelf = new CounterShelf();
  /** Readings, each with those who asked before the first one was over. */
  readonly #readings = new Rounds<Reply<LbCounters>>();
  readonly #recent = new RecentTraffic();
  /** When VPP was asked for its flows last, and what it answers. */
  #flows: { readonly at: number; readonly asked: Promise<readonly VipFlows[] | null> } | null = null;
  #bootTime = 0;
  /** 0: not known yet. */
  #interval = 0;
  #syncInterval = 0;
  #stopTicks: Cancel = () => {};

  stop(): void {
    this.#close();
  }

  readonly receive = byType<StatsMessage>({
    tick: () => this.#tick(),
    decision: ({ decision }) => this.follow(decision),
    'vips-changed': () => this.#indexes.doubt(),
    places: ({ places }) => {
      const known = this.#indexes.value;
      if (known === null || known instanceof MaglevError || !haveMoved(known, places)) return;
      this.#indexes.doubt();
      this.#tick();
    },
    stands: ({ standing: { desired, found }, followed }) => {
      const { history } = this.options;
      if (followed !== null && cameOrWent(followed.result)) this.#indexes.doubt();
      if (found === null) history.gone(vipId(desired.key));
      else if (found !== undefined) history.stands(found, this.context.clock.now());
    },
    'get-flows': ({ reply }) => answerWith(this.#flowsNow(), reply),
    'get-lb-counters': ({ reply }) => {
      if (this.#shelf.shown !== null) settle(reply, this.#shelf.shown);
      else if (this.#readings.share(reply)) this.#begin();
    },
    'read-done': ({ outcome }) => {
      const failed = outcome instanceof MaglevError;
      if (failed) this.#failed(outcome);
      else this.#counted(outcome);
      const answer = failed ? outcome : (this.#shelf.shown ?? outcome);
      for (const reply of this.#readings.end().askers) settle(reply, answer);
    },
  });

  follow({ statsInterval, syncInterval }: Decision): void {
    this.#syncInterval = syncInterval;
    if (this.#interval === statsInterval) return;
    const immediate = this.#interval === 0;
    this.#interval = statsInterval;
    this.#stopTicks();
    this.#stopTicks = this.context.every(statsInterval, { type: 'tick' }, { immediate });
  }

  #tick(): void {
    const { clock } = this.context;
    if (this.#segment === null && clock.monotonic() < this.#nextOpenAt) return;
    if (this.#readings.begin()) this.#begin();
  }

  #begin(): void {
    this.context.pipe(this.#read().catch(asMaglevError), (outcome) => ({ type: 'read-done', outcome }));
  }

  #counted(counters: LbCounters): void {
    const recent = this.#recent.add(counters);
    const now = this.context.clock.monotonic();
    this.#shelf.put(recent === null ? counters : { ...counters, recent }, now);
    this.options.history.counted(counters);
  }

  async #flowsNow(): Promise<FlowsReport> {
    const { clock, ask } = this.context;
    const { link, history } = this.options;
    const now = clock.monotonic();
    if (this.#flows === null || now - this.#flows.at >= FLOWS_GAP_MS)
      this.#flows = { at: now, asked: ask(link, { type: 'read-flows' }) };
    const vips = await this.#flows.asked;
    if (vips === null) throw new MaglevError('MGL_VPP_TEXT', 'VPP does not tell its flows');
    return vips.map((vip) => ({ ...vip, history: history.of(vipId(vip.key)) }));
  }

  async #read(): Promise<LbCounters> {
    const segment = this.#segment ?? (await this.#open());
    const renew = this.#indexes.mustRenew(this.#syncInterval, this.context.clock.monotonic());
    if (renew) await this.#readIndexes();
    const counters = await this.#readFrom(segment);
    const { last } = this.#shelf;
    if (renew || last === null || !wentBack(last, counters)) return counters;
    // Some index has another owner.
    await this.#readIndexes();
    return this.#readFrom(segment);
  }

  async #readFrom(segment: StatsSource): Promise<LbCounters> {
    const indexes = this.#indexes.value ?? untold();
    const unknown = indexes instanceof MaglevError;
    const snapshot = await segment.snapshot(unknown ? [] : lbCounterRequests(indexes));
    const { bootTime } = snapshot;
    const { report, link, history } = this.options;
    if (bootTime !== 0 && bootTime !== this.#bootTime)
      report.tell({ type: 'booted', link, at: bootTime * 1000 });
    this.#bootTime = bootTime;
    history.isOf(bootTime);
    if (unknown) throw indexes;
    return lbCounters(snapshot, indexes, this.context.clock.now());
  }

  async #open(): Promise<StatsSource> {
    const { signal, clock } = this.context;
    this.#nextOpenAt = clock.monotonic() + REOPEN_GAP_MS;
    const segment = await this.options.open(signal);
    if (signal.aborted) segment.close();
    else this.#segment = segment;
    return segment;
  }

  async #readIndexes(): Promise<void> {
    const context = this.context;
    const readAt = context.clock.monotonic();
    this.#indexes.forget();
    const value = await context.ask(this.options.link, { type: 'read-indexes' }).catch((error: unknown) => {
      if (error instanceof MaglevError && (error.code === 'MGL_VPP_TEXT' || error.code === 'MGL_VPP_TIMEOUT'))
        return error;
      throw error;
    });
    this.#indexes.learn(value ?? untold(), readAt);
  }

  #failed(error: MaglevError): void {
    const context = this.context;
    if (context.signal.aborted) return;
    const { code, message, advice } = error;
    // The end of the connection is told by others; this actor ends with it.
    if (code === 'MGL_VPP_DISCONNECTED' || code === 'MGL_ACTOR_STOPPED') return;
    const news = this.#shelf.failed(error, this.#interval, context.clock.monotonic());
    context.log.log(news ? 'warn' : 'debug', 'vpp-lb-stats-error', { code, error: message, advice });
    const segment = segmentAfter(code);
    if (segment !== 'good') this.#close();
    if (segment !== 'lost') return;
    this.#shelf.clear();
    this.options.report.tell({ type: 'stats-lost', link: this.options.link, error });
  }

  #close(): void {
    this.#segment?.close();
    this.#segment = null;
  }
}

function untold(): MaglevError {
  return new MaglevError('MGL_STATS_INDEXES', 'VPP does not tell which counters belong to which VIP');
}
