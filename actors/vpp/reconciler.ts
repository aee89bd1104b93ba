import { MaglevError } from '../../domain/errors.js';
import type { IpAddress } from '../../domain/ip.js';
import { type DesiredVip, type LbOperation, type VipKey, type VipState, vipId } from '../../domain/lb.js';
import { mustReplace, planVip, settledVip } from '../../domain/plan.js';
import type { Address, Reply } from '../../protocol/address.js';
import type { VppRequest } from '../../protocol/vpp.js';
import { ask, untilAnswered } from '../ask.js';
import type { ActorSpec, Context } from '../kernel/contract.js';
import { addTallies, nothing, type Tally, tally } from './tally.js';

export type ReconcilerMessage =
  | {
      /** A read of VPP shows what it has under this key; null = nothing. */
      readonly type: 'reconcile';
      readonly desired: DesiredVip;
      readonly found: VipState | null;
      /** The number of that read. */
      readonly read: number;
      readonly reply: Reply<Tally>;
    }
  | {
      /** The decision about this VIP changed: carry it out at once, without reading VPP again. */
      readonly type: 'wanted';
      readonly desired: DesiredVip;
      /** Servers whose flows are to be cut now, whatever their weight does. */
      readonly flush: ReadonlySet<IpAddress>;
    };

export interface ReconcilerOptions {
  readonly key: VipKey;
  readonly link: Address<VppRequest>;
  /** How many reads of VPP have begun so far. */
  readonly readsBegun: () => number;
  /**
   * Told when VPP has to be read before anything more can be done about the VIP. `looked` is false as long as no read
   * of VPP has come to it.
   */
  readonly unsure: (frontend: string, looked: boolean) => void;
}

/**
 * Makes one VIP of VPP equal to what is wanted: plans, and sends the whole plan in one batch. It never repeats a
 * failed operation, because a timed-out one may have been executed: who reads VPP again asks again.
 */
export function reconcilerActor(options: ReconcilerOptions): ActorSpec<ReconcilerMessage> {
  return {
    // A prefix has a slash, which no actor's name may have.
    name: vipId(options.key).replace('/', '_'),
    start: (context) => {
      const reconciler = new Reconciler(context, options);
      return { receive: (message) => reconciler.receive(message) };
    },
  };
}

const none: ReadonlySet<IpAddress> = new Set();

class Reconciler {
  /** What VPP has, as far as we know from what we read and wrote; undefined = to be read. */
  private known: VipState | null | undefined;
  /** What VPP was last made equal to: tells a server that comes to be flushed from one that was flushed. */
  private previous: DesiredVip | null = null;
  private looked = false;
  /** The number of the last read that had begun when our last write ended: that one may not show it. */
  private wroteDuring = 0;
  /** Servers whose flows are still to be cut. */
  private owed = none;

  constructor(
    private readonly context: Context<ReconcilerMessage>,
    private readonly options: ReconcilerOptions,
  ) {}

  async receive(message: ReconcilerMessage): Promise<void> {
    if (message.type === 'wanted') return this.follow(message.desired, message.flush);
    const { desired, found, read, reply } = message;
    this.looked = true;
    const base = this.wroteDuring >= read && this.known !== undefined ? this.known : found;
    try {
      reply.ok(await this.carryOut(desired, base, planVip(desired, base, this.previous, this.owed)));
    } catch (error) {
      if (!(error instanceof MaglevError)) throw error;
      reply.fail(error);
    }
  }

  private async follow(desired: DesiredVip, flush: ReadonlySet<IpAddress>): Promise<void> {
    const { context, options } = this;
    const { frontend } = desired;
    this.owed = new Set([...this.owed, ...flush]);
    if (this.known === undefined) return options.unsure(frontend, this.looked);
    // Only a full sync replaces a VIP: it looks at the neighbours on the prefix too.
    if (this.known !== null && mustReplace(desired, this.known) !== null)
      return options.unsure(frontend, this.looked);
    const operations = planVip(desired, this.known, this.previous, this.owed);
    if (operations.length === 0) {
      this.owed = none;
      return;
    }
    const startedAt = context.clock.monotonic();
    context.log.log('info', 'vpp-lbsync-start', { scope: 'vip', frontend });
    const result = await this.carryOut(desired, this.known, operations).catch((error: unknown) => {
      // The connection is gone; the session goes with it, and the next one begins with a read.
      if (!(error instanceof MaglevError)) throw error;
      return null;
    });
    if (result === null) return;
    const durationMs = Math.round(context.clock.monotonic() - startedAt);
    const { counts, failures } = result;
    context.log.log('info', 'vpp-lbsync-done', {
      scope: 'vip',
      frontend,
      ...counts,
      failures: failures.length,
      durationMs,
    });
    if (failures.length > 0) options.unsure(frontend, this.looked);
  }

  private async carryOut(
    desired: DesiredVip,
    base: VipState | null,
    operations: readonly LbOperation[],
  ): Promise<Tally> {
    if (operations.length === 0) {
      this.known = base;
      this.previous = desired;
      this.owed = none;
      return nothing;
    }
    // Not known while the writes are under way, nor when one of them fails.
    this.known = undefined;
    const result = await this.write(operations);
    this.wroteDuring = this.options.readsBegun();
    if (result.failures.length === 0) this.known = settledVip(desired, base);
    const failed = failedServers(result);
    this.owed = new Set([...this.owed].filter((address) => failed.has(address)));
    this.previous = remembered(desired, this.previous, failed);
    return result;
  }

  /**
   * One batch, but for a plan that deletes servers beside adding others: there the deletions wait until the additions
   * were done, so that nobody leaves for a server that VPP refused. Who is down or disabled waits for nobody.
   */
  private async write(operations: readonly LbOperation[]): Promise<Tally> {
    const { context, options } = this;
    const replaces = operations.some(({ op }) => op === 'vip-del');
    const deletes = operations.filter(({ op }) => op === 'as-del');
    if (replaces || deletes.length === 0 || !operations.some(({ op }) => op === 'as-add')) {
      return apply(context, options.link, operations);
    }
    const first = await apply(
      context,
      options.link,
      operations.filter(({ op }) => op !== 'as-del'),
    );
    if (first.failures.length > 0) return first;
    return addTallies([first, await apply(context, options.link, deletes)]);
  }
}

/** What VPP was made equal to, server by server: one whose change failed is remembered as it was before. */
function remembered(
  desired: DesiredVip,
  previous: DesiredVip | null,
  failed: ReadonlySet<IpAddress>,
): DesiredVip {
  if (failed.size === 0) return desired;
  const before = new Map((previous?.ases ?? []).map((as) => [as.address, as]));
  const ases = desired.ases.map((as) =>
    failed.has(as.address) ? (before.get(as.address) ?? { ...as, flush: false }) : as,
  );
  return { ...desired, ases };
}

function failedServers({ failures }: Tally): ReadonlySet<IpAddress> {
  return new Set(failures.flatMap(({ operation }) => ('address' in operation ? [operation.address] : [])));
}

/** Executes a plan in one batch; counts and logs what came of it. Rejects when VPP cannot be reached. */
export async function apply(
  context: Pick<Context<never>, 'ask' | 'log'>,
  link: Address<VppRequest>,
  operations: readonly LbOperation[],
): Promise<Tally> {
  const outcomes = await ask(context, link, { type: 'apply', operations }, untilAnswered);
  return tally(operations, outcomes, context.log);
}
