// Packs the package, installs the tarball into an empty folder beside its dependencies (and nothing else), and runs
// what is in it. Needs no network: dependencies are those of this clone, linked.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const folder = mkdtempSync(path.join(tmpdir(), 'maglev-package-'));
try {
  const [{ filename, size, unpackedSize, files }] = JSON.parse(
    run('npm', ['pack', '--json', '--pack-destination', folder], root),
  );
  run('tar', ['-xzf', filename], folder);
  const home = path.join(folder, 'package');
  const { dependencies, bin } = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) link(name, home);

  for (const [program, file] of Object.entries(bin)) {
    const text = run(process.execPath, [path.join(home, file), '--version'], home);
    if (!text.startsWith(`${program} `)) throw new Error(`${program} --version says ${text}`);
    process.stdout.write(text);
  }
  // Beyond their first lines: YAML and threads; gRPC, which finds nobody there.
  run(
    process.execPath,
    [path.join(home, bin.maglevd), '--check', '--config', path.join(root, 'maglev.yaml')],
    home,
  );
  run(
    process.execPath,
    [path.join(home, bin.maglevc), '--server', 'unix:/nowhere/x', 'show', 'frontends'],
    home,
    5,
  );
  const mb = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
  process.stdout.write(`${files.length} files, ${mb(unpackedSize)}, packed ${mb(size)}: installs and runs\n`);
} finally {
  rmSync(folder, { recursive: true });
}

function link(name, home) {
  const at = path.join(home, 'node_modules', name);
  mkdirSync(path.dirname(at), { recursive: true });
  symlinkSync(path.join(root, 'node_modules', name), at);
}

/** What it prints; throws when it ends with another exit code than that. */
function run(command, args, cwd, exitCode = 0) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (error !== undefined) throw error;
  if (status !== exitCode)
    throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}
