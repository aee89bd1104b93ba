import { MaglevError } from '../../domain/errors.js';
import { type DesiredVip, type LbOperation, type VipKey, type VipState, vipId } from '../../domain/lb.js';
import { planVip } from '../../domain/plan.js';
import type { Address, Reply } from '../../protocol/address.js';
import type { VppRequest } from '../../protocol/vpp.js';
import { ask, untilAnswered } from '../ask.js';
import type { ActorSpec, Context } from '../kernel/contract.js';
import { nothing, type Tally, tally } from './tally.js';

export interface ReconcileRequest {
  readonly type: 'reconcile';
  readonly desired: DesiredVip;
  /** What VPP has under this key; null = nothing. */
  readonly found: VipState | null;
  readonly reply: Reply<Tally>;
}

/**
 * Makes one VIP of VPP equal to what is wanted: plans, and sends the whole plan in one batch. It never repeats a
 * failed operation, because a timed-out one may have been executed: who asked reads VPP again and asks again.
 */
export function reconcilerActor(key: VipKey, link: Address<VppRequest>): ActorSpec<ReconcileRequest> {
  return {
    // A prefix has a slash, which no actor's name may have.
    name: vipId(key).replace('/', '_'),
    start: (context) => {
      /** What VPP was last made equal to: tells a server that comes to be flushed from one that was flushed. */
      let previous: DesiredVip | null = null;
      return {
        receive: async ({ desired, found, reply }) => {
          const operations = planVip(desired, found, previous);
          try {
            const result = operations.length === 0 ? nothing : await apply(context, link, operations);
            if (result.failures.length === 0) previous = desired;
            reply.ok(result);
          } catch (error) {
            if (!(error instanceof MaglevError)) throw error;
            reply.fail(error);
          }
        },
      };
    },
  };
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
