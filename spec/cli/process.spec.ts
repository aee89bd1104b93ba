import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import { expect } from 'chai';
import { versionLine } from '../../program/build-info.js';
import { MaglevService } from '../../rpc/generated/maglev.js';
import { programFile } from '../support/process.js';
import { type Fixture, startFixture } from '../support/rpc-fixture.js';
import * as samples from '../support/rpc-samples.js';
import { siteCallees } from '../support/rpc-site.js';
import { testWherePermitted } from '../support/where-permitted.js';

/** The program as an operator runs it. */
function start(argv: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  return spawn(process.execPath, [programFile('maglevc'), ...argv], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function run(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = start(argv, env);
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}

describe('the program maglevc', () => {
  let fixture: Fixture;
  before(async () => {
    const [backend] = samples.backends;
    if (backend === undefined) throw new Error('no sample');
    const many = Array.from({ length: 20_000 }, (_, i) => ({ ...backend, name: `backend-${i}` }));
    const site = siteCallees();
    fixture = await startFixture({
      ...site,
      views: (message) => {
        if (message.type === 'list-backends') message.reply.ok(many);
        else site.views(message);
      },
      config: (message) => {
        if (message.type === 'get-config') site.config(message);
        else if (message.type !== 'get-warnings')
          message.reply.ok({ ok: false, stage: 'semantic', issues: [samples.mistake], warnings: [] });
      },
    });
  });
  after(() => fixture.stop());

  const at = () => ({ MAGLEV_SERVER: fixture.server.address });

  it('exits 0 after success, with all of a large answer on its stdout', async () => {
    const { code, stdout, stderr } = await run(['--json', 'show', 'backends'], at());
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect((JSON.parse(stdout) as { backends: object[] }).backends).to.have.length(20_000);
  });

  it('exits 0 after an action', async () => {
    const line = 'set frontend web pool primary backend web1 weight 50 flush';
    const [pause, weight] = await Promise.all([
      run('set backend web1 pause'.split(' '), at()),
      run(line.split(' '), at()),
    ]);
    expect(pause).to.deep.include({ code: 0, stderr: '' });
    expect(weight).to.deep.include({ code: 0, stderr: '' });
  });

  it('exits 1 when what it was asked to do failed', async () => {
    const lines = ['config check', 'set backend spare pause'];
    const runs = await Promise.all(lines.map((line) => run(line.split(' '), at())));
    expect(runs.map(({ code }) => code)).to.deep.equal([1, 1]);
  });

  it('exits 2 on a command line that makes no sense, and prints its help when there is none', async () => {
    const weight = 'set frontend web pool primary backend web1 weight 101'.split(' ');
    const [wrong, heavy, none] = await Promise.all([run(['show', 'nonsense']), run(weight), run([])]);
    expect(wrong).to.deep.include({ code: 2, stdout: '' });
    expect(heavy).to.deep.include({ code: 2, stdout: '' });
    expect(none).to.deep.include({ code: 2, stdout: '' });
    expect(none.stderr)
      .to.contain('usage: maglevc [options] [command...]')
      .and.to.contain('sync vpp lbstate [<name>]');
  });

  it('exits 3 for an unknown name', async () => {
    const lines = [
      'show frontend nope',
      'show healthcheck nope',
      'set backend nope pause',
      'set frontend web pool nope backend web1 weight 1',
    ];
    const runs = await Promise.all(lines.map((line) => run(line.split(' '), at())));
    expect(runs.map(({ code }) => code)).to.deep.equal([3, 3, 3, 3]);
  });

  it('exits 4 when it is denied', async () => {
    const server = new Server();
    const denied = status.PERMISSION_DENIED;
    server.addService(
      { getVppInfo: MaglevService.getVppInfo },
      {
        getVppInfo: (_: unknown, callback: (error: object) => void) =>
          callback({ code: denied, details: 'not you' }),
      },
    );
    const port = await new Promise<number>((resolve) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (_, bound) => resolve(bound));
    });
    const { code, stderr } = await run(['show', 'vpp', 'info', '--server', `127.0.0.1:${port}`]);
    server.forceShutdown();
    expect(code).to.equal(4);
    expect(stderr).to.contain('not you').and.to.contain('[MGL_SERVER_DENIED]');
  });

  it('exits 5 without maglevd, at once', async () => {
    const began = performance.now();
    expect(await run(['show', 'vpp', 'info', '--server', 'unix:/nowhere/x.sock'])).to.deep.include({
      code: 5,
    });
    expect(performance.now() - began).to.be.below(4000);
  });

  testWherePermitted(
    process.getuid?.() === 0 ? null : 'not root',
    'exits 4 for a user whom the socket of maglevd does not let in',
    async () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'maglev-denied-'));
      chmodSync(folder, 0o755);
      const socket = path.join(folder, 'grpc.sock');
      const denied = await startFixture(siteCallees(), { address: `unix:${socket}` });
      const argv = [programFile('maglevc'), '--server', `unix:${socket}`, 'show', 'vpp', 'info'];
      const child = spawn(process.execPath, argv, {
        stdio: ['ignore', 'ignore', 'pipe'],
        uid: 65_534,
        gid: 65_534,
      });
      let stderr = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr += text;
      });
      const [code] = await once(child, 'close');
      await denied.stop();
      rmSync(folder, { recursive: true });
      expect({ code, stderr }).to.have.property('code', 4);
      expect(stderr).to.contain('you may not open the socket').and.to.contain('[MGL_SERVER_DENIED]');
    },
  );

  it('names a server that does not speak gRPC, whatever it speaks', async () => {
    const http = createServer((_request, response) => response.end('hello'));
    const ssh = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.write('SSH-2.0-OpenSSH_9.6\r\n');
    });
    for (const server of [http, ssh]) {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as net.AddressInfo;
      const { code, stderr } = await run(['--server', `127.0.0.1:${port}`, 'show', 'vpp', 'info']);
      server.close();
      expect(code).to.equal(1);
      expect(stderr)
        .to.contain(`what listens at 127.0.0.1:${port} does not speak gRPC`)
        .and.to.contain('[MGL_SERVER_UNSUPPORTED]');
    }
  });

  it('goes past a proxy that is set in the environment', async () => {
    const proxy = 'http://127.0.0.1:1';
    const env = { http_proxy: proxy, https_proxy: proxy, grpc_proxy: proxy };
    const tcp = await startFixture(siteCallees(), { address: '127.0.0.1:0' });
    const { code, stderr } = await run(['--server', tcp.server.address, 'show', 'vpp', 'info'], env);
    await tcp.stop();
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
  });

  it('ends quietly when nobody reads on', async () => {
    const child = start(['show', 'backends'], at());
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.stdout?.once('data', () => child.stdout?.destroy());
    const [code, signal] = await once(child, 'close');
    expect({ code, signal, stderr }).to.deep.equal({ code: 0, signal: null, stderr: '' });
  });

  it('prints its version and its help', async () => {
    const [version, help] = await Promise.all([run(['--version']), run(['show', 'vpp', '--help'])]);
    expect(version).to.deep.equal({ code: 0, stdout: `${versionLine('maglevc')}\n`, stderr: '' });
    expect(help.stdout.split('\n').map((line) => line.trim().split('  ')[0])).to.deep.equal([
      'show vpp info',
      'show vpp lbstate [<name>]',
      'show vpp lb state [<name>]',
      'show vpp lb counters [<name>]',
      'show vpp syncs',
      'show vpp sync <number>',
      '',
    ]);
  });
});
