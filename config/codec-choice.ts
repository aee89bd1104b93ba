import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { type Codec, codec, describeNode, type Field, type Fields, fail, type TypeOf } from './codec.js';
import { collect, entriesOf } from './codec-collections.js';
import { type Mapping, mapping } from './codec-mapping.js';
import { oneOf } from './codec-scalars.js';

/**
 * A map whose keys depend on the word under `tag`. While that word is missing or wrong, all keys of all variants are
 * accepted, and checked where the variants agree on what is behind them: no error is reported that a right word
 * would make go away.
 */
export function choice<const V extends Readonly<Record<string, Mapping<Fields>>>>(
  tag: string,
  variants: V,
): Codec<TypeOf<V[keyof V]>> {
  const byWord = new Map<string, Mapping<Fields>>(Object.entries(variants));
  const word = oneOf([...byWord.keys()]);
  const undecided = mapping({ ...mergedFields(byWord), [tag]: { codec: word, absent: null } });
  const shape = { kind: 'choice', tag, variants: byWord } as const;
  return codec('map', shape, (node, context): t.Validation<TypeOf<V[keyof V]>> => {
    const entries = entriesOf(node);
    if (entries === null) return fail(context, `expected a map, found ${describeNode(node)}`);
    const chosen = entries.get(tag)?.value;
    const variant = chosen?.kind === 'scalar' ? byWord.get(chosen.text) : undefined;
    if (variant !== undefined) {
      // The variant came out of `variants`, so what it decodes to is one of their types.
      return variant.validate(node, context) as t.Validation<TypeOf<V[keyof V]>>;
    }
    const errors: t.Errors = [];
    collect(errors, undecided.validate(node, context));
    return E.left(errors);
  });
}

/** All keys of all variants, none of them required. What they read differently is not read. */
function mergedFields(variants: ReadonlyMap<string, Mapping<Fields>>): Record<string, Field<unknown>> {
  const merged: Record<string, Field<unknown>> = {};
  for (const { shape } of variants.values()) {
    for (const [name, field] of Object.entries(shape.fields)) {
      const other = merged[name];
      const same = other === undefined || other.codec === field.codec;
      merged[name] = { codec: same ? field.codec : unread, absent: { value: null, text: '' } };
    }
  }
  return merged;
}

const unread: Codec<null> = codec('any', { kind: 'scalar', schema: {} }, () => t.success(null));
