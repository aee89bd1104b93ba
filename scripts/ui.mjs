// Builds the dashboard's page: type-checks web/ui, and makes out/web/ui/{index.html,app.js,app.css} of it. With --if-stale
// nothing is done when the page is newer than all that it is made of.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const source = path.join(root, 'web', 'ui');
const out = path.join(root, 'out', 'web', 'ui');
const page = ['index.html', 'app.js', 'app.css'].map((file) => path.join(out, file));

const made = Math.min(...page.map((file) => (existsSync(file) ? statSync(file).mtimeMs : 0)));
if (!process.argv.includes('--if-stale') || newestSource() > made) await buildPage();

function newestSource() {
  const files = [
    ...readdirSync(source, { recursive: true }).map((file) => path.join(source, file)),
    path.join(root, 'web', 'contract.ts'),
    ...readdirSync(path.join(root, 'web', 'contract')).map((file) =>
      path.join(root, 'web', 'contract', file),
    ),
    path.join(root, 'tsconfig.json'),
    path.join(root, 'package-lock.json'),
    import.meta.filename,
  ];
  return Math.max(...files.map((file) => (existsSync(file) ? statSync(file).mtimeMs : 0)));
}

async function buildPage() {
  const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const checked = spawnSync(process.execPath, [tsc, '-p', source], { stdio: 'inherit' });
  if (checked.status !== 0) process.exit(checked.status ?? 1);
  const { build } = await import('esbuild');
  mkdirSync(out, { recursive: true });
  const options = {
    absWorkingDir: root,
    bundle: true,
    minify: true,
    target: ['chrome115', 'firefox115', 'safari16.4'],
    legalComments: 'none',
    logLevel: 'warning',
    write: false,
    outdir: out,
  };
  const built = await build({
    ...options,
    entryPoints: { app: path.join(source, 'app.ts') },
    format: 'esm',
    // The build of Solid without its checks for developers.
    conditions: ['browser', 'production'],
    plugins: [solid(await import('@babel/core'))],
  }).catch(() => process.exit(1));
  const styled = await build({
    ...options,
    entryPoints: { app: path.join(source, 'style', 'app.css') },
  }).catch(() => process.exit(1));
  for (const file of [...built.outputFiles, ...styled.outputFiles]) writeFileSync(file.path, file.contents);
  copyFileSync(path.join(source, 'index.html'), page[0]);
  const now = new Date();
  for (const file of page) utimesSync(file, now, now);
}

/** Solid's JSX is made into code by Babel, types are taken out by esbuild. */
function solid(babel) {
  return {
    name: 'solid',
    setup(build) {
      build.onLoad({ filter: /\.tsx$/ }, async ({ path: filename }) => {
        const { code } = await babel.transformAsync(readFileSync(filename, 'utf8'), {
          filename,
          configFile: false,
          babelrc: false,
          parserOpts: { plugins: ['jsx', 'typescript'] },
          presets: ['solid'],
        });
        return { contents: code, loader: 'ts' };
      });
    },
  };
}
