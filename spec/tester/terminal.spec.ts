import { expect } from 'chai';
import { programFile } from '../support/process.js';
import { PseudoTerminal } from '../support/pseudo-terminal.js';
import { until } from '../support/until.js';
import { type OpenServer, webServer } from './tester-servers.js';

const program = programFile('maglevt');
const alternate = '\u001b[?1049h';
const normal = '\u001b[?1049l';
const cursor = '\u001b[?25h';

/** Is what was there before maglevt on the screen again, with a cursor, and are keys shown? */
function isGivenBack(terminal: PseudoTerminal): boolean {
  const { raw } = terminal;
  const at = raw.lastIndexOf(normal);
  return (
    at > raw.lastIndexOf(alternate) &&
    raw.lastIndexOf(cursor) > raw.lastIndexOf('\u001b[?25l') &&
    terminal.isAsBefore()
  );
}

describe('maglevt on a terminal', function () {
  this.timeout(30_000);
  let server: OpenServer;
  const terminals: PseudoTerminal[] = [];
  const start = (env: Readonly<Record<string, string>> = {}) => {
    const argv = ['--vip', `http/127.0.0.1:${server.port}`];
    const terminal = new PseudoTerminal(program, argv, { rows: 20, columns: 90, env });
    terminals.push(terminal);
    return terminal;
  };
  beforeEach(async () => {
    server = await webServer('lb1');
  });
  afterEach(async () => {
    for (const terminal of terminals.splice(0)) await terminal.close();
    await server.end();
  });

  it('shows what it sees, fits its size, obeys keys, and gives the terminal back with a summary', async () => {
    const terminal = start();
    await terminal.sees('q quit');
    expect(terminal.isAsBefore()).to.equal(false);
    await terminal.sees(/lb1:\d/);
    terminal.type('p');
    await terminal.sees('PAUSED');
    terminal.type(' ');
    await terminal.sees('p pause');
    terminal.type('s');
    await terminal.sees('s sort (name)');
    terminal.resize(10, 40);
    await terminal.sees(/VIP +FAIL +OK % +LAST +p50(?! )/);
    terminal.type('q');
    expect(await terminal.ended()).to.equal(0);
    const summary = /probes, 0 failed, 100 % served[\s\S]*lb1:\d+[\s\S]*how long answers took/;
    await until(() => summary.test(terminal.raw) && isGivenBack(terminal), 'the summary');
  });

  it('lets the shell have the terminal, and comes back', async () => {
    const terminal = start();
    for (const stop of [() => terminal.type('\u001a'), () => terminal.kill('SIGTSTP')]) {
      await terminal.sees('q quit');
      stop();
      await until(() => terminal.isStopped() && isGivenBack(terminal), 'the terminal');
      terminal.kill('SIGCONT');
    }
    await terminal.sees(/VIP[\s\S]*q quit/);
    expect(terminal.isAsBefore()).to.equal(false);
    terminal.type('\u0003');
    expect(await terminal.ended()).to.equal(0);
    await until(() => terminal.raw.includes('0 failed') && isGivenBack(terminal), 'the summary');
  });

  it('gives the terminal back when a signal ends it', async () => {
    const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
    await Promise.all(
      signals.map(async (signal) => {
        const terminal = start();
        await terminal.sees('q quit');
        terminal.kill(signal);
        expect(await terminal.ended()).to.equal(0);
        await until(() => isGivenBack(terminal), 'the terminal');
      }),
    );
  });

  it('gives the terminal back when it crashes', async () => {
    const crash = "process.on('SIGUSR2', () => { throw new Error('a bug'); })";
    const terminal = start({ NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(crash)}` });
    await terminal.sees('q quit');
    terminal.kill('SIGUSR2');
    await terminal.sees('maglevt: Error: a bug');
    expect(await terminal.ended()).to.equal(70);
    await until(() => isGivenBack(terminal), 'the terminal');
  });
});
