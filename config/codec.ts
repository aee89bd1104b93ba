import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { quote } from '../domain/text.js';
import type { JsonSchema } from './json-schema.js';
import type { Path, Problem } from './problem.js';
import { isNothing, type YamlNode } from './yaml-tree.js';

/**
 * An io-ts decoder that reads a node of the YAML tree. Because the nodes carry their places, so does every error:
 * it stands at the node that is last in its context. `shape` lets the schema list its own keys.
 */
export interface Codec<out A> extends t.Decoder<YamlNode, A> {
  readonly shape: Shape;
}

export type Shape =
  | { readonly kind: 'scalar'; readonly schema: JsonSchema }
  | { readonly kind: 'list'; readonly of: Codec<unknown> }
  | { readonly kind: 'record'; readonly of: Codec<unknown>; readonly keys: JsonSchema }
  | { readonly kind: 'mapping'; readonly fields: Fields }
  | {
      readonly kind: 'choice';
      readonly tag: string;
      /** By the word under the tag. */
      readonly variants: ReadonlyMap<string, Codec<unknown>>;
    };

/** One key of a mapping. */
export interface Field<out A> {
  readonly codec: Codec<A>;
  /** What the key means when it is not written, and how the guide says so; null = it must be written. */
  readonly absent: { readonly value: A; readonly text: string } | null;
}

export type Fields = Readonly<Record<string, Field<unknown>>>;

export type TypeOf<C> = C extends Codec<infer A> ? A : never;

export function codec<A>(name: string, shape: Shape, validate: t.Validate<YamlNode, A>): Codec<A> {
  const self: Codec<A> = {
    name,
    shape,
    validate,
    decode: (node) => {
      // Most is right, and a place for each of ten thousand values is dear: it is kept when something was found wrong.
      const placeless = validate(node, nowhere);
      return E.isRight(placeless) ? placeless : validate(node, [{ key: '', type: self, actual: node }]);
    },
  };
  return self;
}

/** What is decoded in it has no place, and neither has what is wrong with it. */
const nowhere: t.Context = [];

/** Where a part of what stands at `context` stands. */
export function within(
  context: t.Context,
  key: string,
  type: t.Decoder<YamlNode, unknown>,
  actual: YamlNode,
): t.Context {
  return context === nowhere ? nowhere : t.appendContext(context, key, type, actual);
}

/**
 * One value, decoded by a function whose left side is what is wrong with it. `schema` says for editors what they can know
 * of it: it takes all that the function takes, and maybe more.
 */
export function scalar<A>(
  name: string,
  schema: JsonSchema,
  decode: (node: YamlNode) => E.Either<string, A>,
): Codec<A> {
  return codec(name, { kind: 'scalar', schema }, (node, context) => {
    const decoded = decode(node);
    return E.isRight(decoded) ? decoded : fail(context, decoded.left);
  });
}

/** A failure at the node that is last in `context`. */
export function fail(context: t.Context, message: string): t.Validation<never> {
  return E.left([{ value: undefined, context, message }]);
}

function isYamlNode(value: unknown): value is YamlNode {
  return typeof value === 'object' && value !== null && 'kind' in value && 'at' in value && 'end' in value;
}

/**
 * What a decoder said, as problems with their places, except about nodes that are incomplete. List indexes stand in
 * contexts as `[0]`.
 */
export function problemsOf(errors: t.Errors): Problem[] {
  return errors.flatMap((error) => {
    const actual = error.context[error.context.length - 1]?.actual;
    if (!isYamlNode(actual)) throw new Error('a codec failed outside the YAML tree');
    if (actual.incomplete) return [];
    const path: Path = error.context.slice(1).map(({ key }, depth) => {
      const container = error.context[depth]?.actual;
      // A name may look like an index.
      const isIndex = isYamlNode(container) && container.kind === 'list';
      return isIndex ? Number(key.slice(1, -1)) : key;
    });
    const { at: offset, end } = actual;
    return { offset, end, path, message: error.message ?? 'wrong value' };
  });
}

/** What stands there, for messages: `a list`, `the number 5`, `nothing`. */
export function describeNode(node: YamlNode): string {
  if (node.kind === 'map') return 'a map';
  if (node.kind === 'list') return 'a list';
  if (isNothing(node)) return 'nothing';
  if (node.plain && looksLikeBoolean(node.text)) return node.text;
  if (node.plain && looksLikeNumber(node.text)) return `the number ${node.text}`;
  return `the text ${quote(node.text)}`;
}

/** As in YAML 1.2: `yes`, `no`, `on` and `off` are text. */
export function looksLikeBoolean(text: string): boolean {
  return /^(true|True|TRUE|false|False|FALSE)$/.test(text);
}

/** As in YAML 1.2, whole or not, in any base. */
export function looksLikeNumber(text: string): boolean {
  return (
    /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/.test(text) ||
    /^(0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$/.test(text)
  );
}
