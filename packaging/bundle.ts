import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { foundByPlace, rewritePlaces } from './found-by-place.js';
import { programs } from './programs.js';

/** Compiled, this file lies in out/packaging. */
export const root = path.resolve(import.meta.dirname, '../..');
const out = path.join(root, 'out');

/** Rooms that are built, and never shipped. */
const unshipped: ReadonlySet<string> = new Set(['spec', 'bench', 'demo', 'packaging']);

/** Packages written as CommonJS ask for Node's own modules by `require`, which a module does not have. */
const banner =
  "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);";

/** What the page of the dashboard is made of, which is bundled by itself. */
const inPage: readonly string[] = ['solid-js'];

/** What was bundled. */
export interface Bundle {
  /** Names of the packages from node_modules of which something is in it, sorted. */
  readonly packages: readonly string[];
  readonly bytes: number;
  /** By the name of an entry without `.js`: the names of all files that it loads, itself among them. */
  readonly loads: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * Writes the programs and their threads into `folder`, each a file that needs Node and nothing else but koffi, whose
 * native part no bundle can hold; code that several of them have is in files that they share. What is compiled must be
 * up to date. The same sources give the same bytes.
 */
export async function bundle(folder: string): Promise<Bundle> {
  const rooms = readdirSync(out, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !unshipped.has(entry.name))
    .map((entry) => entry.name);
  const found = foundByPlace(out, rooms);
  const entries = [
    ...programs.map(({ name }) => path.join(out, 'bin', `${name}.js`)),
    ...found.filter(({ isCode }) => isCode).map(({ target }) => target),
  ];
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(entries.map((file) => [path.basename(file, '.js'), file])),
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // Names stay as they are: people read the stacks of bugs.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    external: ['koffi'],
    banner: { js: banner },
    chunkNames: 'part-[hash]',
    plugins: [besideItself],
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  mkdirSync(folder, { recursive: true });
  for (const { path: file, contents } of outputFiles) writeFileSync(file, contents);
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}\n');
  for (const { target, name, isCode } of found) {
    // Beside the page lie folders of what it is made of, for its specs.
    const filter = (file: string) => name !== 'ui' || file === target || statSync(file).isFile();
    if (!isCode) cpSync(target, path.join(folder, name), { recursive: true, filter });
  }
  return {
    packages: [...new Set([...Object.keys(metafile.inputs).flatMap(packageOf), ...inPage])].sort(),
    bytes: outputFiles.reduce((sum, { contents }) => sum + contents.length, 0),
    loads: new Map(
      entries.map((file) => [path.basename(file, '.js'), loadedBy(path.basename(file), metafile.outputs)]),
    ),
  };
}

const besideItself: Plugin = {
  name: 'beside-itself',
  setup: ({ onLoad }) => {
    onLoad({ filter: /\.js$/ }, ({ path: file }) => {
      if (!file.startsWith(`${out}${path.sep}`)) return null;
      return { contents: rewritePlaces(readFileSync(file, 'utf8'), file).text, loader: 'js' };
    });
  },
};

/** The files behind an output, itself among them; outputs are known by their paths, and found by their names. */
function loadedBy(name: string, outputs: Metafile['outputs']): Set<string> {
  const byName = new Map(Object.entries(outputs).map(([file, output]) => [path.basename(file), output]));
  const loaded = new Set<string>();
  const load = (file: string) => {
    const output = byName.get(file);
    if (output === undefined || loaded.has(file)) return;
    loaded.add(file);
    for (const { path: imported } of output.imports) load(path.basename(imported));
  };
  load(name);
  return loaded;
}

function packageOf(input: string): string[] {
  const [, name] = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input) ?? [];
  return name === undefined ? [] : [name];
}
