import { Worker } from 'node:worker_threads';
import type { ConfigVerdict } from '../domain/config.js';
import { productVersion } from '../domain/version.js';
import type { VppMemory } from '../domain/vpp-memory.js';
import { namesOnce } from './names-once.js';

/** What the thread is started with. */
export interface CheckTask {
  readonly text: string;
  readonly file: string;
  readonly memory: VppMemory | null;
  /** Of the maglevd that runs: what is on disk may be another one by now. */
  readonly version: string;
}

/** What the thread says. */
export type CheckReply =
  | { readonly kind: 'verdict'; readonly verdict: ConfigVerdict }
  | { readonly kind: 'other-version'; readonly version: string };

/** `failed`: there is no verdict, and `why` is the end of a sentence that the name of the file begins. */
export type CheckOutcome =
  | { readonly kind: 'verdict'; readonly verdict: ConfigVerdict }
  | { readonly kind: 'failed'; readonly why: string };

const threadCode = new URL('./check-thread.js', import.meta.url);

/**
 * `checkConfigText` in a thread of its own. A file with thousands of backends takes a second, in which the daemon
 * must go on answering, and a file that does not fit into memory must not end it. The thread's code is read from disk
 * at that moment, where a package may have been replaced under a running daemon: nothing is checked by the rules of
 * another version. Never rejects.
 */
export function checkOffThread(
  text: string,
  file: string,
  memory: VppMemory | null = null,
  code = threadCode,
): Promise<CheckOutcome> {
  return new Promise((resolve) => {
    const failed = (why: string) => resolve({ kind: 'failed', why });
    const task: CheckTask = { text, file, memory, version: productVersion };
    let worker: Worker;
    try {
      worker = new Worker(code, { workerData: task });
    } catch (thrown) {
      failed(explained(thrown));
      return;
    }
    worker.once('message', (reply: CheckReply) => {
      if (reply.kind === 'verdict') resolve({ kind: 'verdict', verdict: namesOnce(reply.verdict) });
      else failed(otherVersion(reply.version));
    });
    worker.once('error', (error) => failed(explained(error)));
    // Too late to matter after an answer or an error.
    worker.once('exit', (status) =>
      failed(`cannot be checked: the thread that checks it ended with code ${status}`),
    );
  });
}

function explained(thrown: unknown): string {
  const { code, message } =
    thrown instanceof Error
      ? (thrown as NodeJS.ErrnoException)
      : { code: undefined, message: String(thrown) };
  switch (code) {
    case 'ERR_WORKER_OUT_OF_MEMORY':
      return 'is too large: checking it takes more memory than there is';
    case 'ERR_WORKER_INIT_FAILED':
      return `cannot be checked: no thread can be started for it: ${message}`;
    case 'MODULE_NOT_FOUND':
    case 'ERR_MODULE_NOT_FOUND':
      return 'cannot be checked: a part of maglevd is no longer on disk: restart maglevd';
    default:
      return `cannot be checked: ${message}; if maglevd on disk was replaced, restart it`;
  }
}

function otherVersion(version: string): string {
  return `cannot be checked: maglevd on disk is another version (${version}, and ${productVersion} runs): restart maglevd`;
}
