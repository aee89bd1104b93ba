import { parentPort } from 'node:worker_threads';
import { compareTables } from '../domain/table-change.js';
import { predictTable } from '../domain/table-prediction.js';
import type { TablePair } from '../domain/whole-plan.js';
import type { Moved } from '../protocol/plan.js';

// Started by tables.ts: compares tables until it is ended.

parentPort?.on('message', (pairs: readonly TablePair[]) => {
  const moves = pairs.map(({ before, after }): Moved => {
    const { lost: _, ...moved } = compareTables(
      predictTable(before.length, before.servers),
      predictTable(after.length, after.servers),
    );
    return moved;
  });
  parentPort?.postMessage(moves);
});
