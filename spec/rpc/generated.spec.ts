import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';

/** Every file below `folder` by its relative path. */
function contents(folder: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const file = path.join(folder, name);
    if (statSync(file).isFile()) files.set(name, readFileSync(file, 'utf8'));
  }
  return files;
}

describe('rpc/generated', () => {
  it('is what `npm run proto` makes of the .proto files', async function () {
    this.timeout(60_000);
    this.slow(10_000);
    const folder = mkdtempSync(path.join(os.tmpdir(), 'maglev-proto-spec-'));
    try {
      await promisify(execFile)(process.execPath, ['scripts/proto.mjs', folder]);
      const fresh = contents(folder);
      const committed = contents('rpc/generated');
      expect([...committed.keys()]).to.deep.equal([...fresh.keys()]);
      for (const [name, text] of fresh) expect(committed.get(name), name).to.equal(text);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('documents every message, field and method of the contract', () => {
    const undocumented = readFileSync('rpc/maglev.proto', 'utf8')
      .split('\n')
      .map((line) => line.trim())
      .filter((line, i, lines) => {
        const declares = /^(message|service|rpc|enum) |^(repeated |optional )?[\w.]+ \w+ = \d+;/.test(line);
        return declares && !lines[i - 1]?.startsWith('//');
      });
    expect(undocumented).to.deep.equal([]);
  });
});
