import { chmodSync, cpSync, mkdirSync } from 'node:fs';
import path from 'node:path';

/** As Node names them. */
export type Arch = 'x64' | 'arm64';

/** What the package koffi needs to run; the rest of it is what its native part is built from. */
const needed = [
  'package.json',
  'LICENSE.txt',
  'index.cjs',
  'src/koffi/index.cjs',
  'src/koffi/src/static.cjs',
];

/**
 * Puts koffi beside a bundle, with its native part for glibc. `packages` is a node_modules that has both; both are of
 * one release, for one refuses the other otherwise.
 */
export function addKoffi(folder: string, packages: string, arch: Arch): void {
  const native = `@koromix/koffi-linux-${arch}`;
  const copy = (file: string) => {
    const target = path.join(folder, 'node_modules', file);
    mkdirSync(path.dirname(target), { recursive: true });
    cpSync(path.join(packages, file), target);
    // Some come from npm as programs; they are loaded, not run.
    chmodSync(target, 0o644);
  };
  for (const file of needed) copy(path.join('koffi', file));
  for (const file of ['package.json', 'index.js', `linux_${arch}/koffi.node`]) copy(path.join(native, file));
}
