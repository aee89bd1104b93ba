import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { realClock } from '../../clock/real-clock.js';
import { runRemoteCommand } from '../../sim/remote-command.js';
import { programFile } from '../support/process.js';

const demo = path.resolve(import.meta.dirname, '../../demo/main.js');
const programs = {
  maglevd: programFile('maglevd'),
  maglevc: programFile('maglevc'),
  'maglev-vppsim': programFile('maglev-vppsim'),
  demo,
  conformance: path.resolve(import.meta.dirname, '../conformance/main.js'),
  fuzz: path.resolve(import.meta.dirname, '../fuzz/main.js'),
};

type Where = 'pipe' | 'gone' | 'full';

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stderr: string;
}

describe('what programs print', () => {
  const opened: number[] = [];
  const children: ChildProcess[] = [];
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'maglev-output-'));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) {
        await once(child, 'exit');
      }
    }
    for (const fd of opened.splice(0)) closeSync(fd);
    rmSync(folder, { recursive: true });
  });

  /** A process whose standard output nobody reads any more, or goes to a full disk. */
  function start(name: keyof typeof programs, args: readonly string[], stdout: Where): ChildProcess {
    const full = stdout === 'full' ? openSync('/dev/full', 'w') : null;
    if (full !== null) opened.push(full);
    const child = spawn(process.execPath, [programs[name], ...args], {
      stdio: ['ignore', full ?? 'pipe', 'pipe'],
    });
    children.push(child);
    if (stdout === 'gone') child.stdout?.destroy();
    return child;
  }

  async function run(name: keyof typeof programs, args: readonly string[], stdout: Where): Promise<Ended> {
    const child = start(name, args, stdout);
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const [code, signal] = await once(child, 'close');
    return { code, signal, stderr };
  }

  it('is nobody else’s business when its reader has gone: all end quietly, with 0', async () => {
    const names = ['maglevd', 'maglevc', 'maglev-vppsim', 'demo', 'conformance', 'fuzz'] as const;
    const ends = await Promise.all(names.map((name) => run(name, ['--help'], 'gone')));
    for (const end of ends) expect(end).to.deep.equal({ code: 0, signal: null, stderr: '' });
  });

  it('is told to be lost when the disk is full, with 1', async () => {
    const names = ['maglevd', 'maglevc', 'maglev-vppsim', 'demo', 'conformance', 'fuzz'] as const;
    const ends = await Promise.all(names.map((name) => run(name, ['--help'], 'full')));
    ends.forEach(({ code, stderr }, i) => {
      expect(code, names[i]).to.equal(1);
      expect(stderr, names[i])
        .to.contain(`${names[i]}: cannot write to standard output: ENOSPC (no space left on device)`)
        .and.to.contain('[MGL_OUTPUT]');
      expect(stderr.split('\n'), 'no stack').to.have.length(3);
    });
  });

  it('does not hide that something else failed', async () => {
    const wrong = await run('maglev-vppsim', ['--nonsense'], 'gone');
    expect(wrong).to.include({ code: 2 });
    expect(wrong.stderr).to.contain('MGL_USAGE');
  });

  it('stops neither the simulator nor its commands, when the readers of its log have gone', async () => {
    const socket = path.join(folder, 'api.sock');
    const child = start('maglev-vppsim', ['--socket', socket, '--log-level', 'debug'], 'pipe');
    if (child.stdout === null) throw new Error('no pipe');
    await once(child.stdout, 'data');
    child.stdout.destroy();
    child.stderr?.destroy();
    // Each of these writes several records to a log that nobody reads.
    for (let i = 0; i < 3; i++) {
      expect(await runRemoteCommand(socket, 'lb conf timeout 30', realClock)).to.include({ retval: 0 });
    }
    expect(child.exitCode).to.equal(null);
    const quiet = await run('maglev-vppsim', ['--socket', socket, '--cli', 'show version verbose'], 'gone');
    expect(quiet).to.deep.equal({ code: 0, signal: null, stderr: '' });
  });

  it('does not end maglevd when its log goes nowhere, which says so once', async () => {
    const config = path.join(folder, 'maglev.yaml');
    writeFileSync(
      config,
      'maglev: { vpp: { lb: { ipv4-src-address: 192.0.2.1, ipv6-src-address: "2001:db8::1" } } }\n',
    );
    const grpc = `unix:${path.join(folder, 'grpc.sock')}`;
    const flags = ['--config', config, '--vpp-api-addr=', '--state-dir=', '--grpc-addr', grpc];
    const child = start('maglevd', flags, 'full');
    if (child.stderr === null) throw new Error('no pipe');
    let told = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      told += text;
    });
    await once(child.stderr, 'data');
    let shown: Ended;
    do shown = await run('maglevc', ['--server', grpc, 'show', 'backends'], 'gone');
    while (shown.code === 5 && child.exitCode === null);
    expect(shown).to.deep.equal({ code: 0, signal: null, stderr: '' });
    child.kill('SIGTERM');
    expect(await once(child, 'close')).to.deep.equal([0, null]);
    expect(told).to.equal(
      'maglevd: the log cannot be written: ENOSPC (no space left on device); what is lost is counted in the log\n',
    );
  });
});
