import { parentPort, workerData } from 'node:worker_threads';
import { checkConfigText } from './check.js';
import type { CheckTask } from './check-off-thread.js';

// Started by check-off-thread.ts: one check, one answer, and the thread ends.
const { text, file } = workerData as CheckTask;
parentPort?.postMessage(checkConfigText(text, file));
