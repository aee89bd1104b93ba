import { parentPort, workerData } from 'node:worker_threads';
import { productVersion } from '../domain/version.js';
import type { CheckReply, CheckTask } from './check-off-thread.js';

// Started by check-off-thread.ts: one check, one answer, and the thread ends.

// The yaml library looks for a debug variable at every token. In Node's own process.env such a look is dear,
// a tenth of the whole check; in an ordinary object it costs nothing. Only this thread sees the change.
process.env = {};

const { text, file, memory, version } = workerData as CheckTask;
const reply = (message: CheckReply) => parentPort?.postMessage(message);

if (version === productVersion) {
  // Not before: it may be code that this version cannot load.
  const { checkConfigText } = await import('./check.js');
  reply({ kind: 'verdict', verdict: checkConfigText(text, file, memory) });
} else reply({ kind: 'other-version', version: productVersion });
