import { expect } from 'chai';
import { MaglevError } from '../../domain/errors.js';
import { SyncRecords } from '../../domain/sync-records.js';
import type { ExecutedOperation, MadeSync } from '../../domain/syncs.js';
import { ip, vipKey } from '../support/domain-samples.js';

describe('domain/sync-records', () => {
  let records: SyncRecords;
  let now = 0;

  beforeEach(() => {
    records = new SyncRecords();
    now = 0;
  });

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
  const made = (operations: number, more: Partial<MadeSync> = {}) => {
    const counts = { vipAdded: 0, vipRemoved: 0, asAdded: 0, asRemoved: operations, asWeightUpdated: 0 };
    const sync: MadeSync = {
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
    records.keep(sync);
  };
  it('keeps the last hundred, and of those that changed nothing one after the other their number', () => {
    for (let i = 0; i < 1000; i++) made(0);
    expect(records.list()).to.have.length(1);
    expect(records.list()[0]).to.include({ id: 1, repeats: 999, startedAt: 1, lastAt: 1000 });
    for (let i = 0; i < 150; i++) made(1);
    const kept = records.list();
    expect(kept).to.have.length(100);
    expect(kept.at(-1)).to.include({ id: 151 });
    expect(records.get(1)).to.include({ code: 'MGL_SYNC_UNKNOWN' });
    expect(records.get(151)).to.have.nested.property('operations.length', 1);
  });

  it('does not put together what somebody asked for, what failed, or what is not known in another way', () => {
    made(0);
    made(0, { cause: 'asked' });
    made(0);
    made(0, { unverified: ['something'] });
    made(0, { unverified: ['something'] });
    made(0, { error: new MaglevError('MGL_VPP_TIMEOUT', 'no answer') });
    expect(records.list().map(({ repeats }) => repeats)).to.deep.equal([0, 0, 0, 1, 0]);
  });

  it('forgets the operations of the oldest when there are too many in all, and says how many', () => {
    made(30_000);
    made(30_000);
    made(60_000);
    const counts = (id: number) => {
      const record = records.get(id);
      return record instanceof MaglevError ? record : [record.operations.length, record.omitted];
    };
    expect(counts(1)).to.deep.equal([0, 30_000]);
    expect(counts(2)).to.deep.equal([0, 30_000]);
    expect(counts(3)).to.deep.equal([50_000, 10_000]);
  });
});
