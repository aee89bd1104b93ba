import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { type FileLockOutcome, lockFile, lockFolder } from '../../linux/file-lock.js';

describe('linux: locks on files', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'maglev-flock-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const release = (lock: FileLockOutcome) => {
    if (lock === null || lock === 'busy') throw new Error(`not locked: ${lock}`);
    lock.release();
  };

  it('lock a folder once', () => {
    const lock = lockFolder(folder);
    expect(lockFolder(folder)).to.equal('busy');
    release(lock);
    release(lockFolder(folder));
  });

  it('make the file that is missing, for owner and group, and lock it once', () => {
    const file = path.join(folder, 'lock');
    const umask = process.umask(0o077);
    const lock = lockFile(file, process.getgid?.() ?? 0);
    process.umask(umask);
    expect(statSync(file).mode & 0o777, 'whatever the umask is').to.equal(0o640);
    expect(lockFile(file, 0)).to.equal('busy');
    release(lock);
    release(lockFile(file, 0));
  });

  it('follow no link that somebody has laid, and lock nothing where nothing can be', () => {
    const target = path.join(folder, 'target');
    writeFileSync(target, '');
    symlinkSync(target, path.join(folder, 'link'));
    expect(lockFile(path.join(folder, 'link'), 0)).to.equal(null);
    expect(lockFile(path.join(folder, 'missing', 'lock'), 0)).to.equal(null);
    expect(lockFolder(path.join(folder, 'missing'))).to.equal(null);
    expect(lockFolder(target)).to.equal(null);
    expect(lockFile(folder, 0)).to.equal(null);
    execFileSync('mkfifo', [path.join(folder, 'pipe')]);
    expect(lockFile(path.join(folder, 'pipe'), 0), 'and it does not wait').to.equal(null);
  });
});
