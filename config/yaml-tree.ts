import type { Path } from './problem.js';

/**
 * What a YAML file says, with the place of everything: the input of the codecs. Types are not resolved here. A plain
 * `80` is a scalar with the text 80; whether that is a number, a name or a mistake is the business of its codec.
 */
export type YamlNode = YamlScalar | YamlMap | YamlList;

interface YamlSpan {
  /** Where to point at: the value for a scalar, the key for everything else that has one. */
  readonly at: number;
  /** Offset behind the last character. */
  readonly end: number;
  /** Something in it was refused and is missing, so that errors about the node itself may be wrong. */
  readonly incomplete?: true;
}

export interface YamlScalar extends YamlSpan {
  readonly kind: 'scalar';
  readonly text: string;
  /** Written without quotes, so that it may be a number, true, false, or nothing. */
  readonly plain: boolean;
}

export interface YamlMap extends YamlSpan {
  readonly kind: 'map';
  /** In the order of the file. */
  readonly entries: ReadonlyMap<string, YamlEntry>;
}

export interface YamlEntry {
  readonly key: YamlScalar;
  readonly value: YamlNode;
}

export interface YamlList extends YamlSpan {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
}

/** No value was written (`key:`), or null. */
export function isNothing(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.plain && /^(~|null|Null|NULL)?$/.test(node.text);
}

/** The node at `path`, or the last one on the way to it that exists. */
export function nodeAt(root: YamlNode, path: Path): YamlNode {
  let node = root;
  for (const segment of path) {
    const next =
      typeof segment === 'number'
        ? node.kind === 'list'
          ? node.items[segment]
          : undefined
        : node.kind === 'map'
          ? node.entries.get(segment)?.value
          : undefined;
    if (next === undefined) return node;
    node = next;
  }
  return node;
}
