import { Worker } from 'node:worker_threads';
import { MaglevError } from '../domain/errors.js';
import type { TablePair } from '../domain/whole-plan.js';
import type { Moved } from '../protocol/plan.js';

const threadCode = new URL('./tables-thread.js', import.meta.url);

/** What is handed over in one turn of the event loop. */
const PORTION = 100;

/**
 * What moves between tables, computed in a thread of its own: a large table takes longer than anybody who is probed may wait.
 * Rejects with MGL_INTERNAL when no thread can be started, or when it fails.
 */
export async function compareOffThread(pairs: readonly TablePair[], signal: AbortSignal): Promise<Moved[]> {
  if (pairs.length === 0) return [];
  const worker = new Worker(threadCode);
  const leave = () => void worker.terminate();
  signal.addEventListener('abort', leave, { once: true });
  try {
    const moves: Moved[] = [];
    for (let from = 0; from < pairs.length; from += PORTION) {
      moves.push(...(await portion(worker, pairs.slice(from, from + PORTION))));
    }
    return moves;
  } finally {
    signal.removeEventListener('abort', leave);
    await worker.terminate();
  }
}

function portion(worker: Worker, pairs: readonly TablePair[]): Promise<readonly Moved[]> {
  return new Promise((resolve, reject) => {
    const failed = (why: string) =>
      reject(new MaglevError('MGL_INTERNAL', `the thread that compares tables ${why}`));
    worker.removeAllListeners();
    worker.once('message', resolve);
    worker.once('error', (error) => failed(`failed: ${error.message}`));
    worker.once('exit', (code) => failed(`ended with code ${code}`));
    worker.postMessage(pairs);
  });
}
