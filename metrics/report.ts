import type { Family } from './family.js';
import { backendFamilies } from './report/backends.js';
import { daemonFamilies } from './report/daemon.js';
import { frontendFamilies } from './report/frontends.js';
import { vppFamilies } from './report/vpp.js';
import type { Snapshot } from './snapshot.js';

/** What is exported of a snapshot, in the order of the catalogue. Each part is put together when it is reached. */
export function* familiesOf(snapshot: Snapshot): Generator<Family, void> {
  yield* backendFamilies(snapshot);
  yield* frontendFamilies(snapshot);
  yield* vppFamilies(snapshot);
  yield* daemonFamilies(snapshot);
}
