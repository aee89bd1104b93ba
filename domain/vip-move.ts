import { type DesiredVip, type LbConf, type LbOperation, vipId } from './lb.js';
import { loadOf, pieceOf } from './plan-cost.js';
import type { FailedStep } from './syncs.js';
import type { VipKnowledge } from './vip-knowledge.js';

/** What is to be done next on the way to what is wanted of a VIP. */
export type VipMove =
  /** VPP has all of it. */
  | { readonly kind: 'equal' }
  /** It is not known what VPP has: somebody else is making it anew. */
  | { readonly kind: 'remade' }
  /** It is for a full sync to do, or to report; `text` is a sentence without a full stop. */
  | { readonly kind: 'blocked'; readonly reason: string; readonly text: string }
  /** A piece of the plan; behind it the rest of its batch, and what comes later. */
  | ({ readonly kind: 'write'; readonly piece: readonly LbOperation[] } & Left);

interface Left {
  readonly rest: readonly LbOperation[];
  readonly later: readonly LbOperation[];
}

const none: readonly LbOperation[] = [];

export function nextMove(knowledge: VipKnowledge, desired: DesiredVip, conf: LbConf | null): VipMove {
  const plan = knowledge.plan(desired, conf);
  if (plan === null) return { kind: 'remade' };
  const refused = plan.refused[0];
  const batch = plan.batches[0];
  if (refused !== undefined) return { kind: 'blocked', reason: refused.reason, text: refused.text };
  if (batch === undefined) return { kind: 'equal' };
  // Only a full sync does that: it looks at the neighbours on the prefix too.
  if (batch.kind === 'anew') {
    const why = batch.operations[0]?.reason ?? 'replaced';
    const text = `VIP ${vipId(desired.key)} must be made anew (${why}), which a full sync does`;
    return { kind: 'blocked', reason: 'it must be replaced', text };
  }
  const piece = pieceOf(batch.operations, loadOf(desired));
  const rest = piece.length === batch.operations.length ? none : batch.operations.slice(piece.length);
  const later =
    plan.batches.length === 1 ? none : plan.batches.slice(1).flatMap(({ operations }) => operations);
  return { kind: 'write', piece, rest, later };
}

/**
 * What is still tried when a piece failed, and what is not. Its failures hold up nothing but what comes later: who is
 * down waits for nobody. Who goes for those who come goes when one of them did come, whoever else was refused; removals
 * wait. Without the VIP there is nothing to add servers to.
 */
export function afterFailure(
  failures: readonly FailedStep[],
  { piece, rest, later }: Left & { readonly piece: readonly LbOperation[] },
): { readonly tried: readonly LbOperation[]; readonly skipped: readonly LbOperation[] } {
  const hopeless = failures.some(
    ({ operation, error }) => operation.op === 'vip-add' || error.code === 'MGL_VPP_DISCONNECTED',
  );
  if (hopeless) return { tried: [], skipped: [...rest, ...later] };
  const failed = new Set(failures.map(({ operation }) => operation));
  const came = piece.some((operation) => comes(operation) && !failed.has(operation));
  const leaves = later.filter(({ op }) => came && op === 'as-weight');
  return { tried: [...rest, ...leaves], skipped: later.filter((operation) => !leaves.includes(operation)) };
}

function comes(operation: LbOperation): boolean {
  if (operation.op === 'as-weight') return operation.weight > operation.from;
  return operation.op === 'as-add' && operation.weight > 0;
}
