/** A JSON Schema, draft 7: what editors complete, explain and check a file by. Only the words that are used here. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: SchemaType | readonly SchemaType[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | false;
  readonly propertyNames?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

export type SchemaType = 'string' | 'number' | 'integer' | 'boolean' | 'null' | 'object' | 'array';

// What an editor can know of single values. Each takes all that its codec takes. YAML has numbers where a codec reads text,
// and has forgotten which text stood in quotes.

/** Text of one line, in quotes where it would be something else. */
export const lineSchema: JsonSchema = { type: 'string', pattern: '^[^\\p{Cc}\\p{Zl}\\p{Zp}]*$' };

/** Any word, also one that looks like a number. */
export const wordSchema: JsonSchema = { type: ['string', 'number', 'boolean'] };

/** As domain/name.ts has it. */
export const nameSchema: JsonSchema = {
  pattern:
    '^(?! )[^\'"\\\\\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}\\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000]+(?<! )$',
  minLength: 1,
  maxLength: 64,
};

const term = '(\\d+\\.?\\d*|\\.\\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)';

export const durationSchema: JsonSchema = {
  anyOf: [{ type: 'string', pattern: `^([+-]?0|\\+?(${term})+)$` }, { const: 0 }],
  description: 'a duration with its unit, as 200ms, 1.5s or 1m30s',
};

export const periodSchema: JsonSchema = {
  type: 'string',
  pattern: `^\\+?(${term})+$`,
  description: 'a duration with its unit, as 200ms, 1.5s or 1m30s; at least 1ms',
};

const octet = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';

export const addressSchema: JsonSchema = {
  type: 'string',
  pattern: `^(${octet}(\\.${octet}){3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*)$`,
  description: 'a single IPv4 or IPv6 address',
};

const code = '\\s*[1-5]\\d\\d\\s*';

export const codesSchema: JsonSchema = {
  anyOf: [
    { type: 'integer', minimum: 100, maximum: 599 },
    { type: 'string', pattern: `^${code}(-${code})?(,${code}(-${code})?)*$` },
  ],
  description: 'status codes, as 200 or 200-299,301',
};
