import { MaglevError } from './errors.js';
import type { MadeSync, SyncRecord, SyncSummary } from './syncs.js';

/** Syncs that are kept, and operations in all of them together. */
const SYNCS = 100;
const OPERATIONS = 50_000;

/** The last syncs as they were planned and executed. */
export class SyncRecords {
  /** Oldest first. */
  readonly #records: SyncRecord[] = [];
  #operations = 0;
  #made = 0;

  /** Oldest first. */
  list(): readonly SyncSummary[] {
    return this.#records.map(summaryOf);
  }

  get(id: number): SyncRecord | MaglevError {
    const kept = this.#records.find((one) => one.id === id);
    return kept ?? new MaglevError('MGL_SYNC_UNKNOWN', `sync ${id} is not kept`);
  }

  keep(sync: MadeSync): void {
    const last = this.#records.at(-1);
    if (last !== undefined && isUneventful(last) && isUneventful(sync) && sameOutcome(last, sync)) {
      const repeated = { ...last, repeats: last.repeats + 1, lastAt: sync.startedAt };
      this.#records[this.#records.length - 1] = repeated;
      return;
    }
    const operations =
      sync.operations.length > OPERATIONS ? sync.operations.slice(0, OPERATIONS) : sync.operations;
    this.#records.push(recordOf(sync, operations, ++this.#made));
    this.#operations += operations.length;
    while (this.#records.length > SYNCS) this.#operations -= this.#records.shift()?.operations.length ?? 0;
    this.#forgetOperations();
  }

  /** What the oldest syncs did is forgotten first; that they were stays. */
  #forgetOperations(): void {
    for (let i = 0; i < this.#records.length - 1 && this.#operations > OPERATIONS; i++) {
      const record = this.#records[i];
      if (record === undefined || record.operations.length === 0) continue;
      this.#operations -= record.operations.length;
      this.#records[i] = { ...record, operations: [], omitted: record.omitted + record.operations.length };
    }
  }
}

/** Written out: one is made for each change, and a copy by spread takes longer. */
function recordOf(sync: MadeSync, operations: SyncRecord['operations'], id: number): SyncRecord {
  const { scope, frontend, cause, startedAt, durationMs, counts, failures, unverified, error } = sync;
  return {
    id,
    scope,
    frontend,
    cause,
    startedAt,
    durationMs,
    counts,
    failures,
    unverified,
    error,
    repeats: 0,
    lastAt: startedAt,
    operations,
    omitted: sync.operations.length - operations.length,
  };
}

/** Nobody asked for it, and nothing came of it. */
function isUneventful({ cause, operations, omitted = 0, error }: Kept): boolean {
  return (cause === 'tick' || cause === 'retry') && operations.length + omitted === 0 && error === null;
}

type Kept = MadeSync & { readonly omitted?: number };

function sameOutcome(a: MadeSync, b: MadeSync): boolean {
  return a.scope === b.scope && a.unverified.join() === b.unverified.join();
}

function summaryOf({ operations: _, omitted: __, ...summary }: SyncRecord): SyncSummary {
  return summary;
}
