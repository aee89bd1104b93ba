import {
  cpSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Bug } from './bug-list.js';

const root = path.resolve(import.meta.dirname, '../../..');

/** What was compiled reads these from beside it. */
const beside = ['node_modules', 'binapi', 'rpc', 'docs', 'spec', 'maglev.yaml'];

/** A copy of what was compiled, of links, in which single places can be made others. */
export class CopiedTree {
  readonly #folder: string;

  constructor() {
    this.#folder = mkdtempSync(path.join(tmpdir(), 'maglev-bugs-'));
    for (const name of beside) symlinkSync(path.join(root, name), path.join(this.#folder, name));
    cpSync(path.join(root, 'package.json'), path.join(this.#folder, 'package.json'));
    linkAll(path.join(root, 'out'), path.join(this.#folder, 'out'));
  }

  file(name: string): string {
    return path.join(this.#folder, 'out', name);
  }

  /** Gives what takes it out again. Throws when the place is not there, or not once. */
  put(bug: Bug): () => void {
    const place = this.file(`${bug.file}.js`);
    const text = readFileSync(place, 'utf8');
    const changed = withBug(text, bug);
    // What is written to a link is written to the original, too.
    rmSync(place);
    writeFileSync(place, changed);
    return () => writeFileSync(place, text);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export function withBug(text: string, { name, file, from, to }: Bug): string {
  const times = text.split(from).length - 1;
  if (times !== 1) throw new Error(`"${name}": its place in ${file} is there ${times} times: ${from}`);
  return text.replace(from, () => to);
}

function linkAll(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) linkAll(source, target);
    else if (!entry.name.endsWith('.map')) linkOrCopy(source, target);
  }
}

/** Links do not reach from one file system to another. */
function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    cpSync(from, to);
  }
}
