import type { Codec } from '../../config/codec.js';
import { configFile } from '../../config/schema.js';

/** One key of the config file, as the guide lists it. */
interface SchemaKey {
  /** Below `maglev`; `<n>` and `<b>` stand for names, `[]` for every item of a list. */
  readonly key: string;
  readonly type: string;
  /** What it means to leave the key out; '' for a section. */
  readonly absent: string;
}

/** Every key that a file may have, from the codecs themselves. Keys that several types of health check share come once. */
export function schemaKeys(): SchemaKey[] {
  const keys = new Map<string, SchemaKey>();
  const maglev = configFile.shape.fields.maglev.codec;
  walk(maglev, '', (key) => {
    const id = `${key.key} ${key.type} ${key.absent}`;
    if (!keys.has(id)) keys.set(id, key);
  });
  return [...keys.values()];
}

function walk(codec: Codec<unknown>, prefix: string, visit: (key: SchemaKey) => void): void {
  const { shape } = codec;
  switch (shape.kind) {
    case 'scalar':
      return;
    case 'list':
      walk(shape.of, `${prefix}[]`, visit);
      return;
    case 'record':
      walk(shape.of, `${prefix}.${prefix.includes('<n>') ? '<b>' : '<n>'}`, visit);
      return;
    case 'choice':
      for (const variant of shape.variants.values()) walk(variant, prefix, visit);
      return;
    case 'mapping':
      for (const [name, field] of Object.entries(shape.fields)) {
        const key = prefix === '' ? name : `${prefix}.${name}`;
        visit({ key, type: field.codec.name, absent: field.absent?.text ?? 'required' });
        walk(field.codec, key, visit);
      }
  }
}
