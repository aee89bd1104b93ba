import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { testerCompletion, testerCompletionFile } from '../../tester/completion.js';
import { testWherePermitted } from '../support/where-permitted.js';

const lacks = (shell: string) =>
  spawnSync(shell, ['-c', 'exit']).error === undefined ? null : `${shell} is not on this machine`;

describe('maglevt: completion in shells', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'maglevt-completion-'));
  const fileOf = (shell: 'bash' | 'zsh' | 'fish') => {
    const file = path.join(folder, testerCompletionFile[shell]);
    writeFileSync(file, testerCompletion(shell));
    return file;
  };
  after(() => rmSync(folder, { recursive: true }));

  testWherePermitted(lacks('bash'), 'bash offers flags, ways and files', () => {
    const file = fileOf('bash');
    const offered = (...words: string[]) => {
      const quoted = ['maglevt', ...words].map((word) => `'${word}'`).join(' ');
      const script = `source '${file}'; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length}; _maglevt; echo "\${COMPREPLY[@]}"`;
      const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8' });
      expect(stderr).to.equal('');
      return stdout.trim();
    };
    expect(offered('--in')).to.equal('--interval --insecure');
    expect(offered('-config', path.join(folder, 'mag'))).to.equal(file);
    expect(offered('--vip', 'ht')).to.equal('http/ https/');
    expect(offered('--timeout', '')).to.equal('');
  });

  for (const shell of ['zsh', 'fish'] as const) {
    testWherePermitted(lacks(shell), `${shell} can read its script`, () => {
      const { status, stderr } = spawnSync(shell, ['-n', fileOf(shell)], { encoding: 'utf8' });
      expect([status, stderr]).to.deep.equal([0, '']);
    });
  }
});
