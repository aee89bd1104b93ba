import { chmodSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Bundle, bundle } from './bundle.js';
import { type Arch, addKoffi } from './koffi.js';
import { type DebianPackage, nodeFlagsOf, programs } from './programs.js';
import type { Vendored } from './vendored.js';

/** Where the programs find each other, and their Node, once they are installed. */
export const libraryFolder = '/usr/lib/vpp-maglev';

/** Everything that the programs need to run, in one folder. */
export interface Library extends Bundle {
  readonly folder: string;
  /** Which package a file or folder of it belongs to. */
  readonly packageOf: (name: string) => DebianPackage;
}

/**
 * Builds it into `folder`. Each program begins with the line that has it run by the Node beside it: it can be linked to
 * from anywhere.
 */
export async function buildLibrary(folder: string, arch: Arch, parts: Vendored): Promise<Library> {
  rmSync(folder, { recursive: true, force: true });
  const built = await bundle(folder);
  addKoffi(folder, parts.packages, arch);
  cpSync(parts.node, path.join(folder, 'node'));
  chmodSync(path.join(folder, 'node'), 0o755);
  for (const { name } of programs) {
    const file = path.join(folder, `${name}.js`);
    const text = readFileSync(file, 'utf8').replace(/^#!.*\n/, '');
    const flags = nodeFlagsOf(name);
    // Whatever stands behind the interpreter is one word, unless env takes it apart.
    const env = flags.length > 0 ? '/usr/bin/env -S ' : '';
    const first = `#!${env}${[`${libraryFolder}/node`, ...flags].join(' ')}`;
    writeFileSync(file, `${first}\n${text}`, { mode: 0o755 });
    chmodSync(file, 0o755);
  }
  // What the command line needs is in its own package, with the Node; the daemon's comes on top of that.
  const small = new Set(['node', 'package.json', 'build-info.json', 'ui']);
  for (const { name, package: of } of programs) {
    if (of === 'vpp-maglev') for (const file of built.loads.get(name) ?? []) small.add(file);
  }
  return {
    ...built,
    folder,
    packageOf: (name) => (small.has(name) ? 'vpp-maglev' : 'vpp-maglevd'),
  };
}

/** Names of what lies in it, files and folders, sorted. */
export function libraryNames({ folder }: Library): string[] {
  return readdirSync(folder).sort();
}
