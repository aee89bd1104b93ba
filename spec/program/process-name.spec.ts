import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { programFile } from '../support/process.js';
import { suiteWherePermitted } from '../support/where-permitted.js';

suiteWherePermitted(process.platform === 'linux' ? null : 'no /proc', 'what ps calls a program', () => {
  let folder: string;
  let child: ChildProcess | null = null;
  let server: net.Server;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'maglev-name-'));
    server = net.createServer((socket) => socket.on('error', () => {}));
  });
  afterEach(async () => {
    if (child !== null) {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    server.close();
    rmSync(folder, { recursive: true });
  });

  /** What the kernel says of a process; `ps` shows it as `comm` and `args`. */
  function shown(): { readonly comm: string; readonly args: string } {
    const of = (file: string) => readFileSync(`/proc/${child?.pid}/${file}`, 'utf8');
    return { comm: of('comm').trim(), args: of('cmdline').replaceAll('\0', ' ').trim() };
  }

  /** Each waits for a server that accepts and says nothing. */
  for (const [name, ...args] of [
    [
      'maglevd',
      '--state-dir=',
      '--grpc-addr',
      '127.0.0.1:0',
      '--config',
      'CONFIG',
      '--vpp-api-addr',
      'SOCKET',
    ],
    ['maglevc', '--server', 'unix:SOCKET', 'show', 'frontends'],
    ['maglev-vppsim', '--socket', 'SOCKET', '--cli', 'show lb'],
  ] as const) {
    it(`is ${name}, with its arguments`, async () => {
      const socket = path.join(folder, 'a.sock');
      const config = path.resolve(import.meta.dirname, '../../../maglev.yaml');
      const argv = args.map((arg) => arg.replace('SOCKET', socket).replace('CONFIG', config));
      server.listen(socket);
      await once(server, 'listening');
      child = spawn(process.execPath, [programFile(name), ...argv], { stdio: 'ignore' });
      await once(server, 'connection');
      expect(shown()).to.deep.equal({ comm: name, args: [name, ...argv].join(' ') });
    });
  }
});
