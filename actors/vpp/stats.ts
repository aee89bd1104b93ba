import { lbCounterRequests, lbCounters } from '../../binapi/stats/lb-counters.js';
import { asMaglevError, MaglevError } from '../../domain/errors.js';
import { type LbCounters, type LbIndexes, wentBack } from '../../domain/lb-counters.js';
import type { StandingDecision } from '../../domain/standing-decision.js';
import type { Address, Reply } from '../../protocol/address.js';
import type { Cancel } from '../../protocol/clock.js';
import type { VppControl, VppRequest } from '../../protocol/vpp.js';
import { ask, untilAnswered } from '../ask.js';
import type { ActorSpec, Behavior, Context } from '../kernel/contract.js';
import type { OpenStats, StatsSource } from './api.js';

export interface StatsOptions {
  readonly link: Address<VppRequest>;
  readonly open: OpenStats;
  readonly wanted: Pick<StandingDecision, 'statsInterval' | 'syncInterval'>;
  /** Told when VPP started, milliseconds since the epoch, as soon as that is known. */
  readonly booted: (at: number) => void;
  /** Told that the segment, which was read before, is that of a VPP which has ended or hangs. */
  readonly lost: (error: MaglevError) => void;
}

export type StatsMessage =
  | { readonly type: 'tick' }
  | { readonly type: 'interval-changed' }
  /** VIPs or servers of VPP came or went. */
  | { readonly type: 'vips-changed' }
  | Extract<VppControl, { type: 'get-lb-counters' }>
  | { readonly type: 'read-done'; readonly counters: LbCounters }
  | { readonly type: 'read-failed'; readonly error: Error };

/** A VPP that does not hand out its segment is asked again, but not more often than this. */
const REOPEN_GAP_MS = 5000;
/** VPP stops its workers while it tells where it counts: it is not asked more often than this. */
const INDEXES_GAP_MS = 1000;
/** When readings fail, the last good one is shown for this many intervals more. */
const INTERVALS_TO_KEEP = 3;
/** Questions that may wait for the first reading; more are refused. */
const MAX_WAITING = 1000;

/**
 * Reads VPP's counters every `stats-interval` and shows the last reading to whoever asks. The counters are columns of
 * numbers; which column is whose stands nowhere but in VPP's text, and changes when VIPs and servers come and go: VPP is
 * asked for it when a sync has changed something, once every sync interval, and when a counter goes back. Nothing that
 * happens here is worth a session: whatever fails, only the counters are missing.
 */
export function statsActor(options: StatsOptions): ActorSpec<StatsMessage> {
  return { name: 'stats', start: (context) => new Stats(context, options).behavior() };
}

class Stats {
  private segment: StatsSource | null = null;
  private nextOpenAt = Number.NEGATIVE_INFINITY;
  /** value null: VPP did not tell. */
  private indexes: { readonly value: LbIndexes | null; readonly readAt: number } | null = null;
  private indexesDoubtful = false;
  private reading = false;
  private last: LbCounters | null = null;
  private lastReadAt = 0;
  private failure: MaglevError | null = null;
  /** Of before the first reading: they get what comes of it. */
  private waiting: Reply<LbCounters>[] = [];
  private bootTime = 0;
  private interval: number;
  private stopTicks: Cancel = () => {};

  constructor(
    private readonly context: Context<StatsMessage>,
    private readonly options: StatsOptions,
  ) {
    this.interval = options.wanted.statsInterval;
  }

  behavior(): Behavior<StatsMessage> {
    this.stopTicks = this.context.every(this.interval, { type: 'tick' }, { immediate: true });
    return { receive: (message) => this.receive(message), stop: () => this.close() };
  }

  private receive(message: StatsMessage): void {
    switch (message.type) {
      case 'tick':
        this.tick();
        break;
      case 'interval-changed':
        if (this.interval === this.options.wanted.statsInterval) break;
        this.stopTicks();
        this.interval = this.options.wanted.statsInterval;
        this.stopTicks = this.context.every(this.interval, { type: 'tick' });
        break;
      case 'vips-changed':
        this.indexesDoubtful = true;
        break;
      case 'get-lb-counters':
        this.show(message.reply);
        break;
      case 'read-done':
        this.reading = false;
        this.last = message.counters;
        this.lastReadAt = this.context.clock.monotonic();
        this.failure = null;
        this.answerAll();
        break;
      case 'read-failed':
        this.reading = false;
        this.failed(asMaglevError(message.error));
        this.answerAll();
        break;
    }
  }

  private tick(): void {
    const { context } = this;
    if (this.reading || (this.segment === null && context.clock.monotonic() < this.nextOpenAt)) return;
    this.reading = true;
    context.pipe(
      this.read(),
      (counters) => ({ type: 'read-done', counters }),
      (error) => ({ type: 'read-failed', error }),
    );
  }

  private async read(): Promise<LbCounters> {
    const segment = this.segment ?? (await this.open());
    const renew = this.mustRenewIndexes();
    if (renew) await this.readIndexes();
    const counters = await this.readFrom(segment);
    if (renew || this.last === null || !wentBack(this.last, counters)) return counters;
    // Some index has another owner.
    await this.readIndexes();
    return this.readFrom(segment);
  }

  private async readFrom(segment: StatsSource): Promise<LbCounters> {
    const indexes = this.indexes?.value ?? null;
    const snapshot = await segment.snapshot(indexes === null ? [] : lbCounterRequests(indexes));
    const { bootTime } = snapshot;
    if (bootTime !== 0 && bootTime !== this.bootTime) this.options.booted(bootTime * 1000);
    this.bootTime = bootTime;
    if (indexes !== null) return lbCounters(snapshot, indexes, this.context.clock.now());
    throw new MaglevError('MGL_STATS_INDEXES', 'VPP does not tell which counters belong to which VIP');
  }

  private async open(): Promise<StatsSource> {
    const { signal, clock } = this.context;
    this.nextOpenAt = clock.monotonic() + REOPEN_GAP_MS;
    const segment = await this.options.open(signal);
    if (signal.aborted) segment.close();
    else this.segment = segment;
    return segment;
  }

  private mustRenewIndexes(): boolean {
    if (this.indexes === null) return true;
    const age = this.context.clock.monotonic() - this.indexes.readAt;
    const lifetime = this.indexesDoubtful ? 0 : this.options.wanted.syncInterval;
    return age >= Math.max(INDEXES_GAP_MS, lifetime);
  }

  private async readIndexes(): Promise<void> {
    const { context, options } = this;
    const readAt = context.clock.monotonic();
    // Whatever changes from here on makes them doubtful again.
    this.indexesDoubtful = false;
    this.indexes = null;
    const value = await ask(context, options.link, { type: 'read-indexes' }, untilAnswered);
    this.indexes = { value, readAt };
  }

  private failed(error: MaglevError): void {
    const { context, failure } = this;
    if (context.signal.aborted) return;
    const { code, message, advice } = error;
    // The end of the connection is told by others; this actor ends with it.
    if (code === 'MGL_VPP_DISCONNECTED' || code === 'MGL_ACTOR_STOPPED') return;
    const level = message === failure?.message ? 'debug' : 'warn';
    context.log.log(level, 'vpp-lb-stats-error', { code, error: message, advice });
    this.failure = error;
    const keptFor = INTERVALS_TO_KEEP * this.interval;
    if (context.clock.monotonic() - this.lastReadAt > keptFor) this.last = null;
    switch (code) {
      case 'MGL_STATS_BUSY':
      case 'MGL_STATS_INDEXES':
      case 'MGL_VPP_TIMEOUT':
        // The segment is as it should be.
        break;
      case 'MGL_STATS_STALE':
        this.last = null;
        this.close();
        this.options.lost(error);
        break;
      default:
        this.close();
    }
  }

  private show(reply: Reply<LbCounters>): void {
    if (this.last !== null) reply.ok(this.last);
    else if (this.failure !== null) reply.fail(this.failure);
    else if (this.waiting.length < MAX_WAITING) this.waiting.push(reply);
    else
      reply.fail(
        new MaglevError('MGL_MAILBOX_FULL', `${MAX_WAITING} requests wait for the counters already`),
      );
  }

  private answerAll(): void {
    for (const reply of this.waiting.splice(0)) this.show(reply);
  }

  private close(): void {
    this.segment?.close();
    this.segment = null;
  }
}
