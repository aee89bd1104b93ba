import { backoffDelay } from './backoff.js';
import type { MaglevEvent } from './events.js';
import type { SyncCause } from './syncs.js';
import { changedAnything, type Tally } from './tally.js';

/** How the full syncs of one connection have gone so far. */
export interface SyncCourse {
  /** In how many in a row something failed. */
  readonly failures: number;
  /** How many in a row found VPP changed although nothing was decided. */
  readonly drifts: number;
  /** Has one come to its end with nothing failed? */
  readonly settled: boolean;
}

export const noSyncYet: SyncCourse = { failures: 0, drifts: 0, settled: false };

/** Somebody keeps changing VPP when so many syncs in a row had to repair it. */
const DRIFTS_OF_A_FIGHT = 3;

/** After a sync in which something failed, until the sync interval is reached. */
const RETRY = { minMs: 1000, maxMs: Number.POSITIVE_INFINITY, jitter: 0 };

/** One more has failed, or something in it. */
export function failedAgain(course: SyncCourse): SyncCourse {
  return { ...course, failures: course.failures + 1 };
}

/** One more has come to its end. */
export function concluded(course: SyncCourse, result: Tally, cause: SyncCause): SyncCourse {
  if (result.failures.length > 0) return failedAgain(course);
  const unexpected = cause === 'tick' || cause === 'retry';
  // The first sync of a connection finds whatever it finds.
  const drifted = changedAnything(result) && unexpected && course.settled;
  return { failures: 0, drifts: drifted ? course.drifts + 1 : 0, settled: true };
}

/** When to try again, in milliseconds; null: nothing has failed, or the next tick is sooner. */
export function retryDelay({ failures }: SyncCourse, syncInterval: number): number | null {
  if (failures === 0) return null;
  const delay = backoffDelay(RETRY, failures, 0);
  return delay < syncInterval ? delay : null;
}

/** That somebody fights us for VPP, if that is so; `counts`: what the last sync had to do. */
export function fightNews(
  { failures, drifts }: SyncCourse,
  { counts }: Pick<Tally, 'counts'>,
): MaglevEvent[] {
  if (failures > 0 || drifts < DRIFTS_OF_A_FIGHT) return [];
  return [
    { name: 'vpp-lbsync-drift', level: 'warn', fields: { syncs: drifts, ...counts, advice: suspects } },
  ];
}

const suspects =
  'Another maglevd or a script may be at work on this VPP, each undoing what the other does: find it and end it.';
