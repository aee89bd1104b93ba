import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { fileStore } from '../../daemon/operator-store.js';
import { type Intents, noIntents } from '../../domain/operator.js';

describe('daemon/operator-store', () => {
  let folder: string;
  const store = () => fileStore(path.join(folder, 'state'), { now: () => 1234 });
  const file = () => path.join(folder, 'state', 'operator.json');
  const intents: Intents = {
    backends: new Map([
      ['a', { paused: true, enabled: null, dormantSince: null }],
      ['b', { paused: false, enabled: { value: false, configured: true }, dormantSince: 7 }],
    ]),
    weights: [{ frontend: 'f', pool: 'p', backend: 'a', weight: 7, configured: 100, dormantSince: null }],
  };

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'maglev-spec-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('has nothing at first, and is no problem', async () => {
    expect(await store().load()).to.deep.equal({ intents: noIntents, problem: null });
  });

  it('gives back after a restart what was kept, and leaves no other file behind', async () => {
    const first = store();
    await first.load();
    await first.save(noIntents);
    await first.save(intents);
    expect(await store().load()).to.deep.equal({ intents, problem: null });
    expect(readdirSync(path.join(folder, 'state'))).to.deep.equal(['operator.json']);
  });

  const bad: readonly [string, RegExp][] = [
    ['{"version":1,', /is not JSON/],
    ['{"version":2}', /has version 2/],
    ['{"version":1,"backends":{"a":{"paused":"yes"}},"weights":[]}', /is not a file of maglevd/],
    ['', /is not JSON/],
  ];
  for (const [text, problem] of bad) {
    it(`sets a corrupt file aside and says so: ${text}`, async () => {
      await store().load();
      writeFileSync(file(), text);
      const loaded = await store().load();
      expect(loaded.intents).to.deep.equal(noIntents);
      expect(loaded.problem)
        .to.match(problem)
        .and.match(/set aside/);
      expect(readFileSync(`${file()}.corrupt-1234`, 'utf8')).to.equal(text);
      expect((await store().load()).problem, 'the next start is clean').to.equal(null);
    });
  }

  it('never throws, whatever the file holds', async () => {
    await store().load();
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (text) => {
        writeFileSync(file(), text);
        expect(await store().load()).to.have.property('intents');
      }),
      { numRuns: 50 },
    );
  });

  it('says when it cannot be read or kept', async () => {
    writeFileSync(path.join(folder, 'state'), 'a file where the folder should be');
    expect((await store().load()).problem).to.match(/cannot be read/);
    const error = await store()
      .save(intents)
      .then(
        () => null,
        (thrown: Error) => thrown,
      );
    expect(error).to.be.instanceOf(Error);
  });
});
