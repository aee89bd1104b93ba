import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'chai';

/** Runs buf; gives its exit code and the lines that it printed. */
function buf(...args: readonly string[]): Promise<{ readonly code: number; readonly lines: string[] }> {
  const bin = 'node_modules/@bufbuild/buf/bin/buf';
  return new Promise((resolve) => {
    execFile(process.execPath, [bin, ...args], { encoding: 'utf8' }, (error, stdout, stderr) => {
      const lines = `${stdout}${stderr}`.split('\n').filter((line) => line !== '');
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), lines });
    });
  });
}

/** What clients know; it is made anew with each release, by the command that stands in docs/contributing.md. */
const baseline = path.resolve('rpc/baseline.binpb');

describe('the contract in rpc/maglev.proto', function () {
  this.timeout(60_000);
  this.slow(10_000);

  it('is as buf lint wants it, and breaks no client of the baseline', async () => {
    const [lint, breaking] = await Promise.all([
      buf('lint', 'rpc'),
      buf('breaking', 'rpc', '--against', baseline),
    ]);
    expect(lint).to.deep.equal({ code: 0, lines: [] });
    expect(breaking).to.deep.equal({ code: 0, lines: [] });
  });

  it('would not be changed unseen: a field that moves, goes, or is called otherwise', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'maglev-contract-'));
    try {
      cpSync('rpc/grpc', path.join(folder, 'grpc'), { recursive: true });
      cpSync('rpc/buf.yaml', path.join(folder, 'buf.yaml'));
      const changed = readFileSync('rpc/maglev.proto', 'utf8')
        .replace('bool resumed = 3;', 'bool resumed = 33;')
        .replace('string epoch = 11;', '')
        .replace('uint64 count = 1;', 'uint64 number = 1;');
      writeFileSync(path.join(folder, 'maglev.proto'), changed);
      const { code, lines } = await buf('breaking', folder, '--against', baseline);
      expect(code).not.to.equal(0);
      const text = lines.join('\n');
      expect(text).to.match(/field "3" with name "resumed" on message "SubscribedEvent" was deleted/);
      expect(text).to.match(/field "11" with name "epoch" on message "WatchRequest" was deleted/);
      expect(text).to.match(/Field "1" on message "LaggedEvent" changed name from "count" to "number"/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
