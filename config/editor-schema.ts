import type { Codec, Field, Fields } from './codec.js';
import type { JsonSchema } from './json-schema.js';
import { configFile } from './schema.js';

/**
 * The JSON Schema of the config file, from the codecs that read it. Whatever they take it takes; what only meanings tell
 * (does that backend exist?) and how a value was written (in quotes? in which base?) it does not know.
 */
export function editorSchema(): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'the config file of maglevd',
    ...schemaOf(configFile),
  };
}

function schemaOf({ shape }: Codec<unknown>): JsonSchema {
  switch (shape.kind) {
    case 'scalar':
      return shape.schema;
    case 'list':
      return { type: 'array', minItems: 1, items: schemaOf(shape.of) };
    case 'record':
      return {
        type: ['object', 'null'],
        propertyNames: shape.keys,
        additionalProperties: schemaOf(shape.of),
      };
    case 'mapping':
      return mappingOf(shape.fields);
    case 'choice':
      return {
        type: 'object',
        required: [shape.tag],
        properties: { [shape.tag]: { enum: [...shape.variants.keys()] } },
        anyOf: [...shape.variants.values()].map(schemaOf),
      };
  }
}

/** Nothing at all (`vpp:`) is an empty map, which is taken where no key is required. */
function mappingOf(fields: Fields): JsonSchema {
  const required = Object.entries(fields).flatMap(([name, { absent }]) => (absent === null ? [name] : []));
  const properties = Object.entries(fields).map(([name, field]) => [name, fieldOf(field)] as const);
  return {
    ...(required.length === 0 ? { type: ['object', 'null'] } : { type: 'object', required }),
    properties: Object.fromEntries(properties),
    additionalProperties: false,
  };
}

/** With what it means to leave it out: as a value where there is one, in words otherwise. */
function fieldOf({ codec, absent }: Field<unknown>): JsonSchema {
  const schema = schemaOf(codec);
  if (absent === null || absent.text === '') return schema;
  if (absent.value !== null) return { ...schema, default: plainValue(absent.text) };
  const words = `when it is not written: ${absent.text}`;
  const { description } = schema;
  return { ...schema, description: description === undefined ? words : `${description}; ${words}` };
}

/** As YAML reads it. */
function plainValue(text: string): string | number | boolean {
  if (text === '""') return '';
  if (text === 'true' || text === 'false') return text === 'true';
  return /^\d+$/.test(text) ? Number(text) : text;
}
