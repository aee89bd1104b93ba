import { expect } from 'chai';
import { syncLogActor } from '../../actors/vpp/sync-log.js';
import { MaglevError } from '../../domain/errors.js';
import { Tree } from '../support/tree.js';

describe('actors/vpp sync-log', () => {
  let tree: Tree;
  afterEach(() => tree.end());

  it('tells of the syncs that it was told of, and says which it does not keep', async () => {
    tree = new Tree();
    const log = tree.start(syncLogActor());
    const counts = { vipAdded: 0, vipRemoved: 0, asAdded: 0, asRemoved: 0, asWeightUpdated: 0 };
    const sync = {
      scope: 'all',
      frontend: null,
      cause: 'asked',
      startedAt: 7,
      durationMs: 1,
      counts,
      failures: 0,
      unverified: [],
      error: null,
      operations: [],
    } as const;
    log.tell({ type: 'sync-made', sync });
    const list = await tree.system.ask(log, { type: 'list-syncs' });
    expect(list.map(({ id, startedAt }) => [id, startedAt])).to.deep.equal([[1, 7]]);
    expect(await tree.system.ask(log, { type: 'get-sync', id: 1 })).to.deep.include(sync);
    const missing = await tree.system.ask(log, { type: 'get-sync', id: 2 }).catch((error: unknown) => error);
    expect(missing).to.be.instanceOf(MaglevError).and.include({ code: 'MGL_SYNC_UNKNOWN' });
  });
});
