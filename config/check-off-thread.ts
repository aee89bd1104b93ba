import { Worker } from 'node:worker_threads';
import type { ConfigVerdict } from '../domain/config.js';
import { MaglevError } from '../domain/errors.js';

/** What the thread is started with. */
export interface CheckTask {
  readonly text: string;
  readonly file: string;
}

/**
 * `checkConfigText` in a thread of its own. A file with thousands of backends takes a second, in which the daemon
 * must go on answering, and a file that does not fit into memory must not end it: then the answer is null.
 */
export function checkOffThread(task: CheckTask): Promise<ConfigVerdict | null> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./check-thread.js', import.meta.url), { workerData: task });
    worker.once('message', (verdict: ConfigVerdict) => resolve(verdict));
    worker.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') resolve(null);
      else
        reject(
          new MaglevError('MGL_INTERNAL', `checking the config failed: ${error.message}`, { cause: error }),
        );
    });
    // Too late to matter after an answer or an error.
    worker.once('exit', (code) =>
      reject(new MaglevError('MGL_INTERNAL', `the thread that checks the config ended with code ${code}`)),
    );
  });
}
