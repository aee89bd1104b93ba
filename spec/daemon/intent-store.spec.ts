import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { fileStore } from '../../daemon/intent-store.js';
import { stateKey } from '../../daemon/state-file.js';
import type { LoadedIntents } from '../../domain/intent-desk.js';
import { type Intent, type Intents, intentsOf, noIntents } from '../../domain/operator.js';
import { lockFolder } from '../../linux/file-lock.js';
import type { IntentStore } from '../../protocol/intents.js';
import { rejection } from '../support/rejection.js';

const said = { at: 1_800_000_000_000, peer: 'unix', dormantSince: null };
const unknown = { at: null, peer: null, dormantSince: null };
const intents = intentsOf([
  { kind: 'paused', backend: 'a', value: true, configured: false, ...said },
  { kind: 'enabled', backend: 'b', value: false, configured: true, ...unknown, dormantSince: 7 },
  { kind: 'weight', frontend: 'f', pool: 'p', backend: 'a', value: 7, configured: 100, ...said },
]);
/** As maglevd kept the same when it had one file for all VPPs. */
const firstVersion = JSON.stringify({
  version: 1,
  backends: {
    a: { paused: true, enabled: null },
    b: { paused: false, enabled: { value: false, configured: true }, dormantSince: 7 },
  },
  weights: [{ frontend: 'f', pool: 'p', backend: 'a', weight: 7, configured: 100 }],
});
/** Then nobody wrote down who had asked, and when. */
const fromFirst = intentsOf(
  ['b', 'a'].flatMap((backend) =>
    [...intents.values()]
      .filter((one) => one.backend === backend)
      .map((one) => ({ ...one, at: null, peer: null })),
  ),
);
const read = (found: Intents): LoadedIntents => ({ kind: 'read', intents: found, problem: null });

describe('daemon/intent-store', () => {
  let folder: string;
  let own: string;
  let lives: { readonly release: () => void }[];
  const socket = () => path.join(folder, 'vpp', 'api.sock');
  /** The store of one more maglevd; of those before it the folders are free. */
  const store = (state = path.join(folder, 'state'), socketPath = socket()): IntentStore => {
    for (const life of lives.splice(0)) life.release();
    return beside(state, socketPath);
  };
  /** While those before it go on. */
  const beside = (state = path.join(folder, 'state'), socketPath = socket()) => {
    const one = fileStore({ folder: state, socketPath, clock: { now: () => 1234 } });
    lives.push(one);
    return one;
  };
  const file = () => path.join(own, 'operator.json');
  const shared = () => path.join(folder, 'state', 'operator.json');
  const write = (text: string) => {
    mkdirSync(own, { recursive: true });
    writeFileSync(file(), text);
  };

  beforeEach(async () => {
    lives = [];
    folder = mkdtempSync(path.join(tmpdir(), 'maglev-spec-'));
    own = path.join(folder, 'state', (await stateKey(socket())).name);
  });
  afterEach(() => {
    for (const life of lives) life.release();
    rmSync(folder, { recursive: true, force: true });
  });

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
      expect(loaded.kind).to.equal('nowhere');
      expect(loaded.problem)
        .to.match(/cannot be made: /)
        .and.to.contain('--state-dir')
        .and.to.contain(none);
    }
    expect(await store(path.join(folder, 'file', 'state')).load()).to.include({ kind: 'unread' });
  });

  it('gives back after a restart what was kept, and leaves no other file behind', async () => {
    const first = store();
    await first.load();
    await first.save(noIntents);
    await first.save(intents);
    expect(await store().load()).to.deep.equal(read(intents));
    expect(readdirSync(own)).to.deep.equal(['operator.json']);
    expect(JSON.parse(readFileSync(file(), 'utf8'))).to.deep.include({ version: 2, vpp: socket() });
  });

  it('keeps what concerns one VPP apart from what concerns another, or none', async () => {
    const one = beside();
    const other = beside(undefined, path.join(folder, 'vpp2', 'api.sock'));
    const none = beside(undefined, '');
    for (const each of [one, other, none]) expect(await each.load()).to.deep.equal(read(noIntents));
    await one.save(intents);
    expect(await other.load()).to.deep.equal(read(noIntents));
    expect(await none.load()).to.deep.equal(read(noIntents));
    expect(await store().load()).to.deep.equal(read(intents));
  });

  it('is one for all paths that lead to a VPP, whether it is there or not', async () => {
    const { name } = await stateKey(socket());
    const link = path.join(folder, 'link');
    symlinkSync(path.join(folder, 'vpp'), link);
    symlinkSync('vpp/api.sock', path.join(folder, 'link.sock'));
    const paths = [
      socket(),
      path.join(link, 'api.sock'),
      path.join(folder, 'link.sock'),
      path.relative(process.cwd(), socket()),
    ];
    for (const each of paths) expect(await stateKey(each)).to.deep.equal({ name, vpp: socket() });
    mkdirSync(path.join(folder, 'vpp'));
    writeFileSync(socket(), '');
    for (const each of paths) expect(await stateKey(each)).to.deep.equal({ name, vpp: socket() });
    symlinkSync('round', path.join(folder, 'round'));
    expect((await stateKey(path.join(folder, 'round', 'api.sock'))).name).to.match(/round-api\.sock/);
  });

  it('has a folder for each path, with a name that is one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), async (a, b) => {
        const [one, other] = [await stateKey(`/no/${a}`), await stateKey(`/no/${b}`)];
        expect(one.name).to.match(/^vpp-[A-Za-z0-9._-]{1,100}$/);
        expect(one.name === other.name).to.equal(one.vpp === other.vpp);
      }),
      { numRuns: 50 },
    );
  });

  it('is written to by one maglevd; another one says so, reads nothing meanwhile, and takes over', async () => {
    const first = beside();
    await first.load();
    await first.save(noIntents);
    const second = beside();
    const busy = { kind: 'busy', problem: `another maglevd keeps its state in ${own}` } as const;
    expect(await second.load()).to.deep.equal(busy);
    expect(String(await rejection(second.save(noIntents)))).to.contain(busy.problem);
    await first.save(intents);
    first.release();
    expect(await second.load()).to.deep.equal(read(intents));
    await second.save(noIntents);
    expect(await beside().load()).to.deep.equal(busy);
  });

  it('takes over what was kept when all VPPs had one file, once, and says so', async () => {
    mkdirSync(path.join(folder, 'state'));
    writeFileSync(shared(), firstVersion);
    const first = beside();
    const moved = { from: shared(), to: file() };
    expect(await first.load()).to.deep.equal({ ...read(fromFirst), moved });
    expect(existsSync(shared())).to.equal(false);
    expect(await beside(undefined, path.join(folder, 'vpp2', 'api.sock')).load()).to.deep.equal(
      read(noIntents),
    );
    expect(await store().load(), 'and it is there at the next start').to.deep.equal(read(fromFirst));
  });

  it('leaves that file for one who governs a VPP when it governs none itself, and goes on from a copy', async () => {
    mkdirSync(path.join(folder, 'state'));
    writeFileSync(shared(), firstVersion);
    const to = path.join(folder, 'state', 'no-vpp', 'operator.json');
    expect(await beside(undefined, '').load()).to.deep.equal({
      ...read(fromFirst),
      moved: { from: shared(), to },
    });
    expect(await beside().load()).to.deep.include(read(fromFirst));
    expect(await store(undefined, '').load()).to.deep.equal(read(fromFirst));
  });

  it('waits while a maglevd of that time runs, which has locked the folder', async () => {
    mkdirSync(path.join(folder, 'state'));
    writeFileSync(shared(), firstVersion);
    const old = lockFolder(path.join(folder, 'state'));
    if (old === null || old === 'busy') throw new Error('not locked');
    const next = beside();
    expect(await next.load()).to.include({ kind: 'busy' });
    expect(readFileSync(shared(), 'utf8')).to.equal(firstVersion);
    old.release();
    expect(await next.load()).to.deep.include(read(fromFirst));
  });

  it('forgets nothing where it cannot take the file over, and leaves that as it is', async () => {
    mkdirSync(path.join(folder, 'state'));
    writeFileSync(shared(), firstVersion);
    writeFileSync(own, 'a file where the folder should be');
    const stuck = store();
    expect(await stuck.load()).to.deep.equal(read(fromFirst));
    expect(await rejection(stuck.save(noIntents))).to.be.instanceOf(Error);
    expect(readFileSync(shared(), 'utf8')).to.equal(firstVersion);
    rmSync(own);
    await stuck.save(noIntents);
    expect(await store().load(), 'it is kept where it belongs').to.deep.equal(read(noIntents));
  });

  for (const [text, problem] of [
    ['{"version":1,', /is not JSON/],
    ['{"version":0,"backends":{},"weights":[]}', /is not a file of maglevd/],
    ['{"version":2,"backends":{},"weights":[]}', /is not a file of maglevd/],
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
    const text = '{"version":3,"more":"than this one knows"}';
    write(text);
    const kept = store();
    const loaded = await kept.load();
    expect(loaded.kind).to.equal('unread');
    expect(loaded.problem).to.match(/has version 3, which is of a newer maglevd than this one; it is left/);
    expect(String(await rejection(kept.save(intents)))).to.match(/has version 3/);
    expect(readFileSync(file(), 'utf8')).to.equal(text);
    expect(readdirSync(own)).to.deep.equal(['operator.json']);
    write('{"version":1,"backends":{},"weights":[]}');
    expect(await kept.load()).to.deep.equal(read(noIntents));
    await kept.save(intents);
    expect(await store().load()).to.deep.equal(read(intents));
  });

  for (const [what, value] of [
    ['value', 1000],
    ['value', -3.5],
    ['value', 50.5],
    ['value', null],
    ['configured', 101],
    ['configured', -1],
    ['kind', 'whim'],
    ['frontend', undefined],
    ['dormantSince', 'long'],
  ] as const) {
    it(`drops an entry whose ${what} is ${value}, shows it, and keeps the others`, async () => {
      const place = { frontend: 'f', pool: 'p', configured: 100 };
      const bad = { kind: 'weight', ...place, backend: 'bad', value: 1, [what]: value };
      const good = { kind: 'weight', ...place, backend: 'good', value: 0 } as const;
      write(JSON.stringify({ version: 2, overrides: [bad, good] }));
      const loaded = await store().load();
      expect(loaded).to.deep.include({ kind: 'read', intents: intentsOf([{ ...good, ...unknown }]) });
      expect(loaded.problem).to.contain(JSON.stringify(bad)).and.not.contain('good');
    });
  }

  it('drops bad entries of the first version as well', async () => {
    const bad = { frontend: 'f', pool: 'p', backend: 'bad', weight: 1000, configured: 2 };
    const backends = { a: { paused: true, enabled: null }, z: { paused: 'yes', enabled: null } };
    write(JSON.stringify({ version: 1, backends, weights: [bad] }));
    const loaded = await store().load();
    const pause = { kind: 'paused', backend: 'a', value: true, configured: false, ...unknown } as const;
    expect(loaded).to.deep.include({ kind: 'read', intents: intentsOf([pause]) });
    expect(loaded.problem).to.contain(JSON.stringify(bad)).and.to.contain('"z"');
  });

  it('keeps any names', async () => {
    const name = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'vip/http'));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(name, name)), async (names) => {
        const all = intentsOf(
          names.flatMap(([backend, frontend]): Intent[] => [
            { kind: 'paused', backend, value: true, configured: false, ...said },
            { kind: 'weight', backend, frontend, pool: 'p', value: 1, configured: 2, ...said },
          ]),
        );
        const one = store();
        await one.load();
        await one.save(all);
        expect(await store().load()).to.deep.equal(read(all));
      }),
      { numRuns: 20 },
    );
  });

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
    expect(String(await rejection(kept.save(intents)))).to.match(/cannot be made/);
  });

  it('does not wait for a pipe, whether it is to be read or written', async () => {
    mkdirSync(own, { recursive: true });
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
});
