import { Worker } from 'node:worker_threads';
import { MaglevError } from '../domain/errors.js';
import type { FailoverDebt } from '../domain/failover-debt.js';
import type { ServerFlows } from '../domain/lb.js';
import type { TableSeen } from '../domain/table-history.js';
import type { TableOf } from '../domain/table-of.js';
import type { TablePair } from '../domain/whole-plan.js';
import type { Moved } from '../protocol/plan.js';

const threadCode = new URL('./tables-thread.js', import.meta.url);

/** What is handed over in one turn of the event loop. */
const PORTION = 100;

/** The flows of a VIP, its table, and those that it had. */
export interface DebtWork {
  readonly servers: readonly ServerFlows[];
  readonly now: TableOf;
  /** Empty: unknown. */
  readonly tables: readonly TableSeen[];
}

export type TablesWork =
  | { readonly kind: 'moves'; readonly items: readonly TablePair[] }
  | { readonly kind: 'debts'; readonly items: readonly DebtWork[] };

/**
 * What moves between tables, computed in a thread of its own: a large table takes longer than anybody who is probed may wait.
 * Rejects with MGL_INTERNAL when no thread can be started, or when it fails.
 */
export function compareOffThread(pairs: readonly TablePair[], signal: AbortSignal): Promise<Moved[]> {
  return offThread<TablePair, Moved>('moves', pairs, signal);
}

/** Likewise. */
export function debtsOffThread(works: readonly DebtWork[], signal: AbortSignal): Promise<FailoverDebt[]> {
  return offThread<DebtWork, FailoverDebt>('debts', works, signal);
}

async function offThread<I, O>(
  kind: TablesWork['kind'],
  items: readonly I[],
  signal: AbortSignal,
): Promise<O[]> {
  if (items.length === 0) return [];
  const worker = new Worker(threadCode);
  const leave = () => void worker.terminate();
  signal.addEventListener('abort', leave, { once: true });
  try {
    const results: O[] = [];
    for (let from = 0; from < items.length; from += PORTION) {
      results.push(...(await portion<O>(worker, { kind, items: items.slice(from, from + PORTION) })));
    }
    return results;
  } finally {
    signal.removeEventListener('abort', leave);
    await worker.terminate();
  }
}

function portion<O>(worker: Worker, work: unknown): Promise<readonly O[]> {
  return new Promise((resolve, reject) => {
    const failed = (why: string) =>
      reject(new MaglevError('MGL_INTERNAL', `the thread that compares tables ${why}`));
    worker.removeAllListeners();
    worker.once('message', resolve);
    worker.once('error', (error) => failed(`failed: ${error.message}`));
    worker.once('exit', (code) => failed(`ended with code ${code}`));
    worker.postMessage(work);
  });
}
