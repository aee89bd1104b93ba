import type { LbOperation } from '../../domain/lb.js';
import { costOf, piecesOf, type VipLoad } from '../../domain/plan-cost.js';
import { addTallies, type Tally, tally } from '../../domain/tally.js';
import type { Address } from '../../protocol/address.js';
import type { VppRequest } from '../../protocol/vpp.js';
import type { Context } from '../kernel/contract.js';

export interface Writing {
  readonly link: Address<VppRequest>;
  /** Of the VIP that is written to. */
  readonly load: VipLoad;
  readonly urgent: boolean;
}

/** Sends operations in one go and waits for VPP's answers. Rejects when VPP cannot be reached. */
export async function write(
  context: Pick<Context<never>, 'ask' | 'clock'>,
  { link, load, urgent }: Writing,
  operations: readonly LbOperation[],
): Promise<{ readonly result: Tally; readonly order: number }> {
  const request = { type: 'apply', operations, cost: costOf(operations, load), urgent } as const;
  const { outcomes, order } = await context.ask(link, request);
  return { result: tally(operations, outcomes, context.clock.now()), order };
}

/** The same piece by piece, so that a decision can overtake. What fails holds nothing up. */
export async function writeInPieces(
  context: Pick<Context<never>, 'ask' | 'clock'>,
  writing: Writing,
  operations: readonly LbOperation[],
): Promise<Tally> {
  const results: Tally[] = [];
  for (const piece of piecesOf(operations, writing.load))
    results.push((await write(context, writing, piece)).result);
  return addTallies(results);
}
