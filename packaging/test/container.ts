import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { root } from '../bundle.js';
import { command, hasCommand } from '../command.js';

const image = 'localhost/vpp-maglev-test';

/**
 * Builds the image from the packages and runs it, then boots a Debian with systemd in it, which starts, reloads, watches and
 * ends the service. `packages` is a folder that has the packages of this machine. What cannot be done here is said.
 */
export function tryContainers(vendored: string, work: string, packages: string): void {
  if (!hasCommand('podman')) {
    process.stdout.write('- containers: skipped, podman is missing\n');
    return;
  }
  const store = [
    '--root',
    path.join(work, 'images'),
    '--runroot',
    path.join(work, 'containers'),
    '--events-backend',
    'none',
  ];
  const podman = (...args: string[]) => command('podman', [...store, ...args]);
  const built = (name: string, base: string) => {
    podman('import', base, `${image}-base`);
    const options = ['--isolation', 'chroot', '--network', 'host', '--build-arg', `BASE=${image}-base`];
    const file = path.join(root, 'packaging', 'files', 'Containerfile');
    podman('build', ...options, '-f', file, '-t', name, packages);
  };
  try {
    built(image, path.join(vendored, 'bookworm.tar'));
    const version = ran([...store, 'run', '--rm', ...mild, image, '--version']);
    if (version.why !== null) {
      process.stdout.write(`- containers: the image is built; not run: ${version.why}\n`);
      return;
    }
    process.stdout.write(`- containers: the image is built and says ${version.stdout.trim()}\n`);
    built(`${image}-systemd`, withSystemd(vendored, work));
    bootSystemd(store, work);
  } finally {
    spawnSync('podman', [...store, 'rm', '--all', '--force', '--time', '0'], { stdio: 'ignore' });
    spawnSync('podman', [...store, 'rmi', '--all', '--force'], { stdio: 'ignore' });
    // Podman mounts its own folder onto itself.
    spawnSync('umount', ['-R', path.join(work, 'images', 'overlay')], { stdio: 'ignore' });
  }
}

/** Limits that also a root without CAP_SYS_RESOURCE may set. */
const mild = ['--network', 'none', '--ulimit', 'nofile=1000:1000', '--ulimit', 'nproc=1000:1000'];

/** Runs podman where a second tree of control groups is out of sight: runtimes refuse a machine that has both kinds. */
function ran(args: readonly string[]): { readonly stdout: string; readonly why: string | null } {
  const script = 'umount /sys/fs/cgroup/unified 2>/dev/null; exec podman "$@"';
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    ['--mount', 'sh', '-c', script, 'podman', ...args],
    {
      encoding: 'utf8',
    },
  );
  return { stdout, why: status === 0 ? null : (stderr.trim().split('\n').at(-1) ?? '') };
}

function withSystemd(vendored: string, work: string): string {
  const base = path.join(vendored, 'bookworm-systemd.tar');
  if (existsSync(base)) return base;
  const fresh = path.join(work, 'fresh-systemd');
  command('debootstrap', ['--variant=minbase', '--include=systemd-sysv,dbus', 'bookworm', fresh]);
  command('tar', ['-cf', base, '-C', fresh, '.']);
  return base;
}

function bootSystemd(store: readonly string[], work: string): void {
  const shared = path.join(work, 'shared');
  mkdirSync(shared);
  copyFileSync(path.join(root, 'packaging', 'test', 'systemd.sh'), path.join(shared, 'systemd.sh'));
  const caps = ['--cap-add', 'SYS_ADMIN', '--cap-add', 'NET_RAW'];
  const options = [...mild, ...caps, '--systemd', 'always', '--volume', `${shared}:/shared:ro`];
  const name = 'vpp-maglev-systemd';
  const start = ['run', '--detach', '--name', name, ...options, '--entrypoint', '/sbin/init'];
  const booted = ran([...store, ...start, `${image}-systemd`]);
  if (booted.why !== null) {
    process.stdout.write(`- systemd: not tried, it cannot be booted here: ${booted.why}\n`);
    return;
  }
  const pid = command('podman', [...store, 'inspect', name, '--format', '{{.State.Pid}}']).trim();
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };
  const { status } = spawnSync('nsenter', ['--target', pid, '--all', 'sh', '/shared/systemd.sh'], {
    stdio: 'inherit',
    env,
  });
  if (status !== 0) throw new Error('the service does not behave under systemd');
}
