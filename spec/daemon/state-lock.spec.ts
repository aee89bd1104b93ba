import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { fileStore } from '../../daemon/operator-store.js';
import { exclusiveStore } from '../../daemon/state-lock.js';
import { type Intents, noIntents } from '../../domain/operator.js';
import { lockFolder } from '../../linux/file-lock.js';
import { recordingLog } from '../support/recording-log.js';
import { rejection } from '../support/rejection.js';

const paused: Intents = {
  ...noIntents,
  backends: new Map([['web1', { paused: true, enabled: null, dormantSince: null }]]),
};

describe('daemon: the folder of the state', () => {
  let parent: string;
  let folder: string;
  beforeEach(() => {
    parent = mkdtempSync(path.join(tmpdir(), 'maglev-state-'));
    folder = path.join(parent, 'state');
  });
  afterEach(() => rmSync(parent, { recursive: true }));

  const storeOf = (log = recordingLog()) => {
    return exclusiveStore(folder, fileStore(folder, { now: () => 0 }), log);
  };

  it('is written to by one maglevd; another one follows what it says, says once that it keeps nothing, and takes over', async () => {
    const { store: first, release } = storeOf();
    await first.load();
    await first.save(paused);
    const log = recordingLog();
    const { store: second } = storeOf(log);
    expect(await second.load()).to.deep.include({ kind: 'foreign', intents: paused });
    expect(String(await rejection(second.save(noIntents)))).to.match(/another maglevd keeps its state in/);
    await first.save(noIntents);
    expect(await second.load()).to.deep.include({ kind: 'foreign', intents: noIntents });
    expect(log.of('state-dir-shared')).to.have.length(1);
    await first.save(paused);
    release();
    expect(await second.load()).to.deep.include({ kind: 'read', intents: paused });
    await second.save(noIntents);
    expect(await storeOf().store.load()).to.deep.include({ kind: 'foreign', intents: noIntents });
  });

  it('is locked from the first look on, also when it had to be made', async () => {
    await storeOf().store.load();
    expect(lockFolder(folder)).to.equal('busy');
  });
});
