import { parentPort } from 'node:worker_threads';
import { debtOfFlows } from '../domain/failover-debt.js';
import { compareTables } from '../domain/table-change.js';
import type { TableOf } from '../domain/table-of.js';
import { predictTable } from '../domain/table-prediction.js';
import type { TableJobs, TableWork } from './tables.js';

// Started by tables.ts: works on tables until it is ended.

const jobs: TableJobs = {
  moves: ({ before, after }) => {
    const predicted = ({ length, servers }: TableOf) => predictTable(length, servers);
    const { lost: _, ...moves } = compareTables(predicted(before), predicted(after));
    return moves;
  },
  debts: debtOfFlows,
};

parentPort?.on('message', ({ kind, items }: TableWork) => {
  const job: (item: never) => unknown = jobs[kind];
  parentPort?.postMessage(items.map(job));
});
