import { expect } from 'chai';
import type { ActorRef } from '../../actors/kernel/contract.js';
import { type SyncLogMessage, syncLogActor } from '../../actors/vpp/sync-log.js';
import { MaglevError } from '../../domain/errors.js';
import type { ExecutedOperation, SyncMade } from '../../protocol/syncs.js';
import { ip, vipKey } from '../support/domain-samples.js';
import { Tree } from '../support/tree.js';

describe('actors/vpp sync-log', () => {
  let tree: Tree;
  let log: ActorRef<SyncLogMessage>;
  let now = 0;

  beforeEach(async () => {
    tree = new Tree();
    now = 0;
    log = tree.start(syncLogActor());
    await tree.clock.settle();
  });
  afterEach(() => tree.end());

  const operation: ExecutedOperation = {
    operation: {
      op: 'as-del',
      key: vipKey('192.0.2.1/32'),
      address: ip('10.0.0.1'),
      flush: true,
      reason: 'spec',
    },
    outcome: 'done',
    error: null,
    retval: 0,
    at: 1,
  };
  const made = (operations: number, more: Partial<SyncMade['sync']> = {}) => {
    const counts = { vipAdded: 0, vipRemoved: 0, asAdded: 0, asRemoved: operations, asWeightUpdated: 0 };
    const sync: SyncMade['sync'] = {
      scope: 'all',
      frontend: null,
      cause: 'tick',
      startedAt: ++now,
      durationMs: 1,
      counts,
      failures: 0,
      unverified: [],
      error: null,
      operations: Array.from({ length: operations }, () => operation),
      ...more,
    };
    log.tell({ type: 'sync-made', sync });
  };
  const list = () => tree.system.ask(log, { type: 'list-syncs' });
  const get = (id: number) =>
    tree.system.ask(log, { type: 'get-sync', id }).catch((error: MaglevError) => error);

  it('keeps the last hundred, and of those that changed nothing one after the other their number', async () => {
    for (let i = 0; i < 1000; i++) made(0);
    expect(await list()).to.have.length(1);
    expect((await list())[0]).to.include({ id: 1, repeats: 999, startedAt: 1, lastAt: 1000 });
    for (let i = 0; i < 150; i++) made(1);
    const kept = await list();
    expect(kept).to.have.length(100);
    expect(kept.at(-1)).to.include({ id: 151 });
    expect(await get(1)).to.include({ code: 'MGL_SYNC_UNKNOWN' });
    expect(await get(151)).to.have.nested.property('operations.length', 1);
  });

  it('does not put together what somebody asked for, what failed, or what is not known in another way', async () => {
    made(0);
    made(0, { cause: 'asked' });
    made(0);
    made(0, { unverified: ['something'] });
    made(0, { unverified: ['something'] });
    made(0, { error: new MaglevError('MGL_VPP_TIMEOUT', 'no answer') });
    expect((await list()).map(({ repeats }) => repeats)).to.deep.equal([0, 0, 0, 1, 0]);
  });

  it('forgets the operations of the oldest when there are too many in all, and says how many', async () => {
    made(30_000);
    made(30_000);
    made(60_000);
    const counts = async (id: number) => {
      const record = await get(id);
      return record instanceof MaglevError ? record.code : [record.operations.length, record.omitted];
    };
    expect(await counts(1)).to.deep.equal([0, 30_000]);
    expect(await counts(2)).to.deep.equal([0, 30_000]);
    expect(await counts(3)).to.deep.equal([50_000, 10_000]);
  });
});
