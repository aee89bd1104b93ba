import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A file or folder that the code finds by its own place: `new URL('../x', import.meta.url)`. */
export interface FoundByPlace {
  /** Absolute; of a folder without its last slash. */
  readonly target: string;
  /** How a bundle has it: right beside itself. */
  readonly name: string;
  /** Of the programs of threads; anything else is copied as it is. */
  readonly isCode: boolean;
}

const reference = /new URL\('(\.[^']*)', import\.meta\.url\)/g;
/** Other ways to ask for one's own place; but these two stay right, whatever they are in. */
const otherwise = /(?<!createRequire\(|new URL\()\bimport\.meta\.(?:url|dirname|filename)/;

/**
 * The text of a compiled file of ours as a bundle can have it: whatever it finds by its place lies beside the bundle.
 * Throws when it asks for its place in a way that cannot be followed.
 */
export function rewritePlaces(text: string, file: string): { text: string; found: readonly FoundByPlace[] } {
  const found: FoundByPlace[] = [];
  const rewritten = text.replace(reference, (_, relative: string) => {
    const target = path.resolve(path.dirname(file), relative);
    const name = path.basename(target);
    found.push({ target, name, isCode: name.endsWith('.js') });
    // Without the name that is looked for above, so that what is left over can be told.
    return `new URL('./${name}${relative.endsWith('/') ? '/' : ''}', import.meta['url'])`;
  });
  if (otherwise.test(rewritten)) {
    throw new Error(
      `${file} asks for its own place in a way that a bundle cannot have: use new URL('./x', import.meta.url)`,
    );
  }
  return { text: rewritten, found };
}

/** Everything that the compiled files of these rooms find by their place. Throws when two have the same name. */
export function foundByPlace(out: string, rooms: readonly string[]): FoundByPlace[] {
  const all = new Map<string, FoundByPlace>();
  for (const room of rooms) {
    for (const entry of readdirSync(path.join(out, room), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith('.js')) continue;
      const file = path.join(entry.parentPath, entry.name);
      for (const found of rewritePlaces(readFileSync(file, 'utf8'), file).found) {
        const other = all.get(found.name);
        if (other !== undefined && other.target !== found.target) {
          throw new Error(`${other.target} and ${found.target} cannot lie in one folder`);
        }
        all.set(found.name, found);
      }
    }
  }
  return [...all.values()];
}
