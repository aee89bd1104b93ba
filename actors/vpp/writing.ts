import type { LbOperation } from '../../domain/lb.js';
import { costOf, piecesOf, type VipLoad } from '../../domain/plan-cost.js';
import { addTallies, type Tally, tally } from '../../domain/tally.js';
import type { Address } from '../../protocol/address.js';
import type { VppRequest, Written } from '../../protocol/vpp.js';
import type { Context } from '../kernel/contract.js';

export interface Writing {
  readonly link: Address<VppRequest>;
  /** Of the VIP that is written to. */
  readonly load: VipLoad;
  readonly urgent: boolean;
}

type Asking = Pick<Context<never>, 'ask' | 'clock'>;

/** Sends operations in one go. Rejects when VPP cannot be reached. */
export function send(
  { ask }: Pick<Asking, 'ask'>,
  { link, load, urgent }: Writing,
  operations: readonly LbOperation[],
): Promise<Written> {
  return ask(link, { type: 'apply', operations, cost: costOf(operations, load), urgent });
}

/** The same piece by piece, so that a decision can overtake. What fails holds nothing up. */
export async function writeInPieces(
  context: Asking,
  writing: Writing,
  operations: readonly LbOperation[],
): Promise<Tally> {
  const results: Tally[] = [];
  for (const piece of piecesOf(operations, writing.load)) {
    const { outcomes } = await send(context, writing, piece);
    results.push(tally(piece, outcomes, context.clock.now()));
  }
  return addTallies(results);
}
