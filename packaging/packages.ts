import { readFileSync } from 'node:fs';
import path from 'node:path';
import { editorSchema } from '../config/editor-schema.js';
import { parseDaemonCommand } from '../daemon/flags.js';
import { parseFrontendCommand } from '../web/flags.js';
import { root } from './bundle.js';
import { completions } from './completions.js';
import { DebianTree, type Packing } from './debian.js';
import type { PackageEdition } from './edition.js';
import { helpBlocks } from './help-text.js';
import type { Arch } from './koffi.js';
import { type Library, libraryFolder, libraryNames } from './library.js';
import { manPages } from './man-pages.js';
import { copyrightText, debianChangelog, nodeLicences, type Shipped } from './notices.js';
import { type DebianPackage, programs } from './programs.js';
import { manPage } from './roff.js';
import type { Vendored } from './vendored.js';

const files = path.join(root, 'packaging', 'files');
const text = (file: string) => readFileSync(path.join(files, file), 'utf8');

/** What Node is linked to, with the oldest release that has it. */
const nodeNeeds = 'libc6 (>= 2.28), libgcc-s1 (>= 8), libstdc++6 (>= 8)';

/** Releases of the reference implementation had files of one package in the other, or in a single one. */
const before = '2.0.0~';

function fieldsOf(name: DebianPackage, { debian }: PackageEdition): Record<string, string> {
  switch (name) {
    case 'vpp-maglev':
      return {
        Depends: nodeNeeds,
        Suggests: 'vpp-maglevd',
        Breaks: `vpp-maglevd (<< ${before})`,
        Replaces: `vpp-maglevd (<< ${before})`,
        Description: [
          "command line and dashboard of the control plane of VPP's load balancer",
          ' maglevc asks maglevd about frontends, servers and their health, and tells it',
          ' what operators want. maglevt asks virtual IPs as their clients do, and shows',
          ' who answers. maglevd-frontend shows in a browser what many maglevds do; its',
          ' service is not enabled. The package brings the Node.js that they run on.',
        ].join('\n'),
      };
    case 'vpp-maglevd':
      return {
        Depends: `vpp-maglev (= ${debian}), adduser, ${nodeNeeds}`,
        Suggests: 'vpp, vpp-plugin-core',
        Breaks: `vpp-maglev (<< ${before})`,
        Replaces: `vpp-maglev (<< ${before})`,
        Description: [
          "control plane of VPP's load balancer",
          ' maglevd probes servers, decides which weight each of them has in each virtual',
          ' address, and keeps the lb plugin of VPP (Maglev hashing) equal to that.',
          ' maglev-vppsim stands in for VPP where there is none.',
        ].join('\n'),
      };
  }
}

/** Builds both packages of an architecture below `work`, and gives their paths, which are in `into`. */
export function debianPackages(
  work: string,
  into: string,
  arch: Arch,
  edition: PackageEdition,
  {
    library,
    parts,
    shipped,
    packing,
  }: {
    library: Library;
    parts: Vendored;
    shipped: readonly Shipped[];
    packing: Packing;
  },
): string[] {
  const trees = {
    'vpp-maglev': new DebianTree(work, 'vpp-maglev'),
    'vpp-maglevd': new DebianTree(work, 'vpp-maglevd'),
  };
  for (const name of libraryNames(library)) {
    trees[library.packageOf(name)].copy(path.join(library.folder, name), path.join(libraryFolder, name));
  }
  for (const { name, section, package: of } of programs) {
    trees[of].link(`${section === 8 ? '/usr/sbin' : '/usr/bin'}/${name}`, `../lib/vpp-maglev/${name}.js`);
  }
  const date = new Date(edition.epoch * 1000).toISOString().slice(0, 10);
  for (const page of manPages()) {
    const of = programs.find(({ name }) => name === page.name)?.package ?? 'vpp-maglevd';
    const file = `/usr/share/man/man${page.section}/${page.name}.${page.section}`;
    trees[of].writePacked(file, manPage(page, { version: edition.version, date }));
  }
  fillDaemon(trees['vpp-maglevd']);
  fillFrontend(trees['vpp-maglev']);
  for (const { folder, file, script } of completions())
    trees['vpp-maglev'].write(`${folder}/${file}`, script);
  return Object.values(trees).map((tree) => {
    const docs = `/usr/share/doc/${tree.name}`;
    tree.write(`${docs}/copyright`, copyrightText(shipped, tree.name === 'vpp-maglev'));
    tree.writePacked(`${docs}/changelog`, debianChangelog(tree.name, edition));
    tree.writePacked(`${docs}/CHANGELOG.md`, readFileSync(path.join(root, 'CHANGELOG.md'), 'utf8'));
    if (tree.name === 'vpp-maglev')
      tree.writePacked(`${docs}/node-licences`, nodeLicences(parts.nodeLicence));
    const overrides = text('lintian-overrides').replaceAll(/^(?=[a-z])/gm, `${tree.name}: `);
    tree.write(`/usr/share/lintian/overrides/${tree.name}`, overrides);
    return tree.pack(into, edition, arch, fieldsOf(tree.name, edition), packing);
  });
}

function fillFrontend(tree: DebianTree): void {
  tree.write('/usr/lib/systemd/system/vpp-maglev-frontend.service', text('vpp-maglev-frontend.service'));
  const defaults = '/etc/default/vpp-maglev-frontend';
  tree.writeSecret(defaults, frontendDefaultsText());
  tree.control('conffiles', `${defaults}\n`);
  for (const script of ['postinst', 'prerm', 'postrm'])
    tree.control(script, text(`vpp-maglev.${script}`), 0o755);
  tree.writePacked(
    '/usr/share/doc/vpp-maglev/dashboard.md',
    readFileSync(path.join(root, 'docs', 'dashboard.md'), 'utf8'),
  );
}

function fillDaemon(tree: DebianTree): void {
  tree.write('/usr/lib/systemd/system/vpp-maglev.service', text('vpp-maglev.service'));
  tree.write('/etc/default/vpp-maglev', defaultsText());
  tree.folder('/etc/vpp-maglev');
  tree.control('conffiles', '/etc/default/vpp-maglev\n');
  for (const script of ['postinst', 'prerm', 'postrm'])
    tree.control(script, text(`vpp-maglevd.${script}`), 0o755);
  tree.control('triggers', text('vpp-maglevd.triggers'));
  tree.write('/usr/share/vpp-maglevd/maglev.schema.json', schemaText());
  const examples = '/usr/share/doc/vpp-maglevd/examples';
  for (const dropIn of ['without-netns.conf', 'notify-reload.conf'])
    tree.write(`${examples}/${dropIn}`, text(dropIn));
  for (const file of ['alerts.yaml', 'alerts-test.yaml', 'grafana-dashboard.json'])
    tree.write(`${examples}/${file}`, readFileSync(path.join(root, 'ops', file), 'utf8'));
  for (const page of ['metrics.md', 'runbook.md'])
    tree.writePacked(
      `/usr/share/doc/vpp-maglevd/${page}`,
      readFileSync(path.join(root, 'docs', page), 'utf8'),
    );
  tree.write(`${examples}/maglev.yaml`, readFileSync(path.join(root, 'maglev.yaml'), 'utf8'));
}

/** As `maglevd --schema` prints it. */
export function schemaText(): string {
  return `${JSON.stringify(editorSchema(), null, 2)}\n`;
}

/** Every variable of maglevd with what it means, from its own --help. */
export function defaultsText(): string {
  return variablesText('vpp-maglev', 'maglevd(8)', parseDaemonCommand(['--help'], {}));
}

/** The same of maglevd-frontend, with the two that make a user. */
export function frontendDefaultsText(): string {
  const variables = variablesText(
    'vpp-maglev-frontend',
    'maglevd-frontend(8)',
    parseFrontendCommand(['--help'], {}),
  );
  const user = ['USER', 'PASSWORD'].map((name) => `#MAGLEV_FRONTEND_${name}=\n`).join('');
  return `${variables}\n# one user of /admin, who is admin; both or none\n${user}`;
}

function variablesText(
  service: string,
  page: string,
  help: { readonly kind: string; readonly text?: string },
): string {
  if (help.kind !== 'help' || help.text === undefined)
    throw new Error('--help is asked for, and help must come');
  const lines = helpBlocks(help.text).flatMap((block) => {
    if (block.kind !== 'terms') return [];
    return block.entries.flatMap(([, meaning]) => {
      const [, says = '', variable, fallback = ''] =
        /^(.*) \((MAGLEV_\w+); default (.*)\)$/s.exec(meaning) ?? [];
      if (variable === undefined) return [];
      return [`# ${says.replaceAll('\n', ' ')}`, `#${variable}=${fallback === 'none' ? '' : fallback}`, ''];
    });
  });
  return `# Settings of the service ${service}, read when it starts. See ${page}.\n\n${lines.join('\n')}`;
}
