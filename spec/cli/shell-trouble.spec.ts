import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { Authority } from '../support/certificates.js';
import { programFile } from '../support/process.js';
import { PseudoTerminal, type TerminalOptions } from '../support/pseudo-terminal.js';
import { type Fixture, startFixture } from '../support/rpc-fixture.js';
import { siteCallees } from '../support/rpc-site.js';

/** The prompt with an empty line behind it, which is the last thing on the screen. */
const ready = /\[[^\]]*\]> $/;

describe('maglevc on a terminal: colour off, strange certificates, and a daemon that dies', function () {
  this.timeout(40_000);
  const folder = mkdtempSync(path.join(tmpdir(), 'maglev-trouble-'));
  let fixture: Fixture | null = null;
  let terminal: PseudoTerminal | null = null;
  afterEach(async () => {
    await terminal?.close();
    terminal = null;
    await fixture?.stop();
    fixture = null;
  });
  after(() => rmSync(folder, { recursive: true }));

  const open = (argv: readonly string[], options: TerminalOptions = {}) => {
    terminal = new PseudoTerminal(programFile('maglevc'), argv, options);
    return terminal;
  };

  it('paints what it prints on a terminal, unless NO_COLOR or --color=false is there', async () => {
    fixture = await startFixture(siteCallees());
    const { address } = fixture.server;
    const painted = async (...argv: string[]) => {
      const shown = open(['--server', address, ...argv, 'show', 'backends']);
      await shown.sees(/web1 .* up /);
      expect(await shown.ended()).to.equal(0);
      const paints = shown.raw.includes('\u001b[36mup');
      expect(shown.raw.includes('\u001b'), shown.raw).to.equal(paints);
      await shown.close();
      return paints;
    };
    expect(await painted()).to.equal(true);
    expect(await painted('--color=false')).to.equal(false);
    // In a shell nothing is painted either: what is left moves the cursor, and clears lines.
    const shell = open(['--server', address], { env: { NO_COLOR: '1' } });
    await shell.sees(ready);
    shell.type('show backends\rshow backend nobody\r');
    await shell.sees(/MGL_BACKEND_UNKNOWN[\s\S]*\]> $/);
    shell.type('\u0004');
    expect(await shell.ended()).to.equal(0);
    expect(shell.raw).not.to.contain('\u001b[36m').and.not.to.contain('\u001b[0m');
  });

  it('says that nobody it trusts has signed the certificate, for one command and in a shell', async () => {
    const certificate = new Authority('theirs').issue({ names: ['DNS:localhost', 'IP:127.0.0.1'] });
    const files = { cert: path.join(folder, 'cert.pem'), key: path.join(folder, 'key.pem'), clientCa: null };
    writeFileSync(files.cert, certificate.cert);
    writeFileSync(files.key, certificate.key);
    const strange = path.join(folder, 'ca.pem');
    writeFileSync(strange, new Authority('somebody else').cert);
    fixture = await startFixture(siteCallees(), { address: '127.0.0.1:0', tls: () => files });
    const argv = ['--server', fixture.server.address, '--tls-ca', strange];
    const once = open([...argv, 'show', 'backends']);
    const complaint = await once.sees('[MGL_SERVER_TLS]');
    expect(complaint).to.contain('certificate').and.to.contain('Give --tls-ca the authority');
    expect(await once.ended()).to.equal(5);
    expect(once.isAsBefore()).to.equal(true);
    await once.close();
    const shell = open(argv);
    const greeting = await shell.sees(ready);
    expect(greeting)
      .to.match(/maglevd is lost: .*certificate.*\[MGL_SERVER_TLS\]/)
      .and.to.match(/\n\S+ \[no maglevd\]> $/);
    shell.type('\u0004');
    expect(await shell.ended()).to.equal(0);
  });

  it('says once that a daemon is lost in the middle of a command, and once that it is back', async () => {
    const site = siteCallees();
    const address = `unix:${path.join(folder, 'grpc.sock')}`;
    let asked: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      asked = resolve;
    });
    fixture = await startFixture(
      { ...site, vpp: (message) => (message.type === 'get-sync' ? asked() : site.vpp?.(message)) },
      { address, drainMs: 1 },
    );
    const shell = open(['--server', address]);
    await shell.sees(/\[VPP unverified\]> $/);
    shell.type('show vpp sync 1\r');
    await held;
    await fixture.stop();
    fixture = null;
    const news = await shell.sees(/\[no maglevd\]> $/);
    expect(news).to.contain('[MGL_SERVER_UNREACHABLE]').and.to.contain('maglevd is lost');
    shell.type('show vpp sync 1\r');
    expect(await shell.sees(/\n[\s\S]*\[no maglevd\]> $/)).to.contain('cannot reach maglevd');
    shell.type('show sta');
    await shell.sees('show sta');
    // It comes back while somebody types, and what was typed stays.
    fixture = await startFixture(site, { address });
    expect(await shell.sees(/\[VPP unverified\]> show sta$/)).to.contain('maglevd is back\n');
    shell.type('\t\r');
    await shell.sees(/maglevd +maglevd 1\.2\.3[\s\S]*\]> $/);
    shell.type('\u0004');
    expect(await shell.ended()).to.equal(0);
    expect(shell.isAsBefore()).to.equal(true);
    expect(shell.raw.match(/is lost/g)).to.have.length(1);
    expect(shell.raw.match(/is back/g)).to.have.length(1);
  });
});
