import { MaglevError } from '../../domain/errors.js';
import type { FieldDeclaration, StructDeclaration } from './api-file.js';
import type { ApiModel, OwnedType } from './model.js';
import { typeName } from './names.js';

/** How a type looks in TypeScript and how it is read and written: pieces of the code to generate. */
export interface WireType {
  /** `number`, `Address`. */
  readonly text: string;
  /** Bytes; of a variable type the least that it can have. */
  readonly size: number;
  /** An expression that reads one from `reader`. */
  readonly read: string;
  /** A statement that writes the value of an expression to `writer`. */
  readonly write: (value: string) => string;
  /** Names that the code needs from other modules or from this one. */
  readonly uses: readonly { readonly module: string; readonly name: string; readonly type: boolean }[];
  /** Is it a single byte, so that an array of it is a Uint8Array? */
  readonly isByte: boolean;
}

const primitives: Readonly<Record<string, { readonly text: string; readonly size: number }>> = {
  u8: { text: 'number', size: 1 },
  i8: { text: 'number', size: 1 },
  u16: { text: 'number', size: 2 },
  i16: { text: 'number', size: 2 },
  u32: { text: 'number', size: 4 },
  i32: { text: 'number', size: 4 },
  u64: { text: 'bigint', size: 8 },
  i64: { text: 'bigint', size: 8 },
  f64: { text: 'number', size: 8 },
  bool: { text: 'boolean', size: 1 },
};

/** The type of one field of `module`, arrays and strings included. */
export function fieldType(model: ApiModel, module: string, field: FieldDeclaration): WireType {
  if (field.type === 'string') return stringType(field);
  const item = namedType(model, module, field.type);
  switch (field.size.kind) {
    case 'one':
      return item;
    case 'fixed':
      return arrayType(item, String(field.size.length), field.size.length);
    case 'variable':
      return arrayType(item, null, 0);
  }
}

/** The type `u8` or `vl_api_<name>_t` as it is called in `module`. */
function namedType(model: ApiModel, module: string, type: string): WireType {
  const owned = model.lookUp(module, type);
  return owned === undefined ? primitiveType(module, type) : ownedType(model, owned);
}

/** Bytes of a struct with all variable fields empty. */
export function structSize(model: ApiModel, module: string, struct: StructDeclaration): number {
  return struct.fields.reduce((sum, field) => sum + fieldType(model, module, field).size, 0);
}

/** Bytes of a union: those of its largest member. */
export function unionSize(model: ApiModel, module: string, union: StructDeclaration): number {
  return Math.max(0, ...union.fields.map((field) => fieldType(model, module, field).size));
}

function primitiveType(module: string, type: string): WireType {
  const primitive = primitives[type];
  if (primitive === undefined)
    throw new MaglevError('MGL_API_FILE', `${module} uses the unknown type ${type}`);
  return {
    ...primitive,
    read: `reader.${type}()`,
    write: (value) => `writer.${type}(${value});`,
    uses: [],
    isByte: type === 'u8',
  };
}

function stringType(field: FieldDeclaration): WireType {
  if (field.size.kind === 'fixed') {
    const { length } = field.size;
    return {
      text: 'string',
      size: length,
      read: `reader.fixedString(${length})`,
      write: (value) => `writer.fixedString(${value}, ${length});`,
      uses: [],
      isByte: false,
    };
  }
  return {
    text: 'string',
    size: 4,
    read: 'reader.variableString()',
    write: (value) => `writer.variableString(${value});`,
    uses: [],
    isByte: false,
  };
}

/** `length` null: the number of items is in a variable named COUNT, which the caller replaces. */
function arrayType(item: WireType, length: string | null, items: number): WireType {
  const count = length ?? COUNT;
  const of = (value: string) => length ?? `${value}.length`;
  if (item.isByte) {
    return {
      text: 'Uint8Array',
      size: items,
      read: `reader.bytes(${count})`,
      write: (value) => `writer.bytes(${value}, ${of(value)});`,
      uses: item.uses.filter((use) => use.type),
      isByte: false,
    };
  }
  const read = item.read.replace(/\(reader\)$/, '');
  const reader = read === item.read ? `() => ${read}` : read;
  const write = /^(\w+)\(writer, item\);$/.exec(item.write('item'))?.[1];
  return {
    text: `readonly ${item.text}[]`,
    size: items * item.size,
    read: `reader.array(${count}, ${item.size}, ${reader})`,
    write: (value) =>
      `writer.array(${value}, ${of(value)}, ${write ?? `(_, item) => ${item.write('item').slice(0, -1)}`});`,
    uses: item.uses,
    isByte: false,
  };
}

/** Stands in the reading expression of a variable array for the number of its items. */
export const COUNT = '$count';

function ownedType(model: ApiModel, { module, type }: OwnedType): WireType {
  const text = typeName(type.name);
  const typeUse = { module, name: text, type: true };
  switch (type.kind) {
    case 'enum':
      return { ...primitiveType(module, type.enumeration.base), text, uses: [typeUse], isByte: false };
    case 'alias': {
      const target = namedType(model, module, type.alias.type);
      const { length } = type.alias;
      const aliased = length === null ? target : arrayType(target, String(length), length);
      return { ...aliased, text, uses: [typeUse, ...aliased.uses.filter((use) => !use.type)], isByte: false };
    }
    case 'union': {
      const size = unionSize(model, module, type.union);
      return {
        text,
        size,
        read: `reader.bytes(${size})`,
        write: (value) => `writer.bytes(${value}, ${size});`,
        uses: [typeUse],
        isByte: false,
      };
    }
    case 'struct':
      return {
        text,
        size: structSize(model, module, type.struct),
        read: `read${text}(reader)`,
        write: (value) => `write${text}(writer, ${value});`,
        uses: [
          typeUse,
          { module, name: `read${text}`, type: false },
          { module, name: `write${text}`, type: false },
        ],
        isByte: false,
      };
  }
}
