// Packs the package, installs the tarball into an empty folder beside its dependencies (and nothing else), and runs
// what is in it: the programs, and programs of others that import its client. Needs no network: dependencies are those of
// this clone, linked.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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
  await checkClient(path.join(home, bin.maglevd), home);
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

/** Programs that have the package installed, in JavaScript and in TypeScript, ask the maglevd that is in it. */
async function checkClient(maglevd, home) {
  const theirs = path.join(folder, 'theirs');
  mkdirSync(path.join(theirs, 'node_modules', '@types'), { recursive: true });
  symlinkSync(home, path.join(theirs, 'node_modules', 'vpp-maglev'));
  symlinkSync(
    path.join(root, 'node_modules', '@types', 'node'),
    path.join(theirs, 'node_modules', '@types', 'node'),
  );
  const write = (name, text) => writeFileSync(path.join(theirs, name), text);
  const server = `unix:${folder}/grpc.sock`;
  write('package.json', '{ "type": "module" }');
  const body = `
const maglev = connect({ server: process.argv[2] ?? '' });
for await (const item of maglev.watch({ backend: true })) {
  if (item.kind === 'disconnected') continue;
  if (item.kind !== 'connected') throw new Error(item.kind);
  break;
}
const { version } = await maglev.getVersion();
const wrong = await maglev.getBackend({ name: 'nobody' }).catch((error) => error);
if (!(wrong instanceof RpcError) || wrong.code !== 'MGL_BACKEND_UNKNOWN') throw new Error(String(wrong));
console.log(version);
maglev.close();
`;
  write('plain.js', `import { connect, RpcError } from 'vpp-maglev/client';${body}`);
  write(
    'typed.ts',
    `import { connect, type BackendInfo, type Maglev, RpcError, type WatchItem } from 'vpp-maglev/client';
export const namesOf = async (maglev: Maglev): Promise<string[]> =>
  (await maglev.listBackends()).backends.map(({ name }: BackendInfo) => name);
export const lost = (item: WatchItem): bigint => (item.kind === 'lagged' ? item.count : 0n);
${body.replaceAll('(error)', '(error: unknown)')}`,
  );
  const strict = { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true };
  const modules = { target: 'es2022', lib: ['es2023'], module: 'nodenext', types: ['node'] };
  const config = (files) => JSON.stringify({ compilerOptions: { ...strict, ...modules }, files });
  const tsc = (exitCode) =>
    run(process.execPath, [path.join(root, 'node_modules', 'typescript', 'bin', 'tsc')], theirs, exitCode);
  const guide = readFileSync(path.join(home, 'docs', 'client.md'), 'utf8');
  const examples = [...guide.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, text], i) => [
    `example${i}.ts`,
    text,
  ]);
  for (const [name, text] of examples) write(name, text);
  write('tsconfig.json', config(['typed.ts', ...examples.map(([name]) => name)]));
  tsc(0);
  // The types say what there is, and what there is not.
  write(
    'wrong.ts',
    `import type { Maglev } from 'vpp-maglev/client';
export const wrong = (maglev: Maglev) => maglev.getBackend({ nam: 'web1' });
`,
  );
  write('tsconfig.json', config(['wrong.ts']));
  tsc(2);

  const flags = ['--vpp-api-addr=', '--grpc-addr', server, '--config', path.join(root, 'maglev.yaml')];
  const daemon = spawn(process.execPath, [maglevd, ...flags, '--state-dir', folder], { stdio: 'ignore' });
  try {
    for (const program of ['plain.js', 'typed.js']) {
      const version = run(process.execPath, [program, server], theirs).trim();
      process.stdout.write(`${program}: maglevd ${version}\n`);
    }
  } finally {
    daemon.kill();
  }
}

/** What it prints; throws when it ends with another exit code than that. */
function run(command, args, cwd, exitCode = 0) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (error !== undefined) throw error;
  if (status !== exitCode)
    throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}
