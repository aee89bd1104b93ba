import type { DesiredVip, LbOperation, VipState } from './lb.js';

/** What a change of a VIP's servers costs VPP depends on these two. */
export interface VipLoad {
  /** Buckets of the new-flow table. */
  readonly tableLength: number;
  /** Sum of the weights of its servers. */
  readonly weights: number;
}

/**
 * What is sent for one VIP before the next decision about it can overtake, in milliseconds of VPP's main thread: so
 * much that the way there and back is nothing beside it.
 */
export const PIECE_MS = 50;

/** Operations that are encoded in one turn of the event loop. */
const PIECE_OPERATIONS = 256;

export function loadOf({ tableLength, ases }: DesiredVip): VipLoad {
  let weights = 0;
  for (const { weight } of ases) weights += weight;
  return { tableLength, weights };
}

/** Of a VIP that VPP has. Its length may be known modulo 65536 only. */
export function loadOfFound({ tableLength, ases }: VipState): VipLoad {
  let weights = 0;
  for (const { weight } of ases) weights += weight;
  return { tableLength: Math.max(tableLength.value, tableLength.exact ? 1 : 65536), weights };
}

/**
 * Milliseconds that VPP's main thread needs for these changes of one VIP, as was measured on a live one: each change of
 * a server fills the whole table anew, and to cut flows is to look at every entry of the flow tables.
 */
export function costOf(operations: readonly LbOperation[], load: VipLoad): number {
  const rebuild = rebuildCost(load);
  let cost = 0;
  for (const operation of operations) cost += operationCost(operation, rebuild);
  return cost;
}

/** The same of making a VIP of so many servers, or of removing it, at most: with the largest weights. */
export function installCost(tableLength: number, servers: number): number {
  return servers * rebuildCost({ tableLength, weights: 100 * servers });
}

/** The first of the operations, at least one: as many as cost no more than PIECE_MS. */
export function pieceOf(operations: readonly LbOperation[], load: VipLoad): readonly LbOperation[] {
  const rebuild = rebuildCost(load);
  let cost = 0;
  let count = 0;
  for (const operation of operations) {
    cost += operationCost(operation, rebuild);
    if (count > 0 && (cost > PIECE_MS || count === PIECE_OPERATIONS)) break;
    count++;
  }
  return count === operations.length ? operations : operations.slice(0, count);
}

/** All of them, piece by piece. */
export function* piecesOf(
  operations: readonly LbOperation[],
  load: VipLoad,
): Generator<readonly LbOperation[], void> {
  for (let left = operations; left.length > 0; ) {
    const piece = pieceOf(left, load);
    yield piece;
    left = left.slice(piece.length);
  }
}

function rebuildCost({ tableLength, weights }: VipLoad): number {
  return 0.02 + 2.6e-5 * tableLength + 1.1e-4 * weights;
}

function operationCost(operation: LbOperation, rebuild: number): number {
  switch (operation.op) {
    case 'vip-add':
    case 'vip-del':
      return 0.1;
    case 'as-add':
      return rebuild;
    case 'as-del':
    case 'as-weight':
      return operation.flush ? rebuild + 0.6 : rebuild;
  }
}
