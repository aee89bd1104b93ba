import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './bundle.js';
import type { PackageEdition } from './edition.js';

/** A package from npm of which something is shipped. */
export interface Shipped {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly licence: string;
  /** The text that came with it; null: it came without one. */
  readonly text: string | null;
}

/** What is known of the packages of these names, from node_modules. */
export function shippedPackages(names: readonly string[]): Shipped[] {
  return names.map((name) => {
    const folder = path.join(root, 'node_modules', name);
    const { version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
      version: string;
      license: string;
    };
    const file = readdirSync(folder).find((one) => /^licen[cs]e(?:\.\w+)?$/i.test(one));
    const text = file === undefined ? null : readFileSync(path.join(folder, file), 'utf8').trim();
    return { name, version, licence: license, text };
  });
}

/** /usr/share/doc/<package>/copyright. Debian has the Apache licence on every machine, so it is named, not repeated. */
export function copyrightText(packages: readonly Shipped[], withNode: boolean): string {
  const own = [
    'vpp-maglev is under the Apache License, version 2.0: see /usr/share/common-licenses/Apache-2.0.',
    'It contains, as part of its programs:',
  ];
  const node = withNode
    ? ['Node.js, under the MIT license, with what it is built from: see node-licences.gz beside this file.']
    : [];
  const others = packages.map(({ name, version, licence, text }) => {
    const title = `${name} ${version}, under ${licence}`;
    const isApache = licence.includes('Apache-2.0');
    if (text === null || isApache)
      return `${title}${isApache ? ': see /usr/share/common-licenses/Apache-2.0' : ''}.`;
    return `${title}:\n\n${text.replace(/^/gm, '    ')}`;
  });
  return `${[...own, ...node, ...others].join('\n\n')}\n`;
}

/** The text of Node's licences, for the package that has Node in it. */
export function nodeLicences(file: string): string {
  if (!existsSync(file)) throw new Error(`${file} is missing: Node cannot be shipped without its licences`);
  return readFileSync(file, 'utf8');
}

/** changelog of a Debian package: one entry, which leads to CHANGELOG.md. */
export function debianChangelog(name: string, { debian, epoch }: PackageEdition): string {
  const date = new Date(epoch * 1000).toUTCString().replace('GMT', '+0000');
  return `${name} (${debian}) unstable; urgency=medium

  * What changed is told in CHANGELOG.md.gz beside this file.

 -- ${maintainer}  ${date}
`;
}

export const maintainer = 'vpp-maglev <vpp-maglev@localhost>';
