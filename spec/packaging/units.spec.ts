import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { root } from '../../packaging/bundle.js';
import { testWherePermitted } from '../support/where-permitted.js';

const files = path.join(root, 'packaging', 'files');
const name = 'vpp-maglev.service';
const dashboard = 'vpp-maglev-frontend.service';

/** null: it is not on this machine. */
function analyze(...args: string[]): string | null {
  try {
    return execFileSync('systemd-analyze', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (thrown) {
    const { code, stdout } = thrown as NodeJS.ErrnoException & { stdout: string };
    if (code === 'ENOENT') return null;
    // It ends with an error for what it calls exposed, too.
    return stdout;
  }
}

const refused = analyze('--version') === null ? 'systemd-analyze is not on this machine' : null;

describe('packaging: the systemd unit', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'maglev-unit-'));
  after(() => rmSync(folder, { recursive: true }));
  const unit = readFileSync(path.join(files, name), 'utf8');

  /** What `systemd-analyze security` makes of it, 0 (nothing exposed) to 10, with these drop-ins. */
  const exposure = (...dropIns: string[]): number => exposureOf(name, dropIns);
  const exposureOf = (name: string, dropIns: readonly string[] = []): number => {
    const below = path.join(folder, `${name}.d`);
    rmSync(below, { recursive: true, force: true });
    mkdirSync(below, { recursive: true });
    cpSync(path.join(files, name), path.join(folder, name));
    for (const dropIn of dropIns) cpSync(path.join(files, dropIn), path.join(below, dropIn));
    const report = analyze('security', '--offline=true', '--no-pager', path.join(folder, name)) ?? '';
    return Number(/Overall exposure level for \S+: ([\d.]+)/.exec(report)?.[1] ?? Number.NaN);
  };

  testWherePermitted(refused, 'exposes little, and less where no network namespace has to be entered', () => {
    expect(exposure()).to.be.at.most(2.4);
    expect(exposure('without-netns.conf')).to.be.at.most(2);
    expect(exposure('notify-reload.conf')).to.be.at.most(2.4);
  });

  testWherePermitted(refused, 'of the dashboard exposes next to nothing', () => {
    expect(exposureOf(dashboard)).to.be.at.most(1.5);
  });

  it('of the dashboard begins when it was told what to show, as a user of its own', () => {
    const text = readFileSync(path.join(files, dashboard), 'utf8');
    expect(text).to.match(/^ExecCondition=.*MAGLEV_FRONTEND_SERVER/m);
    expect(text).to.match(/^DynamicUser=yes$/m);
    expect(text).to.match(/^CapabilityBoundingSet=$/m);
    expect(text).not.to.match(/^MemoryDenyWriteExecute=yes$/m);
  });

  it('is one that Debian 12 knows, and is patient', () => {
    expect(unit).to.match(/^Type=notify$/m);
    expect(unit).to.match(/^ExecReload=\/bin\/sh -c 'kill -HUP \$MAINPID'$/m);
    const [, seconds = ''] = /^WatchdogSec=(\d+)s$/m.exec(unit) ?? [];
    expect(Number(seconds)).to.be.at.least(30);
    // What needs more than its own default of the state folder, and code that is compiled while it runs.
    expect(unit).to.match(/^StateDirectory=vpp-maglev$/m);
    expect(unit).not.to.match(/^MemoryDenyWriteExecute=yes$/m);
  });
});
