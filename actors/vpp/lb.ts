import { asMaglevError, MaglevError } from '../../domain/errors.js';
import { type Decision, type DesiredVip, type VipId, type VipState, vipId } from '../../domain/lb.js';
import { planStale } from '../../domain/plan.js';
import type { Address, Reply } from '../../protocol/address.js';
import type { SyncReport, VppRequest } from '../../protocol/vpp.js';
import { ask, untilAnswered } from '../ask.js';
import type { ActorRef, ActorSpec, Context } from '../kernel/contract.js';
import { inWindow } from '../window.js';
import type { ConfPusherMessage } from './conf-pusher.js';
import { apply, type ReconcileRequest, reconcilerActor } from './reconciler.js';
import { addTallies, type Tally } from './tally.js';

export interface LbOptions {
  readonly link: Address<VppRequest>;
  readonly confPusher: Address<ConfPusherMessage>;
  /** What is wanted now. */
  readonly decision: () => Decision;
}

export type LbMessage =
  | { readonly type: 'tick' }
  | { readonly type: 'wanted-changed' }
  | { readonly type: 'sync'; readonly frontend: string | null; readonly reply: Reply<SyncReport> };

/**
 * VIPs that are worked on at once: enough that VPP always has the next request when it has answered the last one, and
 * so few that a turn of the event loop stays short.
 */
const WINDOW = 64;

/** After a sync in which something failed: 1 s, doubled each time, until the sync interval is reached. */
const RETRY_MIN_MS = 1000;

/**
 * Keeps all VIPs of VPP equal to the decision. A full sync reads VPP once, removes what is stale, and hands every
 * reconciler what was found of its VIP; a sync of one frontend concerns that VIP only.
 */
export function lbActor(options: LbOptions): ActorSpec<LbMessage> {
  return {
    name: 'lb',
    // Ticks that come during a sync are one tick; a mailbox of 1,000 unanswered syncs is full.
    mailbox: {
      kind: 'coalesce',
      capacity: 1000,
      key: (message) => (message.type === 'sync' ? null : message.type),
    },
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
  private readonly reconcilers = new Map<VipId, ActorRef<ReconcileRequest>>();
  private failuresInARow = 0;

  constructor(
    private readonly context: Context<LbMessage>,
    private readonly options: LbOptions,
  ) {}

  async receive(message: LbMessage): Promise<void> {
    const frontend = message.type === 'sync' ? message.frontend : null;
    const desired = this.options.decision().vips.find((vip) => vip.frontend === frontend);
    if (frontend !== null && desired === undefined && message.type === 'sync') {
      message.reply.fail(
        new MaglevError('MGL_FRONTEND_UNKNOWN', `frontend "${frontend}" is not in the config`),
      );
      return;
    }
    try {
      const report = await this.sync(desired ?? null);
      if (message.type === 'sync') message.reply.ok(report);
    } catch (error) {
      // What a MaglevError says is expected of a VPP that may vanish at any moment; all else is a bug and a crash.
      if (!(error instanceof MaglevError) || error.code === 'MGL_INTERNAL') throw error;
      if (message.type === 'sync') message.reply.fail(error);
    }
  }

  /** Syncs one VIP, or all when `only` is null. */
  private async sync(only: DesiredVip | null): Promise<SyncReport> {
    const { context } = this;
    const scope = only === null ? 'all' : 'vip';
    const subject = only === null ? { scope } : { scope, frontend: only.frontend };
    const startedAt = context.clock.monotonic();
    context.log.log('info', 'vpp-lbsync-start', subject);
    try {
      const result = await atMostTwice(() => (only === null ? this.syncAll() : this.syncOne(only)));
      const durationMs = Math.round(context.clock.monotonic() - startedAt);
      const fields = { ...subject, ...result.counts, failures: result.failures.length, durationMs };
      context.log.log('info', 'vpp-lbsync-done', fields);
      this.retryAfter(result.failures.length > 0);
      return { scope, ...result };
    } catch (thrown) {
      const { code, message } = asMaglevError(thrown);
      if (!context.signal.aborted) {
        context.log.log('warn', 'vpp-lbsync-done', { ...subject, code, error: message });
        this.retryAfter(true);
      }
      throw thrown;
    }
  }

  private retryAfter(failed: boolean): void {
    this.failuresInARow = failed ? this.failuresInARow + 1 : 0;
    if (!failed) return;
    const delay = RETRY_MIN_MS * 2 ** Math.min(this.failuresInARow - 1, 16);
    // From here on the ticker is quicker.
    if (delay < this.options.decision().syncInterval) this.context.after(delay, { type: 'tick' });
  }

  private async syncAll(): Promise<Tally> {
    const { context, options } = this;
    const { vips } = options.decision();
    const state = await ask(context, options.link, { type: 'read-state' }, untilAnswered);
    options.confPusher.tell({ type: 'found', conf: state.conf });

    const stale = planStale(vips, state);
    const removed = await inWindow(stale, WINDOW, ({ operations }) =>
      apply(context, options.link, operations),
    );

    const found = new Map(state.vips.map((vip): [VipId, VipState | null] => [vipId(vip.key), vip]));
    const replaced = new Map<VipId, DesiredVip>();
    for (const { vip, replacement } of stale) {
      found.set(vipId(vip.key), null);
      if (replacement !== null) replaced.set(vipId(vip.key), replacement);
    }
    await this.stopReconcilersExcept(new Set(vips.map((vip) => vipId(vip.key))));
    const reconciled = await inWindow(vips, WINDOW, (vip) => {
      const id = vipId(vip.key);
      return this.reconcile(replaced.get(id) ?? vip, found.get(id) ?? null);
    });
    return addTallies([...removed, ...reconciled]);
  }

  private async syncOne(desired: DesiredVip): Promise<Tally> {
    const { key } = desired;
    const found = await ask(this.context, this.options.link, { type: 'read-vip', key }, untilAnswered);
    return this.reconcile(desired, found);
  }

  private reconcile(desired: DesiredVip, found: VipState | null): Promise<Tally> {
    const id = vipId(desired.key);
    let reconciler = this.reconcilers.get(id);
    if (reconciler === undefined) {
      reconciler = this.context.spawn(reconcilerActor(desired.key, this.options.link));
      this.reconcilers.set(id, reconciler);
    }
    return ask(this.context, reconciler, { type: 'reconcile', desired, found }, untilAnswered);
  }

  private async stopReconcilersExcept(wanted: ReadonlySet<VipId>): Promise<void> {
    const unwanted = [...this.reconcilers].filter(([id]) => !wanted.has(id));
    for (const [id] of unwanted) this.reconcilers.delete(id);
    await Promise.all(unwanted.map(([, ref]) => this.context.stopChild(ref)));
  }
}

/**
 * A pass in which something failed is followed by one more, which reads VPP again: what timed out may have been
 * executed, and what was refused may have been in the way of something that is gone now.
 */
async function atMostTwice(pass: () => Promise<Tally>): Promise<Tally> {
  const first = await pass();
  if (first.failures.length === 0) return first;
  const second = await pass();
  return { counts: addTallies([first, second]).counts, failures: second.failures };
}
