import type { Codec } from '../../config/codec.js';
import { configFile } from '../../config/schema.js';

/** What may stand where a value should, as it is written in a file; null = the key is not there. */
export const wrongValues: readonly (readonly [what: string, written: string | null])[] = [
  ['absent', null],
  ['null', 'null'],
  ['empty text', '""'],
  ['0', '0'],
  ['negative', '-1'],
  ['a fraction', '0.5'],
  ['huge', '99999999999999999999'],
  ['no number', '.nan'],
  ['no end', '.inf'],
  ['a huge text', `"${'x'.repeat(100_000)}"`],
  ['other text', '"not what is wanted"'],
  ['a boolean', 'true'],
  ['a list', '[1, two]'],
  ['a map', '{ a: { b: c } }'],
];

/** The way to a key, from the top of the file. */
export type KeyPath = readonly (string | number)[];

export type Tree = { readonly [key: string]: Tree } | readonly Tree[] | string | number | boolean;

/** Every key that the schema has, as a path into `base`, which has an example of each kind of thing that has a name. */
export function keyPaths(base: Tree): KeyPath[] {
  const paths: KeyPath[] = [];
  walk(configFile, [], base, paths);
  return paths;
}

function walk(codec: Codec<unknown>, path: KeyPath, at: Tree | undefined, paths: KeyPath[]): void {
  const { shape } = codec;
  switch (shape.kind) {
    case 'scalar':
      return;
    case 'list':
      paths.push([...path, 0]);
      walk(shape.of, [...path, 0], childOf(at, 0), paths);
      return;
    case 'record':
      for (const name of typeof at === 'object' && !Array.isArray(at) ? Object.keys(at) : []) {
        paths.push([...path, name]);
        walk(shape.of, [...path, name], childOf(at, name), paths);
      }
      return;
    case 'choice': {
      const word = String(childOf(at, shape.tag) ?? '');
      const variant = shape.variants.get(word);
      if (variant === undefined) throw new Error(`the example has no ${shape.tag} at ${path.join('.')}`);
      walk(variant, path, at, paths);
      return;
    }
    case 'mapping':
      for (const [name, field] of Object.entries(shape.fields)) {
        paths.push([...path, name]);
        walk(field.codec, [...path, name], childOf(at, name), paths);
      }
  }
}

function childOf(at: Tree | undefined, key: string | number): Tree | undefined {
  if (typeof at !== 'object') return undefined;
  return Array.isArray(at) ? at[Number(key)] : (at as Readonly<Record<string, Tree>>)[key];
}

/** The file with something else at this place, as YAML of one line a value. */
export function written(base: Tree, path: KeyPath, value: string | null): string {
  const mark = '@here@';
  const changed = JSON.stringify(changedAt(base, path, value === null ? undefined : mark));
  return `${changed.replace(`"${mark}"`, () => value ?? '')}\n`;
}

/** undefined: it is taken out. */
export function changedAt(at: Tree | undefined, path: KeyPath, value: Tree | undefined): Tree | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const child = changedAt(childOf(at, key), rest, value);
  if (typeof key === 'number') {
    const list = Array.isArray(at) ? [...(at as readonly Tree[])] : [];
    if (child === undefined) list.splice(key, 1);
    else list[key] = child;
    return list;
  }
  const map: Record<string, Tree> =
    typeof at === 'object' && !Array.isArray(at) ? { ...(at as Record<string, Tree>) } : {};
  if (child === undefined) delete map[key];
  else map[key] = child;
  return map;
}
