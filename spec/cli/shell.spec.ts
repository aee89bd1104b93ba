import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { programFile } from '../support/process.js';
import { PseudoTerminal, type TerminalOptions } from '../support/pseudo-terminal.js';
import { type Fixture, startFixture } from '../support/rpc-fixture.js';
import { siteCallees } from '../support/rpc-site.js';

/** The prompt with an empty line behind it, which is the last thing on the screen. */
const ready = /\[[^\]]*\]> $/;

describe('maglevc: the shell', function () {
  this.timeout(40_000);
  const folder = mkdtempSync(path.join(tmpdir(), 'maglev-shell-'));
  let fixture: Fixture;
  let terminal: PseudoTerminal;
  before(async () => {
    fixture = await startFixture(siteCallees());
  });
  afterEach(() => terminal.close());
  after(async () => {
    await fixture.stop();
    rmSync(folder, { recursive: true });
  });

  const open = async (options: TerminalOptions = {}) => {
    terminal = new PseudoTerminal(programFile('maglevc'), ['--server', fixture.server.address], options);
    return terminal.sees(ready);
  };
  /** Types a line, and gives all that comes until the next prompt. */
  const enter = async (line: string) => {
    terminal.type(`${line}\r`);
    const text = await terminal.sees(/\n[\s\S]*\[[^\]]*\]> $/);
    // The line itself is shown behind the old prompt.
    return text.slice(text.indexOf('\n') + 1);
  };
  const leave = async () => {
    terminal.type('\u0004');
    expect(await terminal.ended()).to.equal(0);
    expect(terminal.isAsBefore()).to.equal(true);
  };

  it('greets, says how things are in the prompt, runs shortened commands, and leaves with Ctrl-D', async () => {
    const greeting = await open();
    expect(greeting)
      .to.match(/^maglevc \d/)
      .and.to.contain('? shows what can come next')
      .and.to.match(/\n\S+ \[VPP unverified\]> $/);
    expect(await enter('sh ba')).to.match(/^name .*\nweb1 +10\.0\.0\.1 +up /m);
    expect(await enter('s')).to.contain("'s' can mean 'show' or 'sync' or 'set'");
    expect(await enter('show backend wbe1')).to.contain(
      'List the names with `show backends`. [MGL_BACKEND_UNKNOWN]',
    );
    expect(await enter('show')).to.match(/\nPress \? where .* or enter help\. \[MGL_USAGE\]\n/);
    expect(await enter('show frontens')).to.contain('  show frontens\n       ^^^^^^^^');
    await leave();
  });

  it('completes words and live names, and shows help where ? is pressed, which leaves the line as it is', async () => {
    await open();
    terminal.type('sho\tbacke\t');
    await terminal.sees(/^show backend$/);
    terminal.type(' we\t');
    await terminal.sees(/^ web1 $/);
    terminal.type('?');
    expect(await terminal.sees(/<Enter>[\s\S]*> show backend web1 $/)).to.contain('> show backend web1 ?\n');
    terminal.type('\u0015set backend ?');
    await terminal.sees(/ {2}<name> +the name of a backend.*\n +web1 spare\n.*> set backend $/);
    // The word that ends the names could be one more name: nobody who asks means that.
    terminal.type('\u0015set backend web1 pause ?');
    expect(await terminal.sees(/\|[\s\S]*> set backend web1 pause $/))
      .to.match(/ {2}<Enter> +stop probing/)
      .and.not.to.contain('<name>');
    // In quotes, and behind Ctrl-V, it is a character.
    terminal.type("\u0015show backend 'web?'\u0016?");
    await terminal.sees(/> show backend 'web\?'\?$/);
    // In the middle of a line the rest stays.
    terminal.type('\u0015show status\u001b[D\u001b[D?');
    expect(await terminal.sees(/status +one screen[\s\S]*> show status/)).to.contain('> show status?\n');
    terminal.type('\r');
    expect(await terminal.sees(ready)).to.match(/^maglevd +maglevd 1\.2\.3/m);
    terminal.type('nonsense ?');
    expect(await terminal.sees(/> nonsense $/)).to.contain("unknown command word 'nonsense'");
    terminal.type('\u0003');
    await terminal.sees(/\^C\n.*\]> $/);
    await leave();
  });

  it('keeps lines over runs, clears a line with Ctrl-C, and filters what it prints', async () => {
    const history = path.join(folder, 'state', 'history');
    const env = { MAGLEV_HISTORY: history };
    await open({ env, rows: 100 });
    expect(await enter('show backends | include up | count')).to.match(/^1\n\S+ \[.*\]> $/);
    terminal.type('set backend web1 dis\u0003');
    await terminal.sees(/set backend web1 dis\^C\n.*\]> $/);
    expect(await enter('show backends | json | include \'"name": "spare\'')).to.match(
      /^ +"name": "spare",\n/,
    );
    await leave();
    await terminal.close();
    expect(statSync(history).mode & 0o777).to.equal(0o600);
    expect(readFileSync(history, 'utf8')).to.equal(
      'show backends | include up | count\nshow backends | json | include \'"name": "spare\'\n',
    );
    await open({ env });
    terminal.type('\u001b[A\u001b[A');
    await terminal.sees(/> show backends \| include up \| count$/);
    terminal.type('\r');
    await terminal.sees(/\n1\n.*\]> $/);
    terminal.type('quit\r');
    expect(await terminal.ended()).to.equal(0);
    expect(existsSync(history)).to.equal(true);
  });

  it('shows a page at a time what is longer than the screen, and runs what was typed ahead or pasted', async () => {
    await open({ rows: 10, columns: 60 });
    terminal.type('help\r');
    const first = await terminal.sees('--more--');
    // What leads to a shell, who is in it does not need to be told.
    expect(first)
      .to.match(/\ncommands, of which/)
      .and.not.to.contain('usage: maglevc');
    expect(first.split('\n').length).to.be.within(5, 11);
    terminal.type(' ');
    await terminal.sees('--more--');
    terminal.type('q');
    await terminal.sees(ready);
    terminal.type('show version\rshow vpp info\r');
    expect(await terminal.sees(/vpp-pid[\s\S]*\]> $/)).to.contain('maglevd 1.2.3');
    await leave();
  });

  it('asks before a frontend is left with nobody, and does nothing without a yes', async () => {
    await open();
    terminal.type('set backend web1 pause\r');
    await terminal.sees('this leaves frontend web with nobody to serve. Go on? [y/N]');
    terminal.type('n');
    expect(await terminal.sees(ready))
      .to.contain('nothing was changed')
      .and.not.to.contain('paused');
    terminal.type('set backend web1 pause\r');
    await terminal.sees('[y/N]');
    terminal.type('y');
    expect(await terminal.sees(ready)).to.contain('backend web1: paused');
    await leave();
  });
});
