import { parentPort } from 'node:worker_threads';
import { type FailoverDebt, failoverDebt } from '../domain/failover-debt.js';
import { compareTables } from '../domain/table-change.js';
import type { TableOf } from '../domain/table-of.js';
import { type PredictedTable, predictTable } from '../domain/table-prediction.js';
import type { TablePair } from '../domain/whole-plan.js';
import type { Moved } from '../protocol/plan.js';
import type { DebtWork, TablesWork } from './tables.js';

// Started by tables.ts: works on tables until it is ended.

parentPort?.on('message', (work: TablesWork) => {
  parentPort?.postMessage(work.kind === 'moves' ? work.items.map(moved) : work.items.map(debt));
});

function moved({ before, after }: TablePair): Moved {
  const { lost: _, ...moves } = compareTables(predicted(before), predicted(after));
  return moves;
}

function debt({ servers, now, tables }: DebtWork): FailoverDebt {
  const epochs = tables.map(({ table, begun }) => ({ table: predicted(table), begun }));
  return failoverDebt(servers, predicted(now), epochs);
}

function predicted({ length, servers }: TableOf): PredictedTable {
  return predictTable(length, servers);
}
