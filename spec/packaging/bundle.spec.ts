import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { bundle, root } from '../../packaging/bundle.js';
import { rewritePlaces } from '../../packaging/found-by-place.js';
import { type Arch, addKoffi } from '../../packaging/koffi.js';
import { programs } from '../../packaging/programs.js';
import { Stage } from '../support/daemon-stage.js';
import { eventually } from '../support/eventually.js';
import { run } from '../support/process.js';
import { WebFarm } from '../support/web-farm.js';

const server = '127.0.0.31';

const config = (port: number) => `maglev:
  vpp: { lb: { ipv4-src-address: 198.51.100.1, ipv6-src-address: "2001:db8::1", sync-interval: 1h } }
  healthchecks: { web: { type: http, port: ${port}, interval: 100ms } }
  backends: { web1: { address: ${server}, healthcheck: web } }
  frontends: { shop: { address: 192.0.2.1, protocol: tcp, port: 80, pools: [{ name: main, backends: { web1: {} } }] } }
`;

describe('packaging: the bundle', function () {
  this.timeout(60_000);
  const folder = mkdtempSync(path.join(tmpdir(), 'maglev-bundle-'));
  const lib = path.join(folder, 'lib');
  before(async () => {
    await bundle(lib);
    addKoffi(lib, path.join(root, 'node_modules'), process.arch as Arch);
  });
  after(() => rmSync(folder, { recursive: true }));

  it('has every program, and each says what it was built from', async () => {
    for (const { name } of programs) {
      const bundled = await run(name, ['--version'], {}, lib);
      expect(bundled.stdout).to.match(new RegExp(`^${name} `));
      expect(bundled.stdout).to.equal((await run(name, ['--version'])).stdout);
    }
  });

  it('has the page of the dashboard', () => {
    const page = readFileSync(path.join(lib, 'ui', 'index.html'), 'utf8');
    expect(readdirSync(path.join(lib, 'ui')).sort()).to.deep.equal(['app.css', 'app.js', 'index.html']);
    for (const file of ['app.js', 'app.css']) {
      expect(page).to.contain(file);
      expect(readFileSync(path.join(lib, 'ui', file)).length).to.be.above(1000);
    }
  });

  it('does the main job away from this clone: a server that answers a probe is up in VPP, and a reload is checked', async () => {
    const farm = await WebFarm.start([server]);
    const stage = new Stage('', lib);
    try {
      stage.write(config(farm.port));
      await stage.simulator();
      const maglevd = stage.daemon();
      await maglevd.record('backend-transition', 0, ({ to }) => to === 'up');
      await eventually(async () =>
        expect((await stage.vips())[0]).to.equal(`192.0.2.1/32 tcp 80 gre4: ${server}=100`),
      );
      // The thread that checks, and the parts of the simulator that lie in files.
      stage.write(config(farm.port).replace('web1: {}', 'web1: { weight: 7 }'));
      const from = maglevd.lines.length;
      maglevd.signal('SIGHUP');
      expect(await maglevd.record('config-reload-done', from)).to.include({ ok: true });
      const { stdout } = await stage.ctl('show', 'backends');
      expect(stdout).to.contain('web1');
    } finally {
      await stage.end();
      farm.end();
    }
  });

  it('is the same whenever it is made', async () => {
    const again = path.join(folder, 'again');
    await bundle(again);
    const files = readdirSync(again, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(again, path.join(entry.parentPath, entry.name)));
    expect(files.length).to.be.above(programs.length);
    for (const file of files) {
      expect(readFileSync(path.join(lib, file)).equals(readFileSync(path.join(again, file))), file).to.equal(
        true,
      );
    }
  });

  it('lets no file look for its place in a way that a bundle breaks', () => {
    const text = "const here = new URL('../../data/x.json', import.meta.url);";
    const { text: rewritten, found } = rewritePlaces(text, '/out/a/b/c.js');
    expect(rewritten).to.contain("new URL('./x.json', ");
    expect(found).to.deep.equal([{ target: '/out/data/x.json', name: 'x.json', isCode: false }]);
    expect(() => rewritePlaces('const here = import.meta.dirname;', '/out/a.js')).to.throw('/out/a.js asks');
    expect(rewritePlaces('createRequire(import.meta.url)', '/out/a.js').found).to.deep.equal([]);
  });
});

describe('packaging: the programs', () => {
  it('are those of bin', () => {
    const built = readdirSync(path.join(root, 'bin')).map((file) => path.basename(file, '.ts'));
    expect(programs.map(({ name }) => name).sort()).to.deep.equal(built.sort());
    const { bin } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { bin: object };
    expect(Object.keys(bin).sort()).to.deep.equal(built.sort());
  });
});
