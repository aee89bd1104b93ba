import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { versionLine } from '../../program/build-info.js';
import { run } from '../support/process.js';

describe('maglevt, the process', function () {
  this.timeout(30_000);
  const folder = mkdtempSync(path.join(tmpdir(), 'maglevt-spec-'));
  const config = path.join(folder, 'maglev.yaml');
  after(() => rmSync(folder, { recursive: true }));

  it('says why nothing is tested, and reads what maglevd reads', async () => {
    writeFileSync(
      config,
      `maglev:
  vpp: { lb: { ipv4-src-address: 192.0.2.254, ipv6-src-address: "2001:db8::fe" } }
  backends: { one: { address: 127.0.0.1 } }
  frontends:
    odd: { address: 127.0.8.1, protocol: udp, port: 9, pools: [ { name: all, backends: { one: {} } } ] }
    web: { address: 127.0.8.1, protocol: tcp, port: 9, pools: [ { name: all, backends: { one: {} } } ] }
`,
    );
    const broken = path.join(folder, 'broken.yaml');
    writeFileSync(broken, 'maglev: { nonsense: 1 }\n');
    const [version, usage, unread, unmatched, dead] = await Promise.all([
      run('maglevt', ['-version']),
      run('maglevt', ['--nonsense']),
      run('maglevt', ['--config', broken]),
      run('maglevt', ['--config', config, '--filter', '^x']),
      run('maglevt', ['--config', config, '--for', '200ms']),
    ]);
    expect([version.code, version.stdout]).to.deep.equal([0, versionLine('maglevt')]);
    expect([usage.code, unread.code, unmatched.code, dead.code]).to.deep.equal([2, 2, 2, 1]);
    expect(usage.stderr).to.contain("Unknown option '--nonsense'").and.contain('[MGL_USAGE]');
    expect(unread.stderr)
      .to.contain('broken.yaml:1')
      .and.contain('nonsense')
      .and.contain('[MGL_CONFIG_PARSE]');
    expect(unmatched.stderr).to.contain('no VIP matches --filter');
    expect(dead.stderr).to.equal('maglevt: odd is left out: nobody knows what to ask at UDP port 9');
    expect(dead.stdout).to.contain('net-err   web: connection refused').and.contain('below 99.9 %: web');
  });
});
