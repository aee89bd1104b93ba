import type { FieldDeclaration } from './api-file.js';
import type { ApiModel } from './model.js';
import { localName, propertyName } from './names.js';
import { docComment, objectLiteral } from './source-text.js';
import { COUNT, fieldType, type WireType } from './wire-type.js';

/** The fields of a struct or message, ready to be put into code. */
export interface FieldSet {
  /** The members of its interface; fields that only tell the length of another one are not among them. */
  readonly members: readonly string[];
  /** The body of a function that reads them from `reader` and returns them. */
  readonly readBody: readonly string[];
  /** Statements that write them from `value` or `fields` to `writer`. */
  readonly writeBody: readonly string[];
  readonly uses: WireType['uses'];
  /** Properties that have a default. */
  readonly defaulted: readonly string[];
  readonly isEmpty: boolean;
}

export interface FieldOptions {
  readonly indent: string;
  /** The parameter that holds the fields when they are written. */
  readonly source: string;
  /** Are defaults filled in when a field is left out? */
  readonly defaults: boolean;
}

/** Throws MGL_API_FILE when a field has an unknown type or two fields get the same property. */
export function emitFields(
  model: ApiModel,
  module: string,
  declarations: readonly FieldDeclaration[],
  options: FieldOptions,
): FieldSet {
  const lengthOf = new Map<string, string>();
  for (const { name, size } of declarations) {
    if (size.kind === 'variable' && size.lengthField !== null) lengthOf.set(size.lengthField, name);
  }
  const fields = declarations.map((declaration) => ({
    declaration,
    type: fieldType(model, module, declaration),
    property: propertyName(declaration.name),
    local: localName(declaration.name),
    counts: lengthOf.get(declaration.name),
  }));
  const visible = fields.filter((field) => field.counts === undefined);
  const defaultOf = (field: (typeof fields)[number]) =>
    options.defaults ? literal(field.declaration.default, field.type.text) : null;

  const members = visible.flatMap((field) => {
    const value = defaultOf(field);
    const doc = value === null ? [] : docComment('  ', `Default ${value}.`);
    return [...doc, `  readonly ${field.property}: ${field.type.text};`];
  });

  const { indent, source } = options;
  const writeBody = fields.map((field) => {
    if (field.counts !== undefined) {
      return indent + field.type.write(`${source}.${propertyName(field.counts)}.length`);
    }
    const value = defaultOf(field);
    const expression = `${source}.${field.property}`;
    return indent + field.type.write(value === null ? expression : `${expression} ?? ${value}`);
  });

  return {
    members,
    readBody: lengthOf.size === 0 ? readInPlace(visible, indent) : readInSteps(fields, indent),
    writeBody,
    uses: visible.flatMap((field) => field.type.uses),
    defaulted: visible.filter((field) => defaultOf(field) !== null).map((field) => field.property),
    isEmpty: visible.length === 0,
  };
}

interface Readable {
  readonly declaration: FieldDeclaration;
  readonly type: WireType;
  readonly property: string;
  readonly local: string;
  readonly counts: string | undefined;
}

function readInPlace(fields: readonly Readable[], indent: string): string[] {
  if (fields.length === 0) return [`${indent}return {};`];
  return [
    `${indent}return {`,
    ...fields.map(({ property, type }) => `${indent}  ${property}: ${type.read},`),
    `${indent}};`,
  ];
}

/** With variables: the length of an array is read before the array, and maybe other fields between them. */
function readInSteps(fields: readonly Readable[], indent: string): string[] {
  const lines = fields.map(({ declaration, type, local }) => {
    const lengthField = declaration.size.kind === 'variable' ? declaration.size.lengthField : null;
    const read = lengthField === null ? type.read : type.read.replace(COUNT, localName(lengthField));
    return `${indent}const ${local} = ${read};`;
  });
  const returned = fields
    .filter((field) => field.counts === undefined)
    .map(({ property, local }) => (property === local ? property : `${property}: ${local}`));
  return [...lines, ...objectLiteral(indent, 'return ', returned)];
}

/** Defaults come as numbers, as booleans and, for true, as the string 'true'. */
function literal(value: FieldDeclaration['default'], type: string): string | null {
  if (value === null) return null;
  if (type === 'boolean') return String(value === true || value === 'true' || value === 1);
  return type === 'bigint' ? `${value}n` : String(value);
}
