import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './bundle.js';
import { debianArch, type Packing } from './debian.js';
import { packageEdition } from './edition.js';
import type { Arch } from './koffi.js';
import { buildLibrary } from './library.js';
import { shippedPackages } from './notices.js';
import { debianPackages } from './packages.js';
import { sbom } from './sbom.js';
import { tarball } from './tarball.js';
import { vendored } from './vendored.js';

/**
 * `npm run package`: everything that is shipped, into dist/. `--arch amd64` builds for one architecture only, and `--into`
 * names another folder. `--quick` packs with little effort, for tests. What is vendored is fetched from the npm registry once, and kept in dist/vendored.
 */
const { values } = parseArgs({
  options: { arch: { type: 'string', multiple: true }, into: { type: 'string' }, quick: { type: 'boolean' } },
});
const into = path.resolve(values.into ?? path.join(root, 'dist'));
const cache = path.join(root, 'dist', 'vendored');
const all: readonly Arch[] = ['x64', 'arm64'];
const wanted = all.filter((arch) => values.arch?.includes(debianArch[arch]) ?? true);

// Modes do not depend on whoever builds it.
process.umask(0o022);
const edition = packageEdition();
const packing: Packing = values.quick === true ? 'quick' : 'small';
mkdirSync(into, { recursive: true });
const made: string[] = [];
for (const arch of wanted) {
  const work = path.join(into, `work-${arch}`);
  const parts = vendored(cache, arch);
  const library = await buildLibrary(path.join(work, 'lib'), arch, parts);
  const shipped = shippedPackages([...library.packages, 'koffi']);
  const contents = { library, parts, shipped, packing };
  made.push(...debianPackages(work, into, arch, edition, contents));
  made.push(tarball(work, into, arch, edition, contents));
  const bill = path.join(into, `vpp-maglev-${edition.version}-linux-${debianArch[arch]}.cdx.json`);
  writeFileSync(bill, sbom(edition, arch, shipped));
  made.push(bill);
  rmSync(work, { recursive: true });
}
const sums = made.map((file) => {
  const sum = createHash('sha256').update(readFileSync(file)).digest('hex');
  return `${sum}  ${path.basename(file)}\n`;
});
writeFileSync(path.join(into, 'SHA256SUMS'), sums.join(''));
for (const file of made) {
  process.stdout.write(
    `${(statSync(file).size / 1e6).toFixed(1).padStart(6)} MB  ${path.relative(root, file)}\n`,
  );
}
