import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Compiled specs run from out/spec/architecture. */
export const root = path.resolve(import.meta.dirname, '../../..');

/** One TypeScript file of the project. */
export interface Source {
  /** Relative to the root, with slashes. */
  readonly file: string;
  readonly room: string;
  readonly text: string;
  /** What it imports, as it stands there. */
  readonly imports: readonly string[];
}

/**
 * The folder that a file belongs to. The kernel is a room of its own, because only it may import nact; and so is the
 * dashboard's page, which runs in browsers.
 */
export function roomOf(file: string): string {
  const own = ['actors/kernel', 'web/ui'].find((room) => file.startsWith(`${room}/`));
  return own ?? file.split('/')[0] ?? '';
}

/** All TypeScript files, the generated ones among them. */
export function readSources(): Source[] {
  const folders = readdirSync(root, { withFileTypes: true })
    .filter(
      (entry) =>
        entry.isDirectory() &&
        !entry.name.startsWith('.') &&
        !['node_modules', 'out', 'dist'].includes(entry.name),
    )
    .map((entry) => entry.name);
  return folders
    .flatMap((folder) => readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => {
      const file = path.relative(root, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/');
      const text = readFileSync(path.join(root, file), 'utf8');
      const imports = [
        ...text.matchAll(
          /(?:^|\n)\s*(?:import|export)\b[^;'"]*?\bfrom\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]|(?:^|\n)import\s+['"]([^'"]+)['"]/g,
        ),
      ].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
      return { file, room: roomOf(file), text, imports };
    });
}

/** Is it the product: neither a spec nor a measurement? */
export function isProduct({ room }: Source): boolean {
  return room !== 'spec' && room !== 'bench';
}

/** Whatever lies in a folder of this name was written by a program, and is compared with what that program writes. */
export function isGenerated({ file }: Source): boolean {
  return file.includes('/generated/');
}
