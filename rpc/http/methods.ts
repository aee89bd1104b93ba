import {
  create,
  createFileRegistry,
  type DescField,
  type DescMessage,
  fromBinary,
  fromJson,
  fromJsonString,
  type JsonObject,
  type JsonValue,
  ScalarType,
  toBinary,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { MaglevError } from '../../domain/errors.js';
import { clip } from '../../domain/text.js';
import { descriptorSetBase64 } from '../generated/descriptors.js';
import { MaglevService } from '../generated/maglev.js';
import { jsonWriter } from './json-writer.js';

/** One method, whose messages travel as JSON. */
export interface JsonMethod {
  /** Of its handler. */
  readonly name: keyof typeof MaglevService;
  readonly path: string;
  readonly streams: boolean;
  /** Throws MGL_REQUEST_INVALID. */
  readonly requestOf: (json: string) => unknown;
  /** The same from what stands behind the question mark of a URL. */
  readonly requestOfQuery: (query: URLSearchParams) => unknown;
  readonly jsonOf: (answer: unknown) => string;
}

/** Longest words about a request that cannot be read: they repeat what a stranger sent. */
const LONGEST_REASON = 300;

/**
 * The methods of service Maglev by their paths, out of the descriptors that reflection hands out: no method is written
 * down here. JSON has every field, also those with their default value, so that nobody has to know them.
 */
export function jsonMethods(): ReadonlyMap<string, JsonMethod> {
  const registry = createFileRegistry(
    fromBinary(FileDescriptorSetSchema, Buffer.from(descriptorSetBase64, 'base64')),
  );
  const names = Object.keys(MaglevService) as (keyof typeof MaglevService)[];
  return new Map(
    names.map((name) => {
      const { path, responseStream, requestDeserialize } = MaglevService[name];
      const [service = '', method = ''] = path.slice(1).split('/');
      const found = registry.getService(service)?.methods.find((one) => one.name === method);
      if (found === undefined) throw new Error(`no descriptor has ${path}`);
      const { input, output } = found;
      return [
        path,
        {
          name,
          path,
          streams: responseStream,
          requestOf: (json) => requestDeserialize(Buffer.from(read(input, json))),
          requestOfQuery: (query) => requestDeserialize(Buffer.from(readQuery(input, query))),
          jsonOf: jsonWriter(output),
        },
      ];
    }),
  );
}

function read(input: DescMessage, json: string): Uint8Array {
  return orInvalid(() => toBinary(input, fromJsonString(input, json)));
}

function readQuery(input: DescMessage, query: URLSearchParams): Uint8Array {
  const values: JsonObject = {};
  for (const key of new Set(query.keys())) {
    const field = input.fields.find(({ name, jsonName }) => name === key || jsonName === key);
    if (field === undefined) throw invalid(`there is no parameter "${clip(key, LONGEST_REASON)}"`);
    values[field.jsonName] = parameterOf(field, query.getAll(key));
  }
  const message = Object.keys(values).length === 0 ? create(input) : orInvalid(() => fromJson(input, values));
  return toBinary(input, message);
}

/** Lists by repeating the parameter; a switch is on when nothing else is said. */
function parameterOf(field: DescField, words: string[]): JsonValue {
  if (field.fieldKind === 'list') return words;
  const [word = '', ...more] = words;
  if (more.length > 0) throw invalid(`the parameter "${field.name}" is there ${words.length} times`);
  const isSwitch = field.fieldKind === 'scalar' && field.scalar === ScalarType.BOOL;
  if (isSwitch && (word === '' || word === 'true')) return true;
  return isSwitch && word === 'false' ? false : word;
}

function orInvalid<T>(read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw invalid(`the request cannot be read: ${clip(reason, LONGEST_REASON)}`);
  }
}

function invalid(message: string): MaglevError {
  return new MaglevError('MGL_REQUEST_INVALID', message);
}
