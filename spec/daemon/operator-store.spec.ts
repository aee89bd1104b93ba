import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import type { LoadedIntents } from '../../actors/intent-store.js';
import { fileStore } from '../../daemon/operator-store.js';
import { type Intents, noIntents } from '../../domain/operator.js';
import { rejection } from '../support/rejection.js';

const intents: Intents = {
  backends: new Map([
    ['a', { paused: true, enabled: null, dormantSince: null }],
    ['b', { paused: false, enabled: { value: false, configured: true }, dormantSince: 7 }],
  ]),
  weights: [{ frontend: 'f', pool: 'p', backend: 'a', weight: 7, configured: 100, dormantSince: null }],
};
const read = (found: Intents): LoadedIntents => ({ kind: 'read', intents: found, problem: null });

describe('daemon/operator-store', () => {
  let folder: string;
  const store = (state = path.join(folder, 'state')) => fileStore(state, { now: () => 1234 });
  const file = () => path.join(folder, 'state', 'operator.json');
  const write = (text: string) => {
    mkdirSync(path.join(folder, 'state'), { recursive: true });
    writeFileSync(file(), text);
  };

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'maglev-spec-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('has nothing at first, and is no problem', async () => {
    expect(await store().load()).to.deep.equal(read(noIntents));
    expect(await store(path.join(folder, 'made', 'with', 'those', 'above')).load()).to.deep.equal(
      read(noIntents),
    );
  });

  it('says that there is no place for a folder, with the flag that names another, and that nothing was lost', async () => {
    writeFileSync(path.join(folder, 'file'), '');
    for (const none of [path.join('/proc', 'none'), path.join('/proc', 'none', 'below')]) {
      const loaded = await store(none).load();
      expect(loaded).to.deep.include({ kind: 'unread', nothingLost: true });
      expect(loaded.problem).to.contain(`${none} cannot be made: `).and.to.contain('--state-dir');
    }
    expect(await store(path.join(folder, 'file', 'state')).load()).to.include({ nothingLost: false });
  });

  it('gives back after a restart what was kept, and leaves no other file behind', async () => {
    const first = store();
    await first.load();
    await first.save(noIntents);
    await first.save(intents);
    expect(await store().load()).to.deep.equal(read(intents));
    expect(readdirSync(path.join(folder, 'state'))).to.deep.equal(['operator.json']);
  });

  for (const [text, problem] of [
    ['{"version":1,', /is not JSON/],
    ['{"version":0,"backends":{},"weights":[]}', /is not a file of maglevd/],
    ['{"version":1,"backends":[],"weights":7}', /is not a file of maglevd/],
    ['', /is not JSON/],
  ] as const) {
    it(`sets a corrupt file aside and says so: ${text}`, async () => {
      write(text);
      const loaded = await store().load();
      expect(loaded).to.deep.include({ kind: 'read', intents: noIntents });
      expect(loaded.problem)
        .to.match(problem)
        .and.match(/set aside/);
      expect(readFileSync(`${file()}.corrupt-1234`, 'utf8')).to.equal(text);
      expect(await store().load(), 'the next start is clean').to.deep.equal(read(noIntents));
    });
  }

  it('leaves a corrupt file alone that cannot be set aside: it is the only one', async () => {
    write('corrupt');
    mkdirSync(`${file()}.corrupt-1234`);
    const kept = store();
    const loaded = await kept.load();
    expect(loaded.kind).to.equal('unread');
    expect(loaded.problem).to.match(/cannot be set aside/);
    expect(String(await rejection(kept.save(intents)))).to.match(/cannot be set aside/);
    expect(readFileSync(file(), 'utf8')).to.equal('corrupt');
  });

  it('leaves a file of a newer maglevd alone, and reads what an older one leaves in its place', async () => {
    const text = '{"version":2,"more":"than this one knows"}';
    write(text);
    const kept = store();
    const loaded = await kept.load();
    expect(loaded.kind).to.equal('unread');
    expect(loaded.problem).to.match(/has version 2, which is of a newer maglevd than this one; it is left/);
    expect(String(await rejection(kept.save(intents)))).to.match(/has version 2/);
    expect(readFileSync(file(), 'utf8')).to.equal(text);
    expect(readdirSync(path.join(folder, 'state'))).to.deep.equal(['operator.json']);
    write('{"version":1,"backends":{},"weights":[]}');
    expect(await kept.load()).to.deep.equal(read(noIntents));
    await kept.save(intents);
    expect(await store().load()).to.deep.equal(read(intents));
  });

  for (const [what, value] of [
    ['weight', 1000],
    ['weight', -3.5],
    ['weight', 50.5],
    ['weight', null],
    ['configured', 101],
    ['configured', -1],
  ] as const) {
    it(`drops an entry whose ${what} is ${value}, shows it, and keeps the others`, async () => {
      const bad = { frontend: 'f', pool: 'p', backend: 'bad', weight: 1, configured: 2, [what]: value };
      const good = { frontend: 'f', pool: 'p', backend: 'good', weight: 0, configured: 100 };
      const backends = { a: { paused: true, enabled: null }, z: { paused: 'yes', enabled: null } };
      write(JSON.stringify({ version: 1, backends, weights: [bad, good] }));
      const loaded = await store().load();
      expect(loaded).to.deep.include({
        kind: 'read',
        intents: {
          backends: new Map([['a', { paused: true, enabled: null, dormantSince: null }]]),
          weights: [{ ...good, dormantSince: null }],
        },
      });
      expect(loaded.problem).to.contain(JSON.stringify(bad)).and.to.contain('"z"').and.not.contain('good');
    });
  }

  it('never throws, whatever the file holds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (text) => {
        write(text);
        expect(await store().load()).to.have.property('kind');
      }),
      { numRuns: 50 },
    );
  });

  it('says when the folder cannot be, and keeps nothing', async () => {
    writeFileSync(path.join(folder, 'state'), 'a file where the folder should be');
    const kept = store();
    expect(await kept.load()).to.have.property('kind', 'unread');
    expect(String(await rejection(kept.save(intents)))).to.match(/cannot be read/);
  });

  it('does not wait for a pipe, whether it is to be read or written', async () => {
    mkdirSync(path.join(folder, 'state'));
    execFileSync('mkfifo', [file()]);
    const loaded = await store().load();
    expect(loaded.problem).to.match(/is not a regular file/);
    expect(loaded.kind).to.equal('unread');
    rmSync(file());
    execFileSync('mkfifo', [`${file()}.new`]);
    const kept = store();
    await kept.load();
    expect(await rejection(kept.save(intents))).to.be.instanceOf(Error);
    expect(existsSync(file())).to.equal(false);
  });

  it('gives up where no folder can be made', async () => {
    expect(await store('/proc/x').load()).to.have.property('kind', 'unread');
    expect(await store('/proc/x/y').load()).to.have.property('kind', 'unread');
  });
});
