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

  it('is written to by one maglevd; another one reads it, and says that it keeps nothing', async () => {
    const first = storeOf();
    await first.load();
    await first.save(paused);
    const log = recordingLog();
    const second = storeOf(log);
    expect(await second.load()).to.deep.include({ intents: paused });
    expect(log.of('state-dir-shared')).to.have.length(1);
    expect(String(await rejection(second.save(noIntents)))).to.match(/another maglevd keeps its state in/);
    expect(await storeOf().load(), 'the first one counts').to.deep.include({ intents: paused });
  });

  it('is locked from the first look on, also when it had to be made', async () => {
    await storeOf().load();
    expect(lockFolder(folder)).to.equal('busy');
  });
});
