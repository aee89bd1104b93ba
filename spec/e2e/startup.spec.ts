import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { versionLine } from '../../program/build-info.js';
import { Stage } from '../support/daemon-stage.js';
import { programFile, run } from '../support/process.js';

const valid = `maglev:
  vpp: { lb: { ipv4-src-address: 198.51.100.1, ipv6-src-address: "2001:db8::1" } }
  backends: { a: { address: 10.0.0.1 } }
  frontends:
    web: { address: 192.0.2.1, protocol: tcp, port: 80, pools: [{ name: p, backends: { a: {} } }] }
`;

describe('e2e: maglevd starts, or says why not', function () {
  this.timeout(60_000);
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
    stage.write(valid);
  });
  afterEach(() => stage.end());

  const check = (text: string) => {
    stage.write(text);
    return run('maglevd', ['--check', '--config', stage.config]);
  };

  it('checks a config: 0 valid, 1 cannot be read or parsed, 2 semantically wrong', async () => {
    expect((await check(valid)).code).to.equal(0);
    const unknownKey = await check(valid.replace('port: 80', 'prot: 80'));
    expect(unknownKey.code).to.equal(1);
    expect(unknownKey.stdout).to.match(/maglev\.yaml:5:\d+ .*prot.*did you mean/);
    expect((await run('maglevd', ['--check', '--config', '/does/not/exist.yaml'])).code).to.equal(1);
    const noSource = await check(valid.replace('ipv4-src-address: 198.51.100.1, ', ''));
    expect(noSource.code).to.equal(2);
    expect(noSource.stdout).to.match(/maglev\.yaml:2:\d+ .*ipv4-src-address/);
  });

  it('does not call a config valid when it could not say so', () => {
    const full = openSync('/dev/full', 'w');
    const check = (stdout: number | 'pipe') =>
      spawnSync(process.execPath, [programFile('maglevd'), '--check', '--config', stage.config], {
        encoding: 'utf8',
        stdio: ['ignore', stdout, 'pipe'],
      });
    const { status, stderr } = check(full);
    closeSync(full);
    expect(status).to.equal(1);
    expect(stderr).to.match(/cannot write to standard output: ENOSPC/);
    expect(check('pipe').status).to.equal(0);
  });

  it('refuses to start on an invalid config, with the same exit code and the same lines', async () => {
    stage.write(valid.replace('a: {}', 'b: {}'));
    const maglevd = stage.daemon();
    expect((await maglevd.ended).code).to.equal(2);
    expect(maglevd.errors.join('\n')).to.match(/maglev\.yaml:5:\d+ .*b/);
    expect(maglevd.records('config-check-failed')).to.have.length(1);
    expect(maglevd.records('grpc-listening')).to.deep.equal([]);
  });

  it('tells the warnings of its config when it starts', async () => {
    stage.write(valid.replace('backends: { a:', 'backends: { idle: { address: 10.0.0.9 }, a:'));
    const maglevd = stage.daemon();
    await maglevd.record('grpc-listening');
    const warnings = maglevd.records('config-warning').map(({ path }) => path);
    expect(warnings).to.deep.equal(['maglev.backends.idle']);
  });

  it('ends when another maglevd serves its address already, and leaves VPP alone', async () => {
    await stage.simulator();
    const first = stage.daemon();
    await first.record('vpp-lbsync-done');
    const second = stage.daemon();
    expect((await second.ended).code).to.equal(1);
    expect(second.errors.join('\n')).to.match(/End that process, which `ss -xlp` names.*MGL_LISTEN/);
    for (const event of ['vpp-connect', 'actor-crash', 'actor-restart', 'actor-abandoned']) {
      expect(second.records(event), event).to.deep.equal([]);
    }
    expect((await stage.ctl('show', 'frontends')).code, 'the first one serves on').to.equal(0);
  });

  it('tells what a VPP that is too old lacks and what to install, stays up, and governs its successor', async () => {
    const old = await stage.simulator('--personality', 'legacy');
    const maglevd = stage.daemon();
    const refused = await maglevd.record('vpp-connect-failed');
    expect(refused).to.include({ code: 'MGL_VPP_INCOMPATIBLE' });
    expect(refused['error']).to.match(/lb_as_set_weight/);
    expect(refused['advice']).to.match(/26\.10/);
    const shown = await stage.ctl('show', 'vpp', 'info');
    expect(shown.code).to.equal(5);
    expect(shown.stderr)
      .to.match(/lb_as_set_weight/)
      .and.match(/MGL_VPP_INCOMPATIBLE/);
    await old.end('SIGKILL');
    await stage.simulator();
    expect(await maglevd.record('vpp-lbsync-done')).to.include({ vipAdded: 1, asAdded: 1 });
  });

  it('runs without VPP when told to, and says so', async () => {
    const maglevd = stage.daemon('--vpp-api-addr=', '--state-dir', '/proc/none');
    await maglevd.record('grpc-listening');
    expect((await maglevd.record('operator-state-not-kept'))['error'])
      .to.contain('/proc/none cannot be made')
      .and.to.contain('--state-dir');
    expect(maglevd.records('operator-state-lost')).to.deep.equal([]);
    expect((await stage.ctl('show', 'frontends')).code).to.equal(0);
    const info = await stage.ctl('show', 'vpp', 'info');
    expect(info.code).to.equal(5);
    expect(info.stderr).to.match(/MGL_VPP_DISABLED/);
    expect((await maglevd.end()).code).to.equal(0);
  });

  it('goes on when another process has the address of its metrics', async () => {
    const first = stage.daemon('-vpp-api-addr=', '--metrics-addr', '127.0.0.1:0');
    const { address } = await first.record('metrics-listening');
    const grpc = `unix:${path.join(stage.folder, 'second.sock')}`;
    const second = stage.daemon('-vpp-api-addr=', '--metrics-addr', `${address}`, '--grpc-addr', grpc);
    expect(await second.record('metrics-listen-failed')).to.include({
      level: 'warn',
      address,
      error: 'another process listens there',
    });
    await second.record('grpc-listening');
    expect((await second.end()).code).to.equal(0);
  });

  it('does not serve plaintext when TLS was asked for', async () => {
    const refused = await run('maglevd', ['--config', stage.config], { MAGLEV_TLS_CERT: 'c.pem' });
    expect(refused.code).to.equal(64);
    expect(refused.stderr).to.match(/--tls-cert is of no use without --tls-key.*\n.*\[MGL_USAGE\]/);
    const files = ['--tls-cert', path.join(stage.folder, 'none.pem'), '--tls-key', 'none.pem'];
    const unreadable = stage.daemon('--vpp-api-addr=', ...files);
    expect((await unreadable.ended).code).to.equal(1);
    expect(unreadable.errors.join('\n')).to.match(/cannot read .*none\.pem.*\n.*\[MGL_TLS_FILES\]/);
  });

  it('refuses to be reached from everywhere, and says what to do instead', async () => {
    const maglevd = stage.daemon('--vpp-api-addr=', '--grpc-addr', ':9090');
    expect((await maglevd.ended).code).to.equal(1);
    expect(maglevd.errors.join('\n'))
      .to.match(/:9090 can be reached from other machines/)
      .and.match(/127\.0\.0\.1:9090 .*--tls-cert.*--insecure.*\[MGL_LISTEN\]/);
  });

  it('answers --version, --help, and a wrong flag', async () => {
    expect((await run('maglevd', ['--version'])).stdout).to.equal(versionLine('maglevd'));
    expect((await run('maglevd', ['--help'])).stdout).to.match(/--config FILE/);
    const wrong = await run('maglevd', ['--confg', 'x']);
    expect(wrong.code).to.equal(64);
    expect(wrong.stderr)
      .to.match(/--confg/)
      .and.match(/MGL_USAGE/);
  });
});
