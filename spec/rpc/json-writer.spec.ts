import {
  create,
  createFileRegistry,
  type DescField,
  type DescMessage,
  fromBinary,
  type Message,
  ScalarType,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import { reflect } from '@bufbuild/protobuf/reflect';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import fc from 'fast-check';
import { descriptorSetBase64 } from '../../rpc/generated/descriptors.js';
import { MaglevService } from '../../rpc/generated/maglev.js';
import { jsonWriter } from '../../rpc/http/json-writer.js';

const registry = createFileRegistry(
  fromBinary(FileDescriptorSetSchema, Buffer.from(descriptorSetBase64, 'base64')),
);

/** Values of one field that the .proto file allows. */
function anyScalar(scalar: ScalarType | undefined): fc.Arbitrary<unknown> {
  switch (scalar) {
    case ScalarType.STRING:
      return fc.oneof(fc.string({ unit: 'grapheme', maxLength: 8 }), fc.constantFrom('', '"\\', '\u2028\n'));
    case ScalarType.BOOL:
      return fc.boolean();
    case ScalarType.UINT32:
      return fc.nat(2 ** 31);
    case ScalarType.INT64:
      return fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n);
    case ScalarType.UINT64:
      return fc.bigInt(0n, 2n ** 64n - 1n);
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return fc.oneof(fc.integer(), fc.constantFrom(0.5, Number.NaN, Number.POSITIVE_INFINITY, -1e-7));
    default:
      return fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  }
}

function anyMessage(message: DescMessage, depth: number): fc.Arbitrary<Message> {
  const fields = message.fields.map((field) => fc.option(anyField(field, depth), { nil: undefined }));
  return fc.tuple(...fields).map((values) => {
    const made = reflect(message);
    for (const [i, value] of values.entries()) {
      const field = message.fields[i];
      if (value === undefined || field === undefined) continue;
      if (field.fieldKind === 'list')
        for (const item of value as unknown[]) made.get(field).add(item as never);
      else made.set(field, value as never);
    }
    return made.message;
  });
}

function anyField(field: DescField, depth: number): fc.Arbitrary<unknown> {
  const one =
    field.message === undefined
      ? anyScalar(field.fieldKind === 'map' ? undefined : field.scalar)
      : depth === 0
        ? fc.constant(reflect(field.message, create(field.message)))
        : anyMessage(field.message, depth - 1).map((made) => reflect(field.message as DescMessage, made));
  return field.fieldKind === 'list' ? fc.array(one, { maxLength: 2 }) : one;
}

describe('rpc/http/json-writer', () => {
  for (const { path, responseDeserialize } of Object.values(MaglevService)) {
    const [service = '', method = ''] = path.slice(1).split('/');
    it(`writes any answer of ${method} as the library does`, () => {
      const output = registry.getService(service)?.methods.find(({ name }) => name === method)?.output;
      if (output === undefined) throw new Error(`no descriptor has ${path}`);
      const write = jsonWriter(output);
      fc.assert(
        fc.property(anyMessage(output, 2), (message) => {
          const answer = responseDeserialize(Buffer.from(toBinary(output, message)));
          expect(JSON.parse(write(answer))).to.deep.equal(
            toJson(output, message, { alwaysEmitImplicit: true }),
          );
        }),
        { numRuns: 15 },
      );
    });
  }
});
