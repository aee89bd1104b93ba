import { parentPort } from 'node:worker_threads';
import { debtOfFlows } from '../domain/failover-debt.js';
import { movedBy } from '../domain/whole-plan.js';
import type { TableJobs, TableWork } from './tables.js';

// Started by tables.ts: works on tables until it is ended.

const jobs: TableJobs = { moves: movedBy, debts: debtOfFlows };

parentPort?.on('message', ({ kind, items }: TableWork) => {
  const job: (item: never) => unknown = jobs[kind];
  parentPort?.postMessage(items.map(job));
});
