import { parentPort, workerData } from 'node:worker_threads';
import { checkConfigText } from './check.js';
import type { CheckTask } from './check-off-thread.js';

// Started by check-off-thread.ts: one check, one answer, and the thread ends.

// The yaml library looks for a debug variable at every token. In Node's own process.env such a look is dear,
// a tenth of the whole check; in an ordinary object it costs nothing. Only this thread sees the change.
process.env = {};

const { text, file } = workerData as CheckTask;
parentPort?.postMessage(checkConfigText(text, file));
