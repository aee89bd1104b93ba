import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from '../bundle.js';
import { command, hasCommand } from '../command.js';
import { debianArch } from '../debian.js';
import type { Arch } from '../koffi.js';
import { tryContainers } from './container.js';
import { checkMachines, runForeign } from './foreign.js';

/**
 * `npm run package:test`: builds the packages twice and compares them, then installs, runs, upgrades and purges them in a
 * Debian 12 of its own, which is fetched once and kept in dist/vendored. Those for arm64 are run where QEMU is; an image is
 * built from them, and a systemd is booted that runs the service.
 */
const needed = ['debootstrap', 'dpkg-deb', 'unshare'];
const missing = needed.filter((program) => !hasCommand(program));
if (process.getuid?.() !== 0 || missing.length > 0) {
  const why =
    missing.length > 0
      ? `${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} missing`
      : 'only root may do that';
  process.stdout.write(`skipped: a Debian of its own cannot be made here: ${why}\n`);
  process.exit(0);
}

const arch = debianArch[process.arch as Arch];
const vendored = path.join(root, 'dist', 'vendored');
const base = path.join(vendored, 'bookworm.tar');
const work = mkdtempSync(path.join(tmpdir(), 'maglev-packages-'));
try {
  const packages = built('once', arch);
  if (sumsIn(packages) !== sumsIn(built('again', arch))) {
    throw new Error('two builds of the same sources differ');
  }
  process.stdout.write('- two builds are the same\n');
  if (!existsSync(base)) {
    const fresh = path.join(work, 'fresh');
    command('debootstrap', ['--variant=minbase', 'bookworm', fresh]);
    command('tar', ['-cf', base, '-C', fresh, '.']);
  }
  const home = path.join(work, 'root');
  mkdirSync(home);
  command('tar', ['-xf', base, '-C', home]);
  for (const file of debsIn(packages)) {
    cpSync(file, path.join(home, 'packages', path.basename(file)));
    newer(file, path.join(home, 'newer', path.basename(file)));
  }
  older(home);
  const tarball = readdirSync(packages).find((file) => file.endsWith('.tar.gz')) ?? '';
  cpSync(path.join(packages, tarball), path.join(home, 'tarball.tar.gz'));
  cpSync(path.join(root, 'packaging', 'test', 'inside.sh'), path.join(home, 'inside.sh'));
  // Its processes end with it, and its mounts are nobody else's.
  const spaces = ['--mount', '--pid', '--fork', '--kill-child'];
  const { status } = spawnSync('unshare', [...spaces, 'chroot', home, 'sh', '/inside.sh'], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('not all is well');
  checkMachines(path.join(work, 'own'), debsIn(packages), process.arch as Arch);
  tryContainers(vendored, work, packages);
  if (arch === 'amd64') await runForeign(vendored, work, debsIn(built('foreign', 'arm64')));
} finally {
  rmSync(work, { recursive: true });
}

function built(name: string, of: string): string {
  const folder = path.join(work, name);
  const main = path.join(root, 'out', 'packaging', 'main.js');
  command(process.execPath, [main, '--quick', '--arch', of, '--into', folder]);
  return folder;
}

function debsIn(folder: string): string[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.deb'));
  return files.map((file) => path.join(folder, file));
}

function sumsIn(folder: string): string {
  return readFileSync(path.join(folder, 'SHA256SUMS'), 'utf8');
}

/** The same package with a version that sorts above it. */
function newer(file: string, into: string): void {
  const tree = path.join(work, 'newer');
  rmSync(tree, { recursive: true, force: true });
  command('dpkg-deb', ['-R', file, tree]);
  const control = path.join(tree, 'DEBIAN', 'control');
  const text = readFileSync(control, 'utf8');
  const [, version = ''] = /^Version: (.*)$/m.exec(text) ?? [];
  writeFileSync(control, text.replaceAll(version, `${version}+1`));
  pack(tree, into);
}

/** Packages as the reference implementation has them, as far as dpkg sees it: their names, and their conffiles. */
function older(home: string): void {
  const files: Readonly<Record<string, readonly string[]>> = {
    'vpp-maglevd': ['/etc/vpp-maglev/maglev.yaml', '/etc/default/vpp-maglev', '/usr/sbin/maglevd'],
    'vpp-maglev': ['/usr/bin/maglevc', '/usr/share/man/man8/maglevd.8.gz'],
  };
  for (const [name, contents] of Object.entries(files)) {
    const tree = path.join(work, `older-${name}`);
    const write = (file: string, text: string) => {
      mkdirSync(path.dirname(path.join(tree, file)), { recursive: true });
      writeFileSync(path.join(tree, file), text);
    };
    for (const file of contents) write(file, `of ${name}\n`);
    const conffiles = contents.filter((file) => file.startsWith('/etc/'));
    write('DEBIAN/conffiles', conffiles.map((file) => `${file}\n`).join(''));
    write(
      'DEBIAN/control',
      `Package: ${name}\nVersion: 1.0.2\nArchitecture: ${arch}\nMaintainer: spec <spec@localhost>\nDescription: an older one\n`,
    );
    pack(tree, path.join(home, 'older', `${name}.deb`));
  }
}

function pack(tree: string, file: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  command('dpkg-deb', ['--root-owner-group', '-Znone', '--build', tree, file]);
}
