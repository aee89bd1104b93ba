// Runs the built suite on several releases of Node: `npm run test:nodes`, or `npm run test:nodes -- 22 24`. One line
// for each; what a failing one printed goes before its line. The releases come from npm, as packages that hold one
// binary, and are kept in node_modules/.cache.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const cache = path.join(root, 'node_modules', '.cache', 'nodes');
const mocha = path.join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
const supported = ['20', '22', '24'];
const wanted = process.argv.slice(2);
const unknown = wanted.filter((major) => !/^\d+$/.test(major));
if (unknown.length > 0) {
  console.error(
    `test:nodes takes major versions of Node, as in: npm run test:nodes -- 22 24; not ${unknown[0]}`,
  );
  process.exit(64);
}

const failed = (wanted.length > 0 ? wanted : supported).filter((major) => !passes(major));
process.exit(failed.length === 0 ? 0 : 1);

/** Tells how the suite went on that release. */
function passes(major) {
  const node = binary(major);
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
  // Whatever the specs start by name is to be the same release.
  const env = { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH}` };
  const run = spawnSync(
    node,
    ['--enable-source-maps', mocha, '--parallel', '--jobs', '2', 'out/spec/**/*.spec.js'],
    {
      cwd: root,
      env,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  const good = run.status === 0;
  if (!good) process.stdout.write(`${run.stdout}${run.stderr}`);
  const summary =
    run.stdout.trimEnd().split('\n').at(-1) || `ended with ${run.signal ?? `code ${run.status}`}`;
  console.log(`node ${version}: ${summary}`);
  return good;
}

/** The path of a release's binary: this one, or the newest of that major version, installed if need be. */
function binary(major) {
  if (process.versions.node.split('.')[0] === major) return process.execPath;
  const name = `node-linux-${process.arch}`;
  const folder = path.join(cache, major);
  const node = path.join(folder, 'node_modules', name, 'bin', 'node');
  if (existsSync(node)) return node;
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
  const args = ['install', '--ignore-scripts', '--no-save', '--no-audit', '--no-fund', `${name}@${major}`];
  const installed = spawnSync('npm', args, { cwd: folder, encoding: 'utf8' });
  if (installed.status !== 0 || !existsSync(node)) {
    console.error(
      `Node ${major} cannot be installed as ${name}@${major}: ${installed.stderr || installed.error}`,
    );
    process.exit(1);
  }
  return node;
}
