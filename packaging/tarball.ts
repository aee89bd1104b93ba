import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './bundle.js';
import { command } from './command.js';
import { completions } from './completions.js';
import { debianArch } from './debian.js';
import type { PackageEdition } from './edition.js';
import type { Arch } from './koffi.js';
import type { Library } from './library.js';
import { manPages } from './man-pages.js';
import { copyrightText, type Shipped } from './notices.js';
import { schemaText } from './packages.js';
import { nodeFlagsOf, type Program, programs } from './programs.js';
import { manPage } from './roff.js';
import type { Vendored } from './vendored.js';

/** For machines without dpkg: it runs from wherever it is unpacked. Gives the path, which is in `into`. */
export function tarball(
  work: string,
  into: string,
  arch: Arch,
  edition: PackageEdition,
  { library, parts, shipped }: { library: Library; parts: Vendored; shipped: readonly Shipped[] },
): string {
  const name = `vpp-maglev-${edition.version}-linux-${debianArch[arch]}`;
  const home = path.join(work, name);
  rmSync(home, { recursive: true, force: true });
  cpSync(library.folder, path.join(home, 'lib'), { recursive: true });
  mkdirSync(path.join(home, 'bin'));
  for (const program of programs) {
    const file = path.join(home, 'bin', program.name);
    writeFileSync(file, launcher(program.name));
    chmodSync(file, 0o755);
  }
  const date = new Date(edition.epoch * 1000).toISOString().slice(0, 10);
  for (const page of manPages()) {
    const file = path.join(home, 'man', `man${page.section}`, `${page.name}.${page.section}`);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, manPage(page, { version: edition.version, date }));
  }
  mkdirSync(path.join(home, 'completion'));
  for (const { file, script } of completions()) writeFileSync(path.join(home, 'completion', file), script);
  const units = ['vpp-maglev.service', 'vpp-maglev-frontend.service'].map(
    (unit) => `packaging/files/${unit}`,
  );
  for (const file of ['LICENSE', 'CHANGELOG.md', 'maglev.yaml', ...units]) {
    cpSync(path.join(root, file), path.join(home, path.basename(file)));
  }
  cpSync(path.join(root, 'ops'), path.join(home, 'ops'), { recursive: true });
  writeFileSync(path.join(home, 'maglev.schema.json'), schemaText());
  writeFileSync(path.join(home, 'licences'), copyrightText(shipped, true));
  cpSync(parts.nodeLicence, path.join(home, 'node-licences'));
  const file = path.join(into, `${name}.tar.gz`);
  const owner = ['--owner=0', '--group=0', '--numeric-owner', '--mode=u+rw,go+r-w,a+X'];
  const order = ['--sort=name', '--format=gnu', `--mtime=@${edition.epoch}`];
  command('tar', [...order, ...owner, '--use-compress-program=gzip -n', '-cf', file, '-C', work, name]);
  return file;
}

/** Starts a program with the Node beside it, also when it is linked to from elsewhere. */
function launcher(program: Program['name']): string {
  const node = ['"$lib/node"', ...nodeFlagsOf(program)].join(' ');
  return `#!/bin/sh
lib=$(dirname "$(readlink -f "$0")")/../lib
exec ${node} "$lib/${program}.js" "$@"
`;
}
