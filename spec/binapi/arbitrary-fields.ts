import fc from 'fast-check';
import type { FieldDeclaration, StructDeclaration } from '../../binapi/generator/api-file.js';
import type { ApiModel } from '../../binapi/generator/model.js';
import { propertyName } from '../../binapi/generator/names.js';

/** Random values for the fields of a message, made from VPP's description and not from the generated code. */
export function arbitraryFields(
  model: ApiModel,
  module: string,
  fields: readonly FieldDeclaration[],
): fc.Arbitrary<Record<string, unknown>> {
  const lengthFields = new Set(
    fields
      .map(({ size }) => (size.kind === 'variable' ? size.lengthField : null))
      .filter((name) => name !== null),
  );
  const visible = fields.filter((field) => !lengthFields.has(field.name));
  return fc.record(
    Object.fromEntries(
      visible.map((field) => [propertyName(field.name), arbitraryField(model, module, field)]),
    ),
    { noNullPrototype: true },
  );
}

function arbitraryField(model: ApiModel, module: string, field: FieldDeclaration): fc.Arbitrary<unknown> {
  const { type, size } = field;
  if (type === 'string') {
    const limit = size.kind === 'fixed' ? size.length - 1 : 200;
    return fc
      .string({ unit: 'grapheme', maxLength: limit })
      .filter((text) => !text.includes('\0') && Buffer.byteLength(text) <= limit);
  }
  if (size.kind === 'one') return arbitraryNamed(model, module, type);
  const bounds =
    size.kind === 'fixed' ? { minLength: size.length, maxLength: size.length } : { maxLength: 20 };
  return type === 'u8' ? fc.uint8Array(bounds) : fc.array(arbitraryNamed(model, module, type), bounds);
}

function arbitraryNamed(model: ApiModel, module: string, type: string): fc.Arbitrary<unknown> {
  const owned = model.lookUp(module, type);
  if (owned === undefined) return arbitraryPrimitive(type);
  switch (owned.type.kind) {
    case 'enum':
      return arbitraryPrimitive(owned.type.enumeration.base);
    case 'alias': {
      const { alias } = owned.type;
      const size =
        alias.length === null
          ? ({ kind: 'one' } as const)
          : ({ kind: 'fixed', length: alias.length } as const);
      return arbitraryField(model, owned.module, { name: alias.name, type: alias.type, size, default: null });
    }
    case 'union':
      return fc.uint8Array({ minLength: 16, maxLength: 16 });
    case 'struct':
      return arbitraryStruct(model, owned.module, owned.type.struct);
  }
}

function arbitraryStruct(model: ApiModel, module: string, struct: StructDeclaration) {
  return arbitraryFields(model, module, struct.fields);
}

function arbitraryPrimitive(type: string): fc.Arbitrary<unknown> {
  const bits = Number(type.slice(1));
  switch (type[0]) {
    case 'b':
      return fc.boolean();
    case 'f':
      return fc.double({ noNaN: true });
    case 'u':
      return bits === 64
        ? fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
        : fc.oneof(fc.nat(2 ** Math.min(bits, 31) - 1), fc.constant(2 ** bits - 1));
    default:
      return bits === 64
        ? fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
        : fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 });
  }
}
