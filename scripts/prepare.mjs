// Installs and builds what is missing or stale, so that every command of the README works on a fresh clone.
// Only Node's own modules here: this runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`vpp-maglev needs Node 20.19 or newer; this is ${process.version}`);
  process.exit(1);
}

const installed = path.join(root, 'node_modules', '.package-lock.json');
const lock = path.join(root, 'package-lock.json');
if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs) {
  run('npm', ['ci', '--no-audit', '--no-fund']);
}
removeOrphans(path.join(root, 'out'), root);
run(process.execPath, [path.join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', root]);

function run(command, args) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (result.error !== undefined) console.error(`${command}: ${result.error.message}`);
  if (result.status !== 0) process.exit(result.status ?? 1);
}

/** Deletes compiled files whose source is gone: mocha would go on running the specs among them. */
function removeOrphans(compiled, source) {
  if (!existsSync(compiled)) return;
  for (const entry of readdirSync(compiled, { withFileTypes: true })) {
    const file = path.join(compiled, entry.name);
    if (entry.isDirectory()) removeOrphans(file, path.join(source, entry.name));
    const match = /^(.*)\.js(\.map)?$/.exec(entry.name);
    if (match !== null && !existsSync(path.join(source, `${match[1]}.ts`))) rmSync(file);
  }
}
