import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { completionScript } from '../../cli/completion-scripts.js';
import { hasCommand } from '../../packaging/command.js';
import { runCli } from '../support/cli-run.js';
import { programFile } from '../support/process.js';
import { type Fixture, startFixture } from '../support/rpc-fixture.js';
import { siteCallees } from '../support/rpc-site.js';
import { testWherePermitted } from '../support/where-permitted.js';

const lacking = (shell: string) => (hasCommand(shell) ? null : `there is no ${shell} here`);

describe('maglevc: completion in other shells', function () {
  this.timeout(20_000);
  const folder = mkdtempSync(path.join(tmpdir(), 'maglev-completion-'));
  let fixture: Fixture;
  before(async () => {
    fixture = await startFixture(siteCallees());
    mkdirSync(path.join(folder, 'bin'));
    const program = path.join(folder, 'bin', 'maglevc');
    writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${programFile('maglevc')}' "$@"\n`);
    chmodSync(program, 0o755);
    for (const shell of ['bash', 'zsh', 'fish'] as const)
      writeFileSync(path.join(folder, shell), completionScript(shell));
  });
  after(async () => {
    await fixture.stop();
    rmSync(folder, { recursive: true });
  });

  const env = () => ({ MAGLEV_SERVER: fixture.server.address });
  /** What the last of the words can become. */
  const candidates = async (...words: string[]) => {
    const { stdout } = await runCli(['--complete', ...words], { env: env() });
    return stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t')[0]]));
  };

  it('offers words, live names, filters and options', async () => {
    expect(await candidates('sh')).to.deep.equal(['show']);
    expect(await candidates('sh', 'ba')).to.deep.equal(['backends', 'backend']);
    expect(await candidates('set', 'backend', '')).to.deep.equal(['web1', 'spare']);
    expect(await candidates('set', 'backend', 'web1', '')).to.include.members(['pause', 'disable', 'spare']);
    expect(await candidates('set', 'frontend', 'web', 'pool', '')).to.deep.equal(['primary', 'fallback']);
    const member = ['set', 'frontend', 'web', 'pool', 'primary', 'backend', ''];
    expect(await candidates(...member)).to.deep.equal(['web1', 'web2-long-name']);
    expect(await candidates('watch', 'show', 'fr')).to.deep.equal(['frontends', 'frontend']);
    expect(await candidates('show', 'backends', '|', 'e')).to.deep.equal(['exclude']);
    expect(await candidates('--js')).to.deep.equal(['--json']);
    expect(await candidates('nonsense', '')).to.deep.equal([]);
    // Tab is no place for an error.
    const away = await runCli(['--complete', 'show', 'backend', ''], {
      env: { MAGLEV_SERVER: 'unix:/no/where' },
    });
    expect(away).to.deep.equal({ code: 0, stdout: '', stderr: '' });
  });

  testWherePermitted(lacking('bash'), 'bash completes what is typed', async () => {
    const completed = async (line: string) => {
      const script = `source '${folder}/bash'; COMP_LINE=$1; COMP_POINT=\${#1}; _maglevc; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const options = { env: { PATH: `${folder}/bin:${process.env['PATH'] ?? ''}`, ...env() } };
      const { stdout } = await promisify(execFile)('bash', ['-c', script, 'bash', line], options);
      return stdout.trimEnd().split('\n');
    };
    expect(await completed('maglevc show ba')).to.deep.equal(['backends', 'backend']);
    expect(await completed('maglevc set backend s')).to.deep.equal(['spare']);
    expect(await completed(`maglevc --tls-ca ${folder}/ba`)).to.deep.equal([`${folder}/bash`]);
  });

  for (const shell of ['zsh', 'fish'] as const) {
    testWherePermitted(lacking(shell), `${shell} can read its script`, async () => {
      await promisify(execFile)(shell, ['-n', path.join(folder, shell)]);
    });
  }
});
