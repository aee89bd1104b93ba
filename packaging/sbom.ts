import type { PackageEdition } from './edition.js';
import type { Arch } from './koffi.js';
import type { Shipped } from './notices.js';
import { vendoredNode } from './vendored.js';

/**
 * What is shipped, as CycloneDX 1.5 (https://cyclonedx.org/docs/1.5/json/). It has no serial number: the same sources
 * give the same text.
 */
export function sbom(
  { version, debian, epoch }: PackageEdition,
  arch: Arch,
  packages: readonly Shipped[],
): string {
  const component = (name: string, of: string, licence: string) => ({
    type: 'library',
    'bom-ref': purl(name, of),
    name,
    version: of,
    licenses: [
      licence.includes(' ') ? { expression: licence.replace(/^\(|\)$/g, '') } : { license: { id: licence } },
    ],
    purl: purl(name, of),
  });
  const components = [
    ...packages.map((one) => component(one.name, one.version, one.licence)),
    { ...component(`node-linux-${arch}`, vendoredNode.version, 'MIT'), type: 'application' },
  ];
  const own = `pkg:deb/vpp-maglevd@${encodeURIComponent(debian)}?arch=${arch === 'x64' ? 'amd64' : 'arm64'}`;
  const document = {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      timestamp: new Date(epoch * 1000).toISOString(),
      component: {
        type: 'application',
        'bom-ref': own,
        name: 'vpp-maglev',
        version,
        licenses: [{ license: { id: 'Apache-2.0' } }],
        purl: own,
      },
    },
    components,
    dependencies: [{ ref: own, dependsOn: components.map((one) => one['bom-ref']) }],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** https://github.com/package-url/purl-spec: a scope is a namespace, and its @ is written as %40. */
function purl(name: string, version: string): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}
