import type { JsonSchema, SchemaType } from '../../config/json-schema.js';

/** Words that explain and do not judge. */
const silent: ReadonlySet<string> = new Set(['$schema', 'title', 'description', 'default']);

type Judge = (value: unknown, schema: JsonSchema) => boolean;

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const length = (value: unknown) => (typeof value === 'string' ? [...value].length : null);

function isOfType(value: unknown, type: SchemaType): boolean {
  switch (type) {
    case 'object':
      return isMap(value);
    case 'array':
      return Array.isArray(value);
    case 'null':
      return value === null;
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

/** As RFC draft-bhutton-json-schema-validation-00 has them: a word that is about another type judges nothing. */
const judges: Readonly<Record<string, Judge>> = {
  type: (value, { type = [] }) => [type].flat().some((one) => isOfType(value, one)),
  enum: (value, schema) => schema.enum?.includes(value) === true,
  const: (value, schema) => schema.const === value,
  pattern: (value, { pattern = '' }) => typeof value !== 'string' || new RegExp(pattern, 'u').test(value),
  minLength: (value, { minLength = 0 }) => (length(value) ?? minLength) >= minLength,
  maxLength: (value, { maxLength = 0 }) => (length(value) ?? maxLength) <= maxLength,
  minimum: (value, { minimum = 0 }) => typeof value !== 'number' || value >= minimum,
  maximum: (value, { maximum = 0 }) => typeof value !== 'number' || value <= maximum,
  minItems: (value, { minItems = 0 }) => !Array.isArray(value) || value.length >= minItems,
  items: (value, { items = {} }) => !Array.isArray(value) || value.every((item) => fits(item, items)),
  required: (value, { required = [] }) =>
    !isMap(value) || required.every((name) => Object.hasOwn(value, name)),
  properties: (value, { properties = {} }) =>
    !isMap(value) ||
    Object.entries(properties).every(([name, of]) => !Object.hasOwn(value, name) || fits(value[name], of)),
  additionalProperties: (value, { additionalProperties = false, properties = {} }) =>
    !isMap(value) ||
    Object.entries(value).every(
      ([name, of]) =>
        Object.hasOwn(properties, name) || (additionalProperties !== false && fits(of, additionalProperties)),
    ),
  propertyNames: (value, { propertyNames = {} }) =>
    !isMap(value) || Object.keys(value).every((name) => fits(name, propertyNames)),
  anyOf: (value, { anyOf = [] }) => anyOf.some((one) => fits(value, one)),
};

/** Does a value fit a schema? Throws for a word of JSON Schema that it does not know. */
export function fits(value: unknown, schema: JsonSchema): boolean {
  return Object.keys(schema).every((word) => {
    const judge = judges[word];
    if (judge !== undefined) return judge(value, schema);
    if (silent.has(word)) return true;
    throw new Error(`nobody judges by ${word}`);
  });
}
