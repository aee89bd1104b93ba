import { asMaglevError, MaglevError } from '../../domain/errors.js';
import type { IpAddress } from '../../domain/ip.js';
import { type DesiredVip, type LbConf, type VipId, type VipState, vipId } from '../../domain/lb.js';
import { lacksSource, mustReplace } from '../../domain/plan.js';
import type { StandingDecision } from '../../domain/standing-decision.js';
import type { Address, Reply } from '../../protocol/address.js';
import type { Cancel } from '../../protocol/clock.js';
import type { SyncReport, VppRequest } from '../../protocol/vpp.js';
import { ask, untilAnswered } from '../ask.js';
import type { ActorRef, ActorSpec, Context } from '../kernel/contract.js';
import type { ConfPusherMessage } from './conf-pusher.js';
import { fullSync } from './full-sync.js';
import { type ReconcilerMessage, reconcilerActor } from './reconciler.js';
import { SyncJobs } from './sync-jobs.js';
import { addTallies, failure, logFailures, nothing, type Tally } from './tally.js';

export interface LbOptions {
  readonly link: Address<VppRequest>;
  readonly confPusher: Address<ConfPusherMessage>;
  readonly wanted: StandingDecision;
  /** Told when a full sync has left VPP equal to the decision. */
  readonly synced: () => void;
  /** Told after a sync that may have added or removed VIPs or servers. */
  readonly vipsChanged: () => void;
}

export type LbMessage =
  | { readonly type: 'tick' }
  | { readonly type: 'wanted-changed' }
  /** The decision about one frontend changed; see ReconcilerMessage. */
  | { readonly type: 'vip-wanted'; readonly frontend: string; readonly flush: ReadonlySet<IpAddress> }
  | { readonly type: 'sync'; readonly frontend: string | null; readonly reply: Reply<SyncReport> }
  /** A reconciler cannot go on without a read of VPP; see ReconcilerOptions. */
  | { readonly type: 'unsure'; readonly frontend: string; readonly looked: boolean }
  | { readonly type: 'job-done'; readonly report: SyncReport }
  | { readonly type: 'job-failed'; readonly error: Error };

/** Full syncs in a row that had to repair VPP, before the log says that somebody keeps changing it. */
const DRIFTS_OF_A_FIGHT = 3;

const suspects =
  'Another maglevd or a script may be at work on this VPP, each undoing what the other does: find it and end it.';

/** After a sync in which something failed: 1 s, doubled each time, until the sync interval is reached. */
const RETRY_MIN_MS = 1000;

/**
 * Keeps all VIPs of VPP equal to the decision. A full sync reads VPP once, removes what is stale, and hands every
 * reconciler what was found of its VIP; a sync of one frontend concerns that VIP only. One sync is under way at a time;
 * a change of the decision about one VIP does not wait for it.
 */
export function lbActor(options: LbOptions): ActorSpec<LbMessage> {
  return {
    name: 'lb',
    supervision: {
      strategy: 'one-for-one',
      intensity: { restarts: 100, withinMs: 10_000 },
      backoff: { minMs: 50, maxMs: 5000, jitter: 0.2 },
    },
    start: (context) => {
      const lb = new Lb(context, options);
      return { receive: (message) => lb.receive(message) };
    },
  };
}

class Lb {
  private readonly reconcilers = new Map<VipId, ActorRef<ReconcilerMessage>>();
  private readonly jobs: SyncJobs;
  private readsBegun = 0;
  /** The global settings that the last full sync found; null = none has looked yet. */
  private conf: LbConf | null = null;
  /** Full syncs in a row in which something failed, and what failed in the last one. */
  private failuresInARow = 0;
  private knownFailures: ReadonlySet<string> = new Set();
  private cancelRetry: Cancel = () => {};
  /** Full syncs in a row that found VPP changed although nothing was decided. */
  private drifts = 0;
  private syncedBefore = false;

  constructor(
    private readonly context: Context<LbMessage>,
    private readonly options: LbOptions,
  ) {
    this.jobs = new SyncJobs((frontend, expected) =>
      context.pipe(
        this.sync(frontend, expected),
        (report) => ({ type: 'job-done', report }),
        (error) => ({ type: 'job-failed', error }),
      ),
    );
  }

  receive(message: LbMessage): void {
    switch (message.type) {
      case 'tick':
        this.jobs.due(null, false);
        break;
      case 'wanted-changed':
        this.jobs.due(null, true);
        break;
      case 'vip-wanted':
        this.follow(message.frontend, message.flush);
        break;
      case 'unsure':
        if (this.options.wanted.ofFrontend(message.frontend) !== undefined) {
          this.jobs.unsure(message.frontend, message.looked);
        }
        break;
      case 'sync':
        this.asked(message.frontend, message.reply);
        break;
      case 'job-done':
        this.jobs.done(message.report);
        break;
      case 'job-failed':
        // What a MaglevError says is expected of a VPP that may vanish at any moment; all else is a bug and a crash.
        if (!(message.error instanceof MaglevError) || message.error.code === 'MGL_INTERNAL')
          throw message.error;
        this.jobs.failed(message.error);
        break;
    }
  }

  /** Somebody asks: with a name that is not in the config there is nothing to do. */
  private asked(frontend: string | null, reply: Reply<SyncReport>): void {
    if (frontend !== null && this.options.wanted.ofFrontend(frontend) === undefined) {
      reply.fail(new MaglevError('MGL_FRONTEND_UNKNOWN', `frontend "${frontend}" is not in the config`));
    } else {
      this.jobs.asked(frontend, reply);
    }
  }

  private async sync(frontend: string | null, expected: boolean): Promise<SyncReport> {
    const { context } = this;
    const scope = frontend === null ? 'all' : 'vip';
    const subject = frontend === null ? ({ scope } as const) : ({ scope, frontend } as const);
    const startedAt = context.clock.monotonic();
    context.log.log('info', 'vpp-lbsync-start', subject);
    try {
      const result = await (frontend === null ? this.syncAllTwice() : this.syncOne(frontend));
      if (frontend !== null) logFailures(result.failures, this.knownFailures, context.log);
      const durationMs = Math.round(context.clock.monotonic() - startedAt);
      const fields = { ...subject, ...result.counts, failures: result.failures.length, durationMs };
      context.log.log('info', 'vpp-lbsync-done', fields);
      if (frontend === null) this.concluded(result, expected);
      if (cameOrWent(result)) this.options.vipsChanged();
      return { scope, ...result };
    } catch (thrown) {
      this.options.vipsChanged();
      const { code, message } = asMaglevError(thrown);
      if (!context.signal.aborted) {
        context.log.log('warn', 'vpp-lbsync-done', { ...subject, code, error: message });
        if (frontend === null) this.retryAfter(true);
      }
      throw thrown;
    }
  }

  /**
   * A pass in which something failed is followed by one more, which reads VPP again: what timed out may have been
   * executed, and what was refused may have been in the way of something that is gone now. What failed in the same way
   * in the last sync already is not tried twice.
   */
  private async syncAllTwice(): Promise<Tally> {
    const { log } = this.context;
    const first = await this.syncAll();
    const known = this.knownFailures;
    this.knownFailures = logFailures(first.failures, known, log);
    if ([...this.knownFailures].every((one) => known.has(one))) return first;
    const second = await this.syncAll();
    this.knownFailures = logFailures(second.failures, this.knownFailures, log);
    return { counts: addTallies([first, second]).counts, failures: second.failures };
  }

  private concluded({ counts, failures }: Tally, expected: boolean): void {
    this.retryAfter(failures.length > 0);
    if (failures.length > 0) return;
    this.options.synced();
    const changed = Object.values(counts).some((count) => count > 0);
    // The first sync of a connection finds whatever it finds.
    this.drifts = changed && !expected && this.syncedBefore ? this.drifts + 1 : 0;
    this.syncedBefore = true;
    if (this.drifts >= DRIFTS_OF_A_FIGHT) {
      this.context.log.log('warn', 'vpp-lbsync-drift', { syncs: this.drifts, ...counts, advice: suspects });
    }
  }

  private retryAfter(failed: boolean): void {
    this.cancelRetry();
    this.failuresInARow = failed ? this.failuresInARow + 1 : 0;
    if (!failed) return;
    const delay = RETRY_MIN_MS * 2 ** Math.min(this.failuresInARow - 1, 16);
    // From here on the ticker is quicker.
    if (delay < this.options.wanted.syncInterval)
      this.cancelRetry = this.context.after(delay, { type: 'tick' });
  }

  private syncAll(): Promise<Tally> {
    return fullSync(this.context, {
      ...this.options,
      foundConf: (conf) => {
        this.conf = conf;
        this.options.confPusher.tell({ type: 'found', conf });
      },
      beginRead: () => ++this.readsBegun,
      reconcile: (desired, found, read) => this.reconcile(desired, found, read),
      keepOnly: (wanted) => this.stopReconcilersExcept(wanted),
    });
  }

  private async syncOne(frontend: string): Promise<Tally> {
    const { link, wanted } = this.options;
    const key = wanted.ofFrontend(frontend)?.key;
    if (key === undefined) return nothing;
    const read = ++this.readsBegun;
    const found = await ask(this.context, link, { type: 'read-vip', key }, untilAnswered);
    const desired = wanted.ofFrontend(frontend);
    if (desired === undefined) return nothing;
    const replace = found === null ? null : mustReplace(desired, found);
    if (replace === null) return this.reconcile(desired, found, read);
    // Never removes a VIP: what must be made anew is made anew by a full sync, which sees its neighbours too.
    this.jobs.due(null, true);
    const text = `VIP ${vipId(key)} must be replaced, because ${replace}: a full sync does it`;
    return failure(key, 'it must be replaced', new MaglevError('MGL_VPP_SYNC', text));
  }

  private follow(frontend: string, flush: ReadonlySet<IpAddress>): void {
    const desired = this.options.wanted.ofFrontend(frontend);
    if (desired !== undefined) this.reconcilerOf(desired).tell({ type: 'wanted', desired, flush });
  }

  private async reconcile(desired: DesiredVip, found: VipState | null, read: number): Promise<Tally> {
    if (found === null && this.conf !== null && lacksSource(desired, this.conf)) {
      // It comes with one of the next syncs: a failure is followed by another one soon.
      const text = `VIP ${vipId(desired.key)} was not added: VPP has not taken the source address for its GRE tunnels`;
      return failure(desired.key, 'VPP lacks its source', new MaglevError('MGL_VPP_SYNC', text));
    }
    const reconciler = this.reconcilerOf(desired);
    return ask(this.context, reconciler, { type: 'reconcile', desired, found, read }, untilAnswered);
  }

  private reconcilerOf({ key }: DesiredVip): ActorRef<ReconcilerMessage> {
    const id = vipId(key);
    let reconciler = this.reconcilers.get(id);
    if (reconciler === undefined) {
      const { link } = this.options;
      const unsure = (frontend: string, looked: boolean) =>
        this.context.self.tell({ type: 'unsure', frontend, looked });
      reconciler = this.context.spawn(
        reconcilerActor({ key, link, unsure, readsBegun: () => this.readsBegun }),
      );
      this.reconcilers.set(id, reconciler);
    }
    return reconciler;
  }

  private async stopReconcilersExcept(wanted: ReadonlySet<VipId>): Promise<void> {
    const unwanted = [...this.reconcilers].filter(([id]) => !wanted.has(id));
    for (const [id] of unwanted) this.reconcilers.delete(id);
    await Promise.all(unwanted.map(([, ref]) => this.context.stopChild(ref)));
  }
}

function cameOrWent({ counts }: Tally): boolean {
  return counts.vipAdded + counts.vipRemoved + counts.asAdded + counts.asRemoved > 0;
}
