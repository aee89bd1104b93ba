import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { lbAddDelVipV2 } from '../../binapi/generated/lb.js';
import { controlPing } from '../../binapi/generated/memclnt.js';
import { cliInband } from '../../binapi/generated/vlib.js';
import { showVersion } from '../../binapi/generated/vpe.js';
import { versionLine } from '../../program/build-info.js';
import { addVip, vipRequest } from '../support/lb-requests.js';
import { programFile } from '../support/process.js';
import { RawVppClient } from '../support/raw-vpp-client.js';

const program = programFile('maglev-vppsim');

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** A maglev-vppsim of its own. */
class Process {
  readonly ended: Promise<Ended>;
  readonly firstLine: Promise<string | undefined>;
  readonly #child: ChildProcess;

  constructor(...args: string[]) {
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    this.ended = once(child, 'close').then(([code, signal]) => ({ code, signal, stderr }));
    const lines = createInterface({ input: child.stdout });
    this.firstLine = Promise.race([
      once(lines, 'line').then(([line]) => String(line)),
      this.ended.then(() => undefined),
    ]);
  }

  /** What the ready line says. */
  async ready(): Promise<{ readonly event: string; readonly socket: string; readonly pid: number }> {
    const line = await this.firstLine;
    if (line === undefined) throw new Error((await this.ended).stderr);
    return JSON.parse(line);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

describe('maglev-vppsim, the process', () => {
  let folder: string;
  let socket: string;
  const processes: Process[] = [];

  function run(...args: string[]): Process {
    const started = new Process(...args);
    processes.push(started);
    return started;
  }

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'vppsim-spec-'));
    socket = path.join(folder, 'run', 'api.sock');
  });
  afterEach(async () => {
    for (const started of processes.splice(0)) {
      started.kill('SIGKILL');
      await started.ended;
    }
    rmSync(folder, { recursive: true });
  });

  it('says when it is ready, serves its own pid, and ends cleanly on SIGTERM', async () => {
    const simulator = run('--socket', socket, '--version-string', '26.10-rc1');
    const ready = await simulator.ready();
    expect(ready).to.include({ event: 'ready', socket });
    const client = await RawVppClient.connect(socket);
    expect((await client.call(controlPing, {})).vpePid).to.equal(ready.pid);
    expect((await client.call(showVersion, {})).version).to.equal('26.10-rc1');
    simulator.kill('SIGTERM');
    await client.closed;
    expect(await simulator.ended).to.include({ code: 0, signal: null, stderr: '' });
    expect(existsSync(socket)).to.equal(false);
  });

  it('counts the writes that it executes for whoever asks over its socket', async () => {
    await run('--socket', socket).ready();
    const client = await RawVppClient.connect(socket);
    await addVip(client, '192.0.2.1/32 tcp 443');
    const shown = await client.call(cliInband, { cmd: 'show maglev-vppsim writes' });
    expect(shown.reply).to.equal('lb-writes: 1\n  lb_add_del_vip_v2: 1\n');
    await client.close();
  });

  it('takes the place of a dead process, and not of a live one or of another file', async () => {
    const first = run('--socket', socket);
    await first.ready();
    const second = await run('--socket', socket).ended;
    expect(second).to.include({ code: 1 });
    expect(second.stderr).to.contain(`a live process listens on ${socket}`).and.contain('MGL_LISTEN');
    first.kill('SIGKILL');
    await first.ended;
    expect(existsSync(socket)).to.equal(true);
    await run('--socket', socket).ready();
    const file = path.join(folder, 'file');
    writeFileSync(file, '');
    const occupied = (await run('--socket', file).ended).stderr;
    expect(occupied).to.contain(`${file} exists and is not a socket`).and.contain('remove what is there');
    for (const nowhere of ['/proc/none/api.sock', path.join(file, 'api.sock')]) {
      const homeless = (await run('--socket', nowhere).ended).stderr;
      expect(homeless).to.contain('cannot create the folder').and.contain('that you may write to');
    }
    const stats = (await run('--socket', `${socket}2`, '--stats-socket', '/proc/none/stats.sock').ended)
      .stderr;
    expect(stats).to.contain('cannot hand out the stats segment').and.contain('--stats-socket');
  });

  it('ends with 134 and the name of the rule at a request that VPP dies of', async () => {
    const simulator = run('--socket', socket);
    await simulator.ready();
    const client = await RawVppClient.connect(socket);
    client.send(lbAddDelVipV2, vipRequest('192.0.2.1/32 tcp 443', { newFlowsTableLength: 0 }));
    await client.closed;
    const ended = await simulator.ended;
    expect(ended.code).to.equal(134);
    expect(ended.stderr).to.contain('VPP would have died here: table-too-big');
  });

  it('kills itself where a fault says so, leaving its socket file behind', async () => {
    const simulator = run('--socket', socket, '--fault', 'die@control_ping#2');
    await simulator.ready();
    const client = await RawVppClient.connect(socket);
    await client.call(controlPing, {});
    client.send(controlPing, {});
    await client.closed;
    expect(await simulator.ended).to.include({ code: null, signal: 'SIGKILL' });
    expect(existsSync(socket)).to.equal(true);
  });

  it('prints every message that it receives at level debug', async () => {
    const simulator = run('--socket', socket, '--log-level', 'debug');
    await simulator.ready();
    const client = await RawVppClient.connect(socket, 'a spec');
    await client.call(controlPing, {});
    await client.close();
    simulator.kill('SIGTERM');
    const records = (await simulator.ended).stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const received = records.filter(({ event }) => event === 'vppsim-recv');
    expect(received.map(({ message, client: name }) => `${message} ${name}`)).to.deep.equal([
      'sockclnt_create ',
      'control_ping a spec',
    ]);
  });

  it('refuses flags that it does not understand, with 2', async () => {
    const ended = await run('--fault', 'explode').ended;
    expect(ended.code).to.equal(2);
    expect(ended.stderr).to.contain("no known action: 'explode'").and.contain('MGL_USAGE');
  });

  it('runs a command at the command line of another one', async () => {
    await run('--socket', socket).ready();
    const done = run('--socket', socket, '--cli', 'lb vip 192.0.2.1/32');
    expect(await done.firstLine).to.equal('lb_vip_add ok 1');
    expect(await done.ended).to.include({ code: 0 });
    const refused = run('--socket', socket, '--cli', 'lb vip 192.0.2.1/32');
    expect(await refused.firstLine).to.equal('lb vip: lb_vip_add error -81');
    expect(await refused.ended).to.include({ code: 1 });
    const nobody = await run('--socket', path.join(folder, 'nobody.sock'), '--cli', 'show lb').ended;
    expect(nobody).to.include({ code: 1 });
    expect(nobody.stderr).to.contain('MGL_VPP_CONNECT').and.contain('--socket').and.not.contain('--vpp-api');
  });

  it('explains itself', async () => {
    const help = run('--help');
    expect(await help.firstLine).to.contain('maglev-vppsim: a stand-in for VPP');
    expect(await run('--version').firstLine).to.equal(versionLine('maglev-vppsim'));
    expect(await help.ended).to.include({ code: 0 });
  });
});
