import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import path from 'node:path';
import { root } from './bundle.js';
import { command, hasCommand } from './command.js';
import type { Arch } from './koffi.js';

/** The Node that is shipped, as the npm registry has it, with the checksums of its packages. */
export const vendoredNode = {
  version: '22.23.3',
  integrity: {
    x64: 'sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==',
    arm64: 'sha512-l3DAHZreylo+p9QXDtsOrjG2JXJqVzYXnAGmIQNOUNARcMppTO2cmewVQP+36tjJnSE+dzpMNtgW+c3oiDvXtA==',
  },
} as const;

/** What is shipped for an architecture and is not built here. */
export interface Vendored {
  /** The interpreter, without its symbols. */
  readonly node: string;
  /** Its licences. */
  readonly nodeLicence: string;
  /** A node_modules with koffi and its native part. */
  readonly packages: string;
}

/**
 * Fetches what an architecture needs with npm, once; it is kept in `cache`. Everything must have the checksum that is
 * written here or in package-lock.json. Throws when it has not, or nothing can be fetched.
 */
export function vendored(cache: string, arch: Arch): Vendored {
  const node = unpacked(cache, `node-linux-${arch}`, vendoredNode.version, vendoredNode.integrity[arch]);
  const stripped = path.join(node, `stripped-by-${stripper(arch)}`);
  if (!existsSync(stripped)) {
    const half = `${stripped}.half`;
    cpSync(path.join(node, 'bin', 'node'), half);
    command(stripper(arch), ['--strip-all', half]);
    renameSync(half, stripped);
  }
  const packages = path.join(cache, `packages-${arch}`);
  const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string; integrity: string }>;
  };
  const name = `@koromix/koffi-linux-${arch}`;
  const locked = lock.packages[`node_modules/${name}`];
  if (locked === undefined) throw new Error(`package-lock.json has no ${name}`);
  rmSync(packages, { recursive: true, force: true });
  cpSync(unpacked(cache, name, locked.version, locked.integrity), path.join(packages, name), {
    recursive: true,
  });
  cpSync(path.join(root, 'node_modules', 'koffi'), path.join(packages, 'koffi'), { recursive: true });
  return { node: stripped, nodeLicence: path.join(node, 'LICENSE'), packages };
}

/** What takes the symbols out of a program for that architecture: always the same, where there are several. */
function stripper(arch: Arch): string {
  const own = process.arch === arch ? ['strip'] : [];
  const candidates = [`${arch === 'x64' ? 'x86_64' : 'aarch64'}-linux-gnu-strip`, ...own, 'llvm-strip'];
  const found = candidates.find(hasCommand);
  if (found === undefined)
    throw new Error(`one of ${candidates.join(', ')} is needed: install binutils or llvm`);
  return found;
}

function unpacked(cache: string, name: string, version: string, integrity: string): string {
  const folder = path.join(cache, `${name.replace('/', '-')}-${version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const half = mkdtempSync(path.join(cache, 'half-'));
  command('npm', ['pack', '--silent', '--pack-destination', half, `${name}@${version}`], { cwd: half });
  const [file = ''] = readdirSync(half);
  const archive = path.join(half, file);
  const checksum = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  if (checksum !== integrity)
    throw new Error(`${name}@${version} has the checksum ${checksum}, not ${integrity}`);
  command('tar', ['-xzf', archive, '-C', half]);
  renameSync(path.join(half, 'package'), folder);
  rmSync(half, { recursive: true });
  return folder;
}
