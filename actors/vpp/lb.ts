import { notApplied } from '../../domain/applied.js';
import { unknownFrontend } from '../../domain/did-you-mean.js';
import { MaglevError } from '../../domain/errors.js';
import type { MaglevEvent } from '../../domain/events.js';
import { type Decision, type DesiredVip, type VipId, vipId } from '../../domain/lb.js';
import { SettledVips } from '../../domain/settled-vips.js';
import { StandingDecision } from '../../domain/standing-decision.js';
import type { StandingNews } from '../../domain/standings.js';
import {
  concluded,
  failedAgain,
  fightNews,
  noSyncYet,
  retryDelay,
  type SyncCourse,
} from '../../domain/sync-course.js';
import { SyncQueue } from '../../domain/sync-queue.js';
import { type SyncEnd, SyncStory, type SyncSubject } from '../../domain/sync-story.js';
import { SyncTelling } from '../../domain/sync-telling.js';
import type { MadeSync, SyncCause, SyncReport } from '../../domain/syncs.js';
import { addTallies, cameOrWent, changedAnything, livedThrough, type Tally } from '../../domain/tally.js';
import { unverifiedIn } from '../../domain/unverified.js';
import type { Address, Reply } from '../../protocol/address.js';
import type { Cancel } from '../../protocol/clock.js';
import type { DecisionChanged, VipWanted } from '../../protocol/decision.js';
import type {
  ConfPusherRequest,
  Followed,
  ReconcilerReport,
  ReconcilerRequest,
  StatsNews,
} from '../../protocol/reconciling.js';
import type { LbReading } from '../../protocol/vpp.js';
import type { ActorRef, ActorSpec, Context } from '../kernel/contract.js';
import { byType, Life } from '../life.js';
import { tellNews } from '../news.js';
import { crowd } from '../supervision.js';
import type { SessionParts } from './api.js';
import { reconcilerActor } from './reconciler.js';
import { Sync } from './sync.js';

export interface LbOptions extends SessionParts {
  readonly confPusher: Address<ConfPusherRequest>;
  /** Told what a sync means for counters; null: nobody reads them. */
  readonly stats: Address<StatsNews> | null;
}

export type LbMessage =
  /** VPP is to be compared with the decision: as it is every interval; or soon, because something failed. */
  | { readonly type: 'tick' | 'retry' }
  | DecisionChanged
  | VipWanted
  | { readonly type: 'sync'; readonly frontend: string | null; readonly reply: Reply<SyncReport> }
  | ReconcilerReport
  | { readonly type: 'job-done'; readonly report: SyncReport }
  | { readonly type: 'job-failed'; readonly error: Error }
  /** How many changes were not told one by one is to be told. */
  | { readonly type: 'tell-more' };

/**
 * Keeps all VIPs of VPP equal to the decision. A full sync reads VPP once, removes what is stale, and hands every
 * reconciler what was found of its VIP: at the start, every interval, and whenever there is a reason. A sync of one frontend
 * concerns that VIP only. One sync is under way at a time; a change of the decision about one VIP does not wait for it.
 */
export function lbActor(options: LbOptions): ActorSpec<LbMessage> {
  return {
    name: 'lb',
    supervision: crowd,
    start: async (context) => {
      const decision = await context.ask(options.decisions, { type: 'get-decision' });
      return new Lb(context, options, decision);
    },
  };
}

class Lb extends Life<LbMessage, LbOptions> {
  readonly #reconcilers = new Map<VipId, ActorRef<ReconcilerRequest>>();
  readonly #jobs = new SyncQueue<Reply<SyncReport>>();
  readonly #telling = new SyncTelling();
  readonly #settled = new SettledVips();
  #tellsMore = false;
  #standing: StandingDecision;
  #course = noSyncYet;
  #cancelRetry: Cancel = () => {};

  constructor(context: Context<LbMessage>, options: LbOptions, decision: Decision) {
    super(context, options);
    this.#standing = new StandingDecision(decision);
  }

  stop(): void {
    this.#news(this.#telling.changes.tellMore());
  }

  readonly receive = byType<LbMessage>({
    tick: () => this.#due(null, 'tick'),
    retry: () => this.#due(null, 'retry'),
    decision: ({ decision }) => {
      this.#standing = new StandingDecision(decision);
      this.#due(null, 'decision');
    },
    'vip-wanted': (message) => this.#follow(message),
    unsure: ({ frontend, looked }) => {
      if (this.#standing.ofFrontend(frontend) === undefined) return;
      this.#jobs.unsure(frontend, looked);
      this.#next();
    },
    restarted: () => {
      this.#settled.forgetAll();
      this.#retrySoon();
    },
    stands: (message) => {
      const { standing, followed } = message;
      this.#stands(message, followed && this.#followed(standing.desired.frontend, followed));
      this.options.stats?.tell(message);
    },
    sync: ({ frontend, reply }) => this.#asked(frontend, reply),
    'job-done': ({ report }) => {
      for (const reply of this.#jobs.end()) reply.ok(report);
      this.#next();
    },
    'job-failed': ({ error }) => {
      // What a MaglevError says is expected of a VPP that may vanish at any moment; all else is a bug and a crash.
      if (!(error instanceof MaglevError) || error.code === 'MGL_INTERNAL') throw error;
      for (const reply of this.#jobs.end()) reply.fail(error);
      this.#next();
    },
    'tell-more': () => {
      this.#tellsMore = false;
      this.#news(this.#telling.changes.tellMore());
    },
  });

  /** Somebody asks: with a name that is not in the config there is nothing to do. */
  #asked(frontend: string | null, reply: Reply<SyncReport>): void {
    if (frontend !== null && this.#standing.ofFrontend(frontend) === undefined) {
      const known = this.#standing.decision.vips.map((vip) => vip.frontend);
      reply.fail(unknownFrontend(frontend, known));
    } else {
      if (!this.#jobs.asked(frontend, reply))
        reply.fail(new MaglevError('MGL_MAILBOX_FULL', 'too many requests wait for a sync already'));
      this.#next();
    }
  }

  #due(frontend: string | null, cause: SyncCause): void {
    this.#jobs.due(frontend, cause);
    this.#next();
  }

  #next(): void {
    const job = this.#jobs.begin();
    if (job === null) return;
    this.context.pipe(
      this.#sync(job.frontend, job.cause),
      (report) => ({ type: 'job-done', report }),
      (error) => ({ type: 'job-failed', error }),
    );
  }

  #follow({ vip, flush, reply }: VipWanted): void {
    const standing = this.#standing.withVip(vip);
    if (standing === null) {
      const text = 'the config has changed meanwhile, and a full sync carries it out';
      reply?.ok(notApplied(vip.frontend, 'full-sync', text));
      return;
    }
    this.#standing = standing;
    this.#settled.forget(vipId(vip.key));
    this.context.relay(this.#reconcilerOf(vip), { type: 'wanted', desired: vip, flush, reply });
  }

  #followed(frontend: string, { result, durationMs }: Followed): MadeSync {
    const story = this.#story({ scope: 'vip', frontend, cause: 'decision' }, false, durationMs);
    this.#tell(result);
    this.#news(this.#telling.failedBeside(result.failures));
    const { sync, news } = story.done(result, [], this.context.clock.monotonic());
    this.#news(news);
    return sync;
  }

  /** What could not even be begun no reconciler tells of. */
  #tellFailures({ failures }: Tally): void {
    const unbegun = failures.filter(
      ({ operation }) => this.#standing.vip(vipId(operation.key)) !== undefined,
    );
    if (unbegun.length > 0) this.#stands({ type: 'failed', failures: unbegun });
  }

  /** `sync`: what was made to come to that. */
  #stands(news: StandingNews, sync: MadeSync | null = null): void {
    this.#settled.hear(news);
    const { report, link } = this.options;
    report.tell({ type: 'standing', link, news, sync });
  }

  #tell(result: Tally): void {
    const { clock, log } = this.context;
    this.#news(this.#telling.changes.tell(result, clock.monotonic(), log.enabled('debug')));
    if (!this.#telling.changes.owesMore || this.#tellsMore) return;
    this.#tellsMore = true;
    this.context.after(1000, { type: 'tell-more' });
  }

  #news(news: readonly MaglevEvent[]): void {
    tellNews(this.context.log, news);
  }

  /** Of a sync that began so long ago. */
  #story(subject: SyncSubject, quiet: boolean, agoMs = 0): SyncStory {
    const { clock } = this.context;
    const begun = { at: clock.now() - agoMs, monotonic: clock.monotonic() - agoMs };
    const story = new SyncStory(subject, begun, quiet);
    this.#news(story.start());
    return story;
  }

  #keep({ sync, news }: SyncEnd): void {
    this.#news(news);
    this.options.report.tell({ type: 'sync-made', sync });
  }

  async #sync(frontend: string | null, cause: SyncCause): Promise<SyncReport> {
    const scope = frontend === null ? 'all' : 'vip';
    const quiet = (cause === 'tick' || cause === 'retry') && this.#course.settled;
    const { clock } = this.context;
    const story = this.#story({ scope, frontend, cause }, quiet);
    const changed = (result: Tally) => {
      if (changedAnything(result)) this.#news(story.changed());
      this.#tell(result);
      this.#tellFailures(result);
    };
    try {
      const { unverified, ...result } = await (frontend === null
        ? this.#syncAllTwice(changed)
        : this.#syncOne(frontend, changed));
      if (frontend !== null) this.#news(this.#telling.failedBeside(result.failures));
      else this.#news(this.#telling.changes.tellMore());
      this.#keep(story.done(result, unverified, clock.monotonic()));
      if (frontend === null) this.#concluded(result, cause);
      else if (result.failures.length > 0) this.#retrySoon();
      // Whoever asks may know of changes that nobody can see.
      if (cameOrWent(result) || cause === 'asked') this.options.stats?.tell({ type: 'vips-changed' });
      return { scope, counts: result.counts, failures: result.failures, unverified };
    } catch (thrown) {
      this.options.stats?.tell({ type: 'vips-changed' });
      if (!this.context.signal.aborted) {
        this.#keep(story.failed(thrown, clock.monotonic()));
        if (frontend === null) this.#goesOn(failedAgain(this.#course));
        else this.#retrySoon();
      }
      throw thrown;
    }
  }

  /**
   * A pass in which something failed is followed by one more, which reads VPP again: what timed out may have been
   * executed, and what was refused may have been in the way of something that is gone now. What failed in the same way
   * in the last sync already is not tried twice.
   */
  async #syncAllTwice(changed: (result: Tally) => void): Promise<Outcome> {
    const first = await this.#syncAll(changed);
    if (!this.#failedAnew(first)) return first;
    const second = await this.#syncAll(changed);
    this.#failedAnew(second);
    return { ...addTallies([first, second]), failures: second.failures, unverified: second.unverified };
  }

  #failedAnew({ failures }: Tally): boolean {
    const { news, anew } = this.#telling.failed(failures);
    this.#news(news);
    return anew;
  }

  async #syncAll(changed: (result: Tally) => void): Promise<Outcome> {
    const reading = await this.#read();
    const { conf, vips, textError } = reading;
    const read = { at: this.context.clock.now(), state: { conf, vips } };
    this.options.report.tell({ type: 'vpp-read', read });
    this.#settled.read(conf);
    const isDone = this.#settled.hasAll(this.#standing, vips);
    if (!isDone) await this.#stopReconcilersOfNobody();
    const result = isDone ? addTallies([]) : await this.#syncBy(reading).all(changed);
    const { unverified, news } = await this.#telling.read(vips, this.#standing, textError);
    this.#news(news);
    return { ...result, unverified };
  }

  /** Never removes a VIP: what must be made anew is made anew by a full sync, which sees its neighbours too. */
  async #syncOne(frontend: string, changed: (result: Tally) => void): Promise<Outcome> {
    const reading = await this.#read();
    const desired = this.#standing.ofFrontend(frontend);
    if (desired === undefined) return { ...addTallies([]), unverified: [] };
    const id = vipId(desired.key);
    const found = reading.vips.find(({ key }) => vipId(key) === id) ?? null;
    const result = await this.#syncBy(reading).one(desired, found);
    changed(result);
    if (result.failures.some(({ operation }) => operation.op === 'vip-sync')) this.#due(null, 'unsure');
    const vips = found === null ? [] : [found];
    return { ...result, unverified: unverifiedIn({ vips, textError: reading.textError }) };
  }

  #syncBy(reading: LbReading): Sync {
    const standing = () => this.#standing;
    const reconcilerOf = (vip: DesiredVip) => this.#reconcilerOf(vip);
    const options = { link: this.options.link, standing, reconcilerOf, settled: this.#settled };
    return new Sync(this.context, options, reading);
  }

  async #read(): Promise<LbReading> {
    const { link, confPusher, stats } = this.options;
    const reading = await this.context.ask(link, { type: 'read-state' });
    confPusher.tell({ type: 'found', conf: reading.conf });
    if (reading.places !== null) stats?.tell({ type: 'places', places: reading.places });
    return reading;
  }

  #concluded(result: Tally, cause: SyncCause): void {
    this.#goesOn(concluded(this.#course, result, cause));
    const { report, link } = this.options;
    this.#stands({ type: 'compared' });
    if (livedThrough(result)) report.tell({ type: 'synced', link });
    this.#news(fightNews(this.#course, result));
  }

  /** What is wrong with one VIP waits for no tick; as long as full syncs fail, these are retried already. */
  #retrySoon(): void {
    if (this.#course.failures === 0) this.#goesOn(failedAgain(this.#course));
  }

  #goesOn(course: SyncCourse): void {
    this.#course = course;
    this.#cancelRetry();
    const delay = retryDelay(course, this.#standing.decision.syncInterval);
    if (delay !== null) this.#cancelRetry = this.context.after(delay, { type: 'retry' });
  }

  #reconcilerOf({ key }: DesiredVip): ActorRef<ReconcilerRequest> {
    const id = vipId(key);
    let reconciler = this.#reconcilers.get(id);
    if (reconciler === undefined) {
      const { self } = this.context;
      reconciler = this.context.spawn(reconcilerActor({ key, link: this.options.link, lb: self }));
      this.#reconcilers.set(id, reconciler);
    }
    return reconciler;
  }

  async #stopReconcilersOfNobody(): Promise<void> {
    const unwanted = [...this.#reconcilers].filter(([id]) => this.#standing.vip(id) === undefined);
    for (const [id] of unwanted) {
      this.#reconcilers.delete(id);
      this.#settled.forget(id);
    }
    await Promise.all(unwanted.map(([, ref]) => this.context.stopChild(ref)));
  }
}

type Outcome = Tally & { readonly unverified: readonly string[] };
