// Installs and builds what is missing or stale, so that every command of the README works on a fresh clone.
// Only Node's own modules here: this runs before anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
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
// Beside the compiler: it has nothing to do with what that makes.
const page = spawn(process.execPath, [path.join(import.meta.dirname, 'ui.mjs'), '--if-stale'], {
  stdio: 'inherit',
});
const pageBuilt = new Promise((resolve) => {
  page.on('close', resolve);
});
const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
run(process.execPath, [tsc, '-p', root]);
// What programs that import vpp-maglev/client are checked against.
run(process.execPath, [tsc, '-p', path.join(root, 'tsconfig.client.json')]);
writeBuildInfo(path.join(root, 'out', 'build-info.json'));
const pageStatus = await pageBuilt;
if (pageStatus !== 0) process.exit(pageStatus ?? 1);

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
    const match = /^(.*)\.(?:js(?:\.map)?|d\.ts)$/.exec(entry.name);
    if (match !== null && !existsSync(path.join(source, `${match[1]}.ts`))) rmSync(file);
  }
}

/**
 * Says what was built: version, commit, and the date of that commit, or what SOURCE_DATE_EPOCH says (seconds, see
 * https://reproducible-builds.org/specs/source-date-epoch/). The same sources give the same file. Outside of git, or
 * without it, the commit is null.
 */
function writeBuildInfo(file) {
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  // Not the repository that this folder may have been unpacked in.
  const ours = realpathOf(git('rev-parse', '--show-toplevel')) === realpathSync(root);
  const commit = ours ? git('describe', '--always', '--dirty', '--abbrev=12', '--exclude=*') : null;
  const epoch = process.env.SOURCE_DATE_EPOCH || (ours ? git('log', '-1', '--format=%ct') : null);
  const date = /^\d{1,11}$/.test(epoch ?? '') ? new Date(Number(epoch) * 1000).toISOString() : null;
  const text = `${JSON.stringify({ version, commit, date: date?.replace('.000Z', 'Z') ?? null })}\n`;
  mkdirSync(path.dirname(file), { recursive: true });
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
}

/** What git prints; null when there is no git, or it fails. */
function git(...args) {
  const env = { ...process.env, GIT_OPTIONAL_LOCKS: '0' };
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8', env });
  return status === 0 ? stdout.trim() : null;
}

function realpathOf(folder) {
  return folder !== null && existsSync(folder) ? realpathSync(folder) : null;
}
