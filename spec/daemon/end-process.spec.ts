import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';

const code = path.resolve(import.meta.dirname, '../../daemon/end-process.js');

describe('daemon/end-process', () => {
  it('ends a process that waits for a disk for ever, with its exit code', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'maglev-spec-'));
    const pipe = path.join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    // To open a pipe that nobody writes to takes as long as a disk that hangs: for ever.
    const script = `
      import { open } from 'node:fs/promises';
      import { endProcess } from ${JSON.stringify(code)};
      open(${JSON.stringify(pipe)}, 'r').catch(() => {});
      setTimeout(() => endProcess(3), 50);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
    const killer = setTimeout(() => child.kill('SIGKILL'), 15_000);
    expect(await once(child, 'exit')).to.deep.equal([3, null]);
    clearTimeout(killer);
    rmSync(folder, { recursive: true });
  });
});
