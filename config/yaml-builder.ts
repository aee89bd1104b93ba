import { isAlias, isMap, isScalar, isSeq, type Pair, type Node as YamlLibraryNode } from 'yaml';
import { quote } from '../domain/text.js';
import type { PlaceFinder } from './place-finder.js';
import type { Problem } from './problem.js';
import type { YamlEntry, YamlMap, YamlNode, YamlScalar } from './yaml-tree.js';

/** How many values aliases may add to a file: far more than any config has, and quickly walked. */
const MAX_ALIASED = 1_000_000;

export interface BuiltTree {
  readonly root: YamlNode;
  readonly problems: readonly Problem[];
}

/** Turns what the yaml library composed into our tree. Nesting is bounded by the reader, so recursion is safe. */
export function buildTree(contents: YamlLibraryNode | null, placeOf: PlaceFinder): BuiltTree {
  const builder = new TreeBuilder(placeOf);
  const root = builder.build(contents, null);
  return { root, problems: builder.problems };
}

class TreeBuilder {
  readonly problems: Problem[] = [];
  readonly #path: (string | number)[] = [];
  /** `size` counts the values below an anchor, those behind aliases included. */
  readonly #anchors = new Map<string, { readonly node: YamlNode; readonly size: number }>();
  #built = 0;
  #aliased = 0;

  readonly #placeOf: PlaceFinder;

  constructor(placeOf: PlaceFinder) {
    this.#placeOf = placeOf;
  }

  /** `keyAt` is the offset of the key in front of the node; null at the top and in lists. */
  build(node: YamlLibraryNode | null, keyAt: number | null): YamlNode {
    const before = this.#built++;
    const result = this.#buildUncounted(node, keyAt);
    if (node === null || isAlias(node)) return result;
    if (node.tag !== undefined)
      this.#report(result, `YAML tags (${quote(node.tag)}) are not used in this file`);
    const { anchor } = node as { readonly anchor?: string };
    if (anchor !== undefined) this.#anchors.set(anchor, { node: result, size: this.#built - before });
    return result;
  }

  #buildUncounted(node: YamlLibraryNode | null, keyAt: number | null): YamlNode {
    const [start, end] = node?.range ?? [keyAt ?? 0, keyAt ?? 0];
    if (node === null) return nothing(start);
    if (isAlias(node)) return this.#resolve(node.source, start, end);
    const at = keyAt ?? start;
    if (isMap(node)) return this.#buildMap(node.items as readonly Pair[], at, end);
    if (isSeq(node)) {
      const items = node.items.map((item, index) =>
        this.#within(index, () => this.build(item as YamlLibraryNode, null)),
      );
      return { kind: 'list', items, at, end };
    }
    if (!isScalar(node)) throw new Error('the yaml library composed a node of an unknown kind');
    const text = node.source ?? '';
    const plain = node.type === 'PLAIN';
    // An empty value has no place of its own.
    return { kind: 'scalar', text, plain, at: plain && text === '' ? at : start, end };
  }

  #buildMap(pairs: readonly Pair[], at: number, end: number): YamlMap {
    const entries = new Map<string, YamlEntry>();
    let incomplete = false;
    const inItem = typeof this.#path.at(-1) === 'number';
    let repeated = false;
    for (const pair of pairs) {
      const key = this.#buildKey(pair.key as YamlLibraryNode | null, at);
      if (key === null) {
        incomplete = true;
        continue;
      }
      this.#within(key.text, () => {
        const first = entries.get(key.text);
        if (first !== undefined) {
          // One dash that is missing doubles all keys of an item.
          const hint = inItem ? "; another item of the list begins with '- '" : '';
          const { line } = this.#placeOf(first.key.at);
          if (!inItem || !repeated) this.#report(key, `duplicate key, it is already on line ${line}${hint}`);
          repeated = true;
          return;
        }
        entries.set(key.text, { key, value: this.build(pair.value as YamlLibraryNode | null, key.at) });
      });
    }
    return { kind: 'map', entries, at, end, ...(incomplete ? { incomplete } : {}) };
  }

  #buildKey(node: YamlLibraryNode | null, mapAt: number): YamlScalar | null {
    const key = node === null || isAlias(node) ? null : this.build(node, null);
    if (key === null || key.kind !== 'scalar') {
      const [start, end] = node?.range ?? [mapAt, mapAt];
      this.#report({ at: start, end }, 'a key must be plain text');
      return null;
    }
    if (key.text === '<<' && key.plain) {
      this.#report(
        key,
        'merge keys (<<) are not supported: write the keys out, or use an alias for the whole value',
      );
      return null;
    }
    return key;
  }

  #resolve(anchor: string, start: number, end: number): YamlNode {
    const target = this.#anchors.get(anchor);
    if (target === undefined) {
      this.#report({ at: start, end }, `the alias *${anchor} stands for no anchor above it`);
      return { ...nothing(start), incomplete: true };
    }
    this.#built += target.size;
    this.#aliased += target.size;
    if (this.#aliased <= MAX_ALIASED) return { ...target.node, at: start, end };
    // Said once; the aliases behind it would only repeat it.
    if (this.#aliased - target.size <= MAX_ALIASED) {
      this.#report({ at: start, end }, `aliases repeat more than ${MAX_ALIASED} values`);
    }
    return { ...nothing(start), incomplete: true };
  }

  #report(span: { readonly at: number; readonly end: number }, message: string): void {
    this.problems.push({ offset: span.at, end: span.end, path: [...this.#path], message });
  }

  #within<T>(segment: string | number, run: () => T): T {
    this.#path.push(segment);
    const result = run();
    this.#path.pop();
    return result;
  }
}

function nothing(at: number): YamlScalar {
  return { kind: 'scalar', text: '', plain: true, at, end: at };
}
