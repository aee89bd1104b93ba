import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { decodeIntents, encodeIntents } from '../../daemon/intent-file.js';
import { fileStore } from '../../daemon/intent-store.js';
import { stateKey } from '../../daemon/state-file.js';
import { type Intents, intentsOf } from '../../domain/operator.js';
import { changedAt, type KeyPath, type Tree } from './wrong-values.js';

const said = { at: 1_800_000_000_000, peer: 'unix', dormantSince: 1_800_000_000_001 };
const intents = intentsOf([
  { kind: 'paused', backend: 'a', value: true, configured: false, ...said },
  { kind: 'enabled', backend: 'b', value: false, configured: true, ...said },
  { kind: 'weight', frontend: 'f', pool: 'p', backend: 'c', value: 7, configured: 100, ...said },
]);
const whole: Tree = JSON.parse(encodeIntents(intents, '/run/vpp/api.sock'));
const [nothing, minus, huge]: readonly Tree[] = [JSON.parse('null'), -1, 1e300];

/** undefined: the key is not there. */
const values: readonly (Tree | undefined)[] = [
  undefined,
  ...[nothing, minus, huge].flatMap((one) => (one === undefined ? [] : [one])),
  '',
  0,
  0.5,
  'x'.repeat(10_000),
  true,
  [],
  {},
];

/** Every key of the file, and every entry. */
function keysOf(at: Tree, before: KeyPath = []): KeyPath[] {
  if (typeof at !== 'object' || at === null) return [];
  const entries: [string | number, Tree][] = Array.isArray(at) ? [...at.entries()] : Object.entries(at);
  return entries.flatMap(([key, child]) => [[...before, key], ...keysOf(child, [...before, key])]);
}

describe('every key of the state file with every kind of value', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'maglev-values-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const files = keysOf(whole).flatMap((key) =>
    values.map((value) => ({ key, value, text: JSON.stringify(changedAt(whole, key, value)) })),
  );

  it('is understood, or dropped entry by entry with a word, or refused as a whole with a sentence', () => {
    expect(files.length).to.be.above(200);
    for (const { key, value, text } of files) {
      const name = `${key.join('.')} = ${JSON.stringify(value)?.slice(0, 40)}`;
      const decoded = decodeIntents(text);
      if (decoded.kind !== 'intents') {
        expect(decoded.problem, name).to.match(/\S/);
        continue;
      }
      // Nothing vanishes without a word: who is not there any more is among those that were not understood.
      expect(decoded.intents.size + decoded.bad.length, name).to.be.at.least(entriesIn(text));
      const again = decodeIntents(encodeIntents(decoded.intents, ''));
      expect(again, name).to.deep.equal({ kind: 'intents', intents: decoded.intents, bad: [] });
    }
  });

  it('is set aside when it is no file of maglevd, left alone when a newer one wrote it, and said', async () => {
    const socketPath = path.join(folder, 'api.sock');
    const { name } = await stateKey(socketPath);
    const own = path.join(folder, name);
    mkdirSync(own, { recursive: true });
    for (const { key, text } of files.filter(({ text: one }) => decodeIntents(one).kind !== 'intents')) {
      writeFileSync(path.join(own, 'operator.json'), text);
      const store = fileStore({ folder, socketPath, clock: { now: () => 1234 } });
      const loaded = await store.load();
      store.release();
      expect(loaded.problem, key.join('.')).to.match(/set aside as|left as it is/);
      const aside = existsSync(path.join(own, 'operator.json.corrupt-1234'));
      expect(aside, key.join('.')).to.equal(loaded.kind === 'read');
      for (const file of readdirSync(own)) if (file.startsWith('operator')) rmSync(path.join(own, file));
    }
  });
});

function entriesIn(text: string): number {
  const { overrides }: { readonly overrides: Intents | readonly unknown[] } = JSON.parse(text);
  return Array.isArray(overrides) ? overrides.length : 0;
}
