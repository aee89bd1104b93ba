import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { productVersion } from '../../domain/version.js';
import { parseBuildInfo, versionLine } from '../../program/build-info.js';
import { root } from '../architecture/source-tree.js';

describe('program/build-info', () => {
  const unknown = { version: productVersion, commit: null, date: null };

  it('takes what the build wrote, for this version only', () => {
    const built = { version: productVersion, commit: '1a2b3c4d5e6f', date: '2026-11-28T10:00:00Z' };
    expect(parseBuildInfo(JSON.stringify(built))).to.deep.equal(built);
    expect(parseBuildInfo(JSON.stringify({ ...built, version: '99.0.0' }))).to.deep.equal(unknown);
    for (const bad of ['', '{', 'null', '7', '[]', '{"commit":"x"}']) {
      expect(parseBuildInfo(bad), bad).to.deep.equal(unknown);
    }
    expect(versionLine('maglevd', built)).to.equal(
      `maglevd ${productVersion} (commit 1a2b3c4d5e6f, 2026-11-28T10:00:00Z)`,
    );
    expect(versionLine('maglevd', unknown)).to.equal(
      `maglevd ${productVersion} (commit unknown, date unknown)`,
    );
  });

  describe('as the build writes it', () => {
    let above: string;
    let folder: string;
    beforeEach(() => {
      above = mkdtempSync(path.join(tmpdir(), 'maglev-build-'));
      folder = path.join(above, 'project');
      mkdirSync(path.join(folder, 'scripts'), { recursive: true });
      cpSync(path.join(root, 'scripts/prepare.mjs'), path.join(folder, 'scripts/prepare.mjs'));
      writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ version: productVersion }));
      writeFileSync(path.join(folder, 'package-lock.json'), '{}');
      // No page, and a compiler that compiles nothing, and is installed.
      writeFileSync(path.join(folder, 'scripts/ui.mjs'), '');
      const compiler = path.join(folder, 'node_modules/typescript/bin');
      mkdirSync(compiler, { recursive: true });
      writeFileSync(path.join(compiler, 'tsc'), '');
      writeFileSync(path.join(folder, 'node_modules/.package-lock.json'), '{}');
      writeFileSync(path.join(folder, '.gitignore'), 'out\nnode_modules\n');
    });
    afterEach(() => rmSync(above, { recursive: true }));

    const built = (env: NodeJS.ProcessEnv = {}) => {
      execFileSync(process.execPath, [path.join(folder, 'scripts/prepare.mjs')], {
        env: { PATH: process.env['PATH'], ...env },
      });
      return JSON.parse(readFileSync(path.join(folder, 'out/build-info.json'), 'utf8')) as unknown;
    };
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], {
        cwd: folder,
        encoding: 'utf8',
        env: { ...process.env, GIT_COMMITTER_DATE: '1700000000 +0100' },
      }).trim();

    it('has the commit and its date, and says when files differ from it', () => {
      git('init', '-q');
      git('add', '.');
      git('commit', '-q', '-m', 'x');
      const commit = git('rev-parse', '--short=12', 'HEAD');
      const date = '2023-11-14T22:13:20Z';
      expect(built()).to.deep.equal({ version: productVersion, commit, date });
      writeFileSync(path.join(folder, '.gitignore'), 'out\nnode_modules\nx\n');
      expect(built()).to.deep.equal({ version: productVersion, commit: `${commit}-dirty`, date });
    });

    it('has no commit outside of git, without git, or below somebody else’s repository', () => {
      expect(built({ PATH: '/nowhere' })).to.deep.equal(unknown);
      expect(built()).to.deep.equal(unknown);
      expect(built({ SOURCE_DATE_EPOCH: '86400' })).to.deep.equal({
        ...unknown,
        date: '1970-01-02T00:00:00Z',
      });
      execFileSync('git', ['init', '-q', above]);
      expect(built()).to.deep.equal(unknown);
    });
  });
});
