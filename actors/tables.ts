import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { MaglevError, messageOf } from '../domain/errors.js';
import type { FlowDebt } from '../domain/failover-debt.js';
import type { Moved, TablePair } from '../domain/whole-plan.js';
import type { FlowsReport } from '../protocol/vpp.js';

const threadCode = new URL('./tables-thread.js', import.meta.url);

/** What is handed over in one turn of the event loop. */
const PORTION = 100;

/** What is computed of one item of a kind. */
export interface TableJobs {
  /** What moves between two tables. */
  readonly moves: (pair: TablePair) => Moved;
  /** What would become of the flows of a VIP if VPP forgot them. */
  readonly debts: (vip: FlowsReport[number]) => FlowDebt;
}

export interface TableWork {
  readonly kind: keyof TableJobs;
  readonly items: readonly never[];
}

/**
 * Computed in a thread of its own: a large table takes longer than anybody who is probed may wait. Rejects with
 * MGL_INTERNAL when no thread can be started, or when it fails.
 */
export async function offThread<K extends keyof TableJobs>(
  kind: K,
  items: readonly Parameters<TableJobs[K]>[0][],
  signal: AbortSignal,
): Promise<ReturnType<TableJobs[K]>[]> {
  if (items.length === 0) return [];
  const worker = new Worker(threadCode);
  // Whoever waits for an answer hears of an error; at the end nobody does.
  worker.on('error', () => {});
  worker.once('exit', (code) => worker.emit('error', new Error(`it ended with code ${code}`)));
  try {
    const results: ReturnType<TableJobs[K]>[] = [];
    for (let from = 0; from < items.length; from += PORTION) {
      const answered: Promise<ReturnType<TableJobs[K]>[][]> = once(worker, 'message', { signal });
      worker.postMessage({ kind, items: items.slice(from, from + PORTION) });
      for (const portion of await answered) results.push(...portion);
    }
    return results;
  } catch (thrown) {
    throw new MaglevError('MGL_INTERNAL', `the thread that compares tables failed: ${messageOf(thrown)}`);
  } finally {
    await worker.terminate();
  }
}
