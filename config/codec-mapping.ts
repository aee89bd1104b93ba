import * as E from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts';
import { didYouMean, nearest } from '../domain/did-you-mean.js';
import { type Codec, codec, describeNode, type Field, type Fields, fail, within } from './codec.js';
import { collect, entriesOf } from './codec-collections.js';
import type { YamlNode } from './yaml-tree.js';

export function required<A>(of: Codec<A>): Field<A> {
  return { codec: of, absent: null };
}

/** `value` is written as in a file and read by the same codec, so that the guide can print it. */
export function withDefault<A>(of: Codec<A>, value: string): Field<A> {
  const decoded = of.decode({ kind: 'scalar', text: value, plain: value !== '', at: 0, end: 0 });
  if (E.isLeft(decoded)) throw new Error(`the default ${value} is not a ${of.name}`);
  return { codec: of, absent: { value: decoded.right, text: value === '' ? '""' : value } };
}

/** null when it is not written; `text` says what that means. */
export function optional<A>(of: Codec<A>, text: string): Field<A | null> {
  return { codec: of, absent: { value: null, text } };
}

/** A map that may be left out as a whole: that means the same as an empty one. */
export function section<A>(of: Codec<A>): Field<A> {
  const decoded = of.decode({ kind: 'map', entries: new Map(), at: 0, end: 0 });
  if (E.isLeft(decoded)) throw new Error('a section with required keys cannot be left out');
  return { codec: of, absent: { value: decoded.right, text: '' } };
}

export type Decoded<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer A> ? A : never;
};

export interface Mapping<F extends Fields> extends Codec<Decoded<F>> {
  readonly shape: { readonly kind: 'mapping'; readonly fields: F };
}

/**
 * A map with known keys. io-ts itself either lets surplus keys through or drops them in silence, so this is where
 * unknown keys become errors.
 */
export function mapping<const F extends Fields>(fields: F): Mapping<F> {
  const shape = { kind: 'mapping', fields } as const;
  const names = Object.keys(fields);
  const known = Object.entries(fields);
  const decodeAll = (node: YamlNode, context: t.Context): t.Validation<Decoded<F>> => {
    const entries = entriesOf(node);
    if (entries === null) return fail(context, `expected a map, found ${describeNode(node)}`);
    const wrong: t.Errors = [];
    const values: Record<string, unknown> = {};
    let found = 0;
    for (const [name, { codec: of, absent }] of known) {
      const entry = entries.get(name);
      if (entry !== undefined) {
        found++;
        const result = of.validate(entry.value, within(context, name, of, entry.value));
        if (E.isRight(result)) values[name] = result.right;
        else collect(wrong, result);
      } else if (absent !== null) {
        values[name] = absent.value;
      } else {
        collect(wrong, fail(within(context, name, of, node), 'required key is missing'));
      }
    }
    const errors: t.Errors = [];
    if (found < entries.size) {
      for (const [name, { key }] of entries) {
        if (!names.includes(name)) {
          collect(errors, fail(within(context, name, self, key), unknownKey(name, names)));
        }
      }
    }
    for (const error of wrong) errors.push(error);
    // Every key of `fields` now has its value, so this is the type that they make up.
    return errors.length > 0 ? E.left(errors) : E.right(values as Decoded<F>);
  };
  const self: Mapping<F> = { ...codec('map', shape, decodeAll), shape };
  return self;
}

function unknownKey(name: string, known: readonly string[]): string {
  const suggestion = nearest(name, known);
  if (suggestion !== null) return `unknown key${didYouMean(suggestion)}`;
  return known.length === 0
    ? 'unknown key: no key is known here'
    : `unknown key: known here are ${known.join(', ')}`;
}
