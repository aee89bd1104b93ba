import { execFileSync } from 'node:child_process';
import {
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { checkConfigText } from '../../config/check.js';
import { sinceChange } from '../../config/config-file.js';
import { checkConfigFile, loadConfigFile } from '../../config/load.js';
import { checkReport, formatIssue } from '../../config/report.js';
import { below, configOf, configOfVerdict } from './config-lines.js';

describe('config/load', () => {
  let folder = '';
  let file = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'maglev-config-'));
    file = path.join(folder, 'maglev.yaml');
  });
  /** Runs until the end of the test at the latest, so that it cannot outlive one that times out. */
  let turning: NodeJS.Timeout | undefined;
  afterEach(() => {
    clearInterval(turning);
    rmSync(folder, { recursive: true, force: true });
  });

  async function readError(name: string): Promise<string> {
    const verdict = await loadConfigFile(name);
    if (verdict.ok || verdict.stage !== 'read') expect.fail('the file could be read');
    expect(verdict.issues).to.have.length(1);
    expect(checkReport(verdict).exitCode).to.equal(1);
    return verdict.issues.map(formatIssue).join();
  }

  it('reads a file and names it in errors', async () => {
    writeFileSync(file, below());
    expect(configOfVerdict(await loadConfigFile(file))).to.deep.equal(configOf(below()));
    writeFileSync(file, below('  backends: { a: {} }'));
    const verdict = await loadConfigFile(file);
    expect(verdict.ok ? [] : verdict.issues.map(formatIssue)).to.deep.equal([
      `${file}:3:15 maglev.backends.a.address: required key is missing`,
    ]);
  });

  it('says the same to a process that does nothing else', async () => {
    const large = below(
      '  backends:',
      ...Array.from({ length: 2000 }, (_, i) => `    b${i}: { address: 10.0.${i >> 8}.${i & 255} }`),
    );
    for (const text of [below(), large, `${large}    b7: {}\n`]) {
      writeFileSync(file, text);
      expect(await checkConfigFile(file)).to.deep.equal(await loadConfigFile(file));
    }
    unlinkSync(file);
    expect(await checkConfigFile(file)).to.deep.equal(await loadConfigFile(file));
  });

  it('says why a file cannot be read', async () => {
    expect(await readError(file)).to.equal(`${file}: cannot be read: no such file or directory (ENOENT)`);
    expect(await readError(folder)).to.equal(`${folder}: is a directory, not a file`);
    symlinkSync(file, file);
    expect(await readError(file)).to.equal(
      `${file}: cannot be read: too many symbolic links encountered (ELOOP)`,
    );
    unlinkSync(file);
    writeFileSync(file, '');
    expect(await readError(`${file}/x`)).to.equal(`${file}/x: cannot be read: not a directory (ENOTDIR)`);
    expect(await readError('a\0b')).to.match(/^a\\u\{0\}b: cannot be read: .*ERR_INVALID_ARG_VALUE/);
  });

  it('refuses devices and pipes at once', async () => {
    expect(await readError('/dev/zero')).to.equal('/dev/zero: is not a regular file');
    execFileSync('mkfifo', [file]);
    expect(await readError(file)).to.equal(`${file}: is not a regular file`);
  });

  it('refuses what is not text, with the line', async () => {
    writeFileSync(file, 'maglev:\n  vpp: "\0"\n');
    expect(await readError(file)).to.equal(`${file}: is not a text file: line 2 contains a NUL byte`);
    writeFileSync(
      file,
      Buffer.concat([Buffer.from('# gr\u00fcn\n# gr', 'utf8'), Buffer.from([0xfc]), Buffer.from('n\n')]),
    );
    expect(await readError(file)).to.equal(`${file}: is not UTF-8 text: the first wrong byte is on line 2`);
    writeFileSync(file, Buffer.concat([Buffer.from('# a\n# b\n# c'), Buffer.from([0xe2, 0x82])]));
    expect(await readError(file)).to.equal(`${file}: is not UTF-8 text: the first wrong byte is on line 3`);
  });

  it('refuses a file that is far too large, without reading it', async () => {
    writeFileSync(file, '');
    truncateSync(file, 2 ** 40);
    expect(await readError(file)).to.equal(`${file}: has ${2 ** 40} bytes: at most 16777216 are read`);
  });

  it('judges every version of a file by itself', async () => {
    const good = below('  backends: { a: { address: 198.51.100.1 } }');
    const versions: readonly [string, string | null][] = [
      [good, null],
      [good.replace('maglev:', 'maglev'), 'parse'],
      [good, null],
      [good.replace('198.51.100.1', '0.0.0.0'), 'semantic'],
      ['\0', 'read'],
      [good, null],
    ];
    const first = configOf(good);
    for (const [text, stage] of versions) {
      writeFileSync(file, text);
      const verdict = await loadConfigFile(file);
      expect(verdict.ok ? null : verdict.stage).to.equal(stage);
      if (verdict.ok) expect(verdict.config).to.deep.equal(first);
    }
  });

  it('knows how long ago a file was written to; by a clock that is ahead, or without a file, just now', async () => {
    expect(await sinceChange(file, Date.now())).to.equal(0);
    writeFileSync(file, 'maglev:');
    utimesSync(file, 1000, 1000);
    expect(await sinceChange(file, 1_000_700)).to.equal(700);
    expect(await sinceChange(file, 999_000)).to.equal(0);
  });

  it('answers the same for a large file, and lets other work go on meanwhile', async () => {
    const lines = Array.from({ length: 2000 }, (_, i) => `    b${i}: { address: 10.0.${i >> 8}.${i & 255} }`);
    const good = below('  backends:', ...lines);
    const bad = below('  backends:', ...lines, '    last: {}');
    for (const text of [good, bad]) {
      writeFileSync(file, text);
      let turns = 0;
      turning = setInterval(() => turns++, 1);
      const verdict = await loadConfigFile(file);
      clearInterval(turning);
      expect(verdict).to.deep.equal(checkConfigText(text, file));
      expect(turns).to.be.greaterThan(3);
    }
  });
});
