import { fromBinary } from '@bufbuild/protobuf';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { type DescriptorProto, FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';

/** Which file declares what, over all files of a descriptor set. */
export interface DescriptorIndex {
  /** Full names, in alphabetical order. */
  readonly services: readonly string[];
  /** That file and all that it imports, itself first, each as serialized FileDescriptorProto. Null: no such file. */
  readonly filesFor: (name: string) => readonly Uint8Array[] | null;
  /** The file that declares a service, method, message, field or enum by its full name. */
  readonly fileOf: (symbol: string) => string | null;
  readonly isMessage: (symbol: string) => boolean;
  /** The numbers of the extensions of a message, each with the file that declares it. */
  readonly extensionsOf: (message: string) => ReadonlyMap<number, string>;
}

interface IndexedFile {
  readonly bytes: Uint8Array;
  readonly imports: readonly string[];
}

/**
 * Reads a serialized FileDescriptorSet. The files are kept as the bytes they came in: clients check that imports,
 * options and order are exactly those of the source. Throws when `set` is not a descriptor set.
 */
export function indexDescriptors(set: Uint8Array): DescriptorIndex {
  const files = new Map<string, IndexedFile>();
  const symbols = new Map<string, string>();
  const messages = new Set<string>();
  const services: string[] = [];
  const extensions = new Map<string, Map<number, string>>();

  for (const bytes of filesOf(set)) {
    const file = fromBinary(FileDescriptorProtoSchema, bytes);
    files.set(file.name, { bytes, imports: file.dependency });
    const scope = file.package === '' ? '' : `${file.package}.`;
    const declare = (symbol: string) => symbols.set(symbol, file.name);
    const declareMessage = (prefix: string, message: DescriptorProto): void => {
      const name = `${prefix}${message.name}`;
      declare(name);
      messages.add(name);
      for (const part of [...message.field, ...message.oneofDecl, ...message.enumType])
        declare(`${name}.${part.name}`);
      for (const nested of message.nestedType) declareMessage(`${name}.`, nested);
    };
    for (const message of file.messageType) declareMessage(scope, message);
    for (const type of file.enumType) declare(`${scope}${type.name}`);
    for (const { name, extendee, number } of file.extension) {
      declare(`${scope}${name}`);
      const message = extendee.replace(/^\./, '');
      extensions.set(message, (extensions.get(message) ?? new Map()).set(number, file.name));
    }
    for (const service of file.service) {
      services.push(`${scope}${service.name}`);
      declare(`${scope}${service.name}`);
      for (const method of service.method) declare(`${scope}${service.name}.${method.name}`);
    }
  }

  return {
    services: services.sort(),
    filesFor: (name) => (files.has(name) ? withImports(files, name) : null),
    fileOf: (symbol) => symbols.get(symbol.replace(/^\./, '')) ?? null,
    isMessage: (symbol) => messages.has(symbol),
    extensionsOf: (message) => extensions.get(message) ?? new Map(),
  };
}

/** The entries of `repeated FileDescriptorProto file = 1`, as they are. */
function filesOf(set: Uint8Array): Uint8Array[] {
  const files: Uint8Array[] = [];
  const reader = new BinaryReader(set);
  while (reader.pos < reader.len) {
    const [field] = reader.tag();
    if (field !== 1) throw new RangeError(`field ${field} in a FileDescriptorSet`);
    files.push(reader.bytes());
  }
  return files;
}

function withImports(files: ReadonlyMap<string, IndexedFile>, first: string): Uint8Array[] {
  const reached = new Set([first]);
  // A Set hands out what is added while it is walked.
  for (const name of reached) for (const next of files.get(name)?.imports ?? []) reached.add(next);
  return [...reached].flatMap((name) => files.get(name)?.bytes ?? []);
}
