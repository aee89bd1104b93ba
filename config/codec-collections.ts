import * as E from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts';
import { nameRule } from '../domain/name.js';
import { type Codec, codec, describeNode, fail, within } from './codec.js';
import { type JsonSchema, nameSchema } from './json-schema.js';
import { isNothing, type YamlEntry, type YamlNode } from './yaml-tree.js';

/**
 * A map whose keys are names that the operator chooses, or something else by another rule. Nothing at all (`backends:`) is
 * an empty one.
 */
export function record<A>(
  of: Codec<A>,
  keyRule: (key: string) => string | null = nameRule,
  keys: JsonSchema = nameSchema,
): Codec<ReadonlyMap<string, A>> {
  return codec('map', { kind: 'record', of, keys }, (node, context) => {
    const entries = entriesOf(node);
    if (entries === null) return fail(context, `expected a map of names, found ${describeNode(node)}`);
    const errors: t.Errors = [];
    const decoded = new Map<string, A>();
    for (const [name, { key, value }] of entries) {
      const broken = keyRule(name);
      if (broken !== null) collect(errors, fail(within(context, name, of, key), broken));
      const result = of.validate(value, within(context, name, of, value));
      if (E.isRight(result)) decoded.set(name, result.right);
      else collect(errors, result);
    }
    return errors.length > 0 ? E.left(errors) : E.right(decoded);
  });
}

/** A list with at least one item. */
export function nonEmptyList<A>(of: Codec<A>): Codec<readonly A[]> {
  return codec('list', { kind: 'list', of }, (node, context) => {
    if (node.kind !== 'list') return fail(context, `expected a list, found ${describeNode(node)}`);
    if (node.items.length === 0) return fail(context, 'the list must not be empty');
    const errors: t.Errors = [];
    const decoded: A[] = [];
    for (const [index, item] of node.items.entries()) {
      const result = of.validate(item, within(context, `[${index}]`, of, item));
      if (E.isRight(result)) decoded.push(result.right);
      else collect(errors, result);
    }
    return errors.length > 0 ? E.left(errors) : E.right(decoded);
  });
}

/** The entries of a map; none when nothing is written; null when it is not a map. */
export function entriesOf(node: YamlNode): ReadonlyMap<string, YamlEntry> | null {
  if (node.kind === 'map') return node.entries;
  return isNothing(node) ? new Map() : null;
}

/** Appends one by one: spreading a long list into push would overflow the stack. */
export function collect(errors: t.Errors, failed: t.Validation<unknown>): void {
  if (E.isRight(failed)) return;
  for (const error of failed.left) errors.push(error);
}
