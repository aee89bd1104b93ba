import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { command } from '../command.js';
import type { Arch } from '../koffi.js';

const qemu = '/usr/bin/qemu-aarch64-static';
const lib = '/usr/lib/vpp-maglev';

/** Throws when something in the packages is for another machine than they say. `home` gets what is in them. */
export function checkMachines(home: string, debs: readonly string[], arch: Arch): void {
  mkdirSync(home, { recursive: true });
  for (const file of debs) command('dpkg-deb', ['-x', file, home]);
  const native = readdirSync(path.join(home, lib), { recursive: true, encoding: 'utf8' })
    .filter((file) => file === 'node' || file.endsWith('.node'))
    .map((file) => path.join(home, lib, file));
  if (native.length < 2) throw new Error(`the packages for ${arch} lack Node or koffi`);
  for (const file of native) {
    const found = machineOf(file);
    if (found !== arch)
      throw new Error(`${file} is for ${found ?? 'no machine that is known'}, not for ${arch}`);
  }
}

/** Runs what is packed for arm64 on this machine, until a server is up and VPP has its weight. */
export async function runForeign(vendored: string, work: string, debs: readonly string[]): Promise<void> {
  const home = path.join(work, 'arm64-root');
  if (!existsSync(qemu)) {
    rmSync(home, { recursive: true, force: true });
    checkMachines(home, debs, 'arm64');
    process.stdout.write(`- arm64: all for that machine; not run: there is no ${qemu}\n`);
    return;
  }
  const base = path.join(vendored, 'bookworm-arm64.tar');
  if (!existsSync(base)) {
    const fresh = path.join(work, 'fresh-arm64');
    // Unpacked is enough: nothing of Debian's own runs there.
    const options = ['--arch=arm64', '--foreign', '--variant=minbase', '--include=libstdc++6'];
    command('debootstrap', [...options, 'bookworm', fresh]);
    command('tar', ['-cf', base, '-C', fresh, '.']);
  }
  mkdirSync(home);
  command('tar', ['-xf', base, '-C', home]);
  checkMachines(home, debs, 'arm64');
  copyFileSync(qemu, path.join(home, qemu));
  const server = createServer((_, response) => response.end('well'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  for (const folder of ['etc/vpp-maglev', 'run/vpp', 'var/lib/vpp-maglev'])
    mkdirSync(path.join(home, folder), { recursive: true });
  writeFileSync(path.join(home, 'etc/vpp-maglev/maglev.yaml'), configFor(port));
  const running: ChildProcess[] = [];
  const words = (name: string, ...args: string[]) => [
    home,
    qemu,
    `${lib}/node`,
    `${lib}/${name}.js`,
    ...args,
  ];
  const start = (name: string, ...args: string[]) =>
    running.push(spawn('chroot', words(name, ...args), { stdio: 'ignore' }));
  try {
    start('maglev-vppsim', '--socket', '/run/vpp/api.sock', '--stats-socket', '/run/vpp/stats.sock');
    start('maglevd', '--grpc-addr', 'unix:/run/vpp/grpc.sock');
    await untilUp(() => {
      const asked = ['--server', 'unix:/run/vpp/grpc.sock', '--json', 'show', 'frontends'];
      return command('chroot', words('maglevc', ...asked));
    });
  } finally {
    for (const child of running) child.kill('SIGKILL');
    server.closeAllConnections();
    server.close();
  }
  process.stdout.write('- arm64: all for that machine; emulated, a server goes up and VPP has its weight\n');
}

/** An emulated machine takes its time. */
async function untilUp(ask: () => string): Promise<void> {
  let seen = '';
  for (let i = 0; i < 60; i++) {
    await sleep(1000);
    try {
      seen = ask().replaceAll(/\s/g, '');
    } catch (error) {
      seen = error instanceof Error ? error.message : String(error);
    }
    if (seen.includes('"state":"up"') && seen.includes('"vppWeight":42')) return;
  }
  throw new Error(`what is packed for arm64 brings no server up: ${seen}`);
}

function configFor(port: number): string {
  return `maglev:
  vpp: { lb: { ipv4-src-address: 198.51.100.1, ipv6-src-address: "2001:db8::1" } }
  healthchecks: { web: { type: http, port: ${port}, interval: 5s, timeout: 4s } }
  backends: { web1: { address: 127.0.0.1, healthcheck: web } }
  frontends:
    shop: { address: 192.0.2.1, protocol: tcp, port: 80, pools: [ { name: main, backends: { web1: { weight: 42 } } } ] }
`;
}

/** Of e_machine, as elf(5) has them. */
const machines: Readonly<Record<number, Arch>> = { 62: 'x64', 183: 'arm64' };

/** Which machine a program or library is for; null: it is none, or for another one. */
function machineOf(file: string): Arch | null {
  const head = Buffer.alloc(20);
  const fd = openSync(file, 'r');
  try {
    if (readSync(fd, head) < head.length || head.toString('latin1', 0, 4) !== '\u007fELF') return null;
  } finally {
    closeSync(fd);
  }
  return machines[head.readUInt16LE(18)] ?? null;
}
