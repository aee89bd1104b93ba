import { MaglevError } from '../../domain/errors.js';
import type { AliasDeclaration, ApiFile, EnumDeclaration, StructDeclaration } from './api-file.js';

/** A type that a module declares. */
export type TypeDeclaration =
  | { readonly kind: 'struct'; readonly name: string; readonly struct: StructDeclaration }
  | { readonly kind: 'union'; readonly name: string; readonly union: StructDeclaration }
  | { readonly kind: 'enum'; readonly name: string; readonly enumeration: EnumDeclaration }
  | { readonly kind: 'alias'; readonly name: string; readonly alias: AliasDeclaration };

/** A declared type and the module that it belongs to. */
export interface OwnedType {
  readonly module: string;
  readonly type: TypeDeclaration;
}

export interface ApiModel {
  /** The modules to generate: those that were asked for and all that they import, in alphabetical order. */
  readonly modules: readonly ApiFile[];
  /** The types that a module declares itself, in the order of its file. */
  readonly ownTypes: (module: string) => readonly TypeDeclaration[];
  /** What `vl_api_<name>_t` means in a module; undefined for a primitive type. */
  readonly lookUp: (module: string, type: string) => OwnedType | undefined;
}

/**
 * Finds out which module each type belongs to. A file repeats the types of the modules that it imports, so a type
 * belongs to the innermost import that has it; the copies must be equal. `read` gives the file of a module, or
 * throws MGL_API_FILE.
 */
export function buildModel(wanted: readonly string[], read: (module: string) => ApiFile): ApiModel {
  const files = new Map<string, ApiFile>();
  const load = (module: string): void => {
    if (files.has(module)) return;
    const file = read(module);
    files.set(module, file);
    for (const imported of file.imports) load(imported);
  };
  for (const module of wanted) load(module);

  const declared = new Map([...files].map(([module, file]) => [module, declarations(file)]));
  const find = (module: string, name: string): OwnedType | undefined => {
    const type = declared.get(module)?.get(name);
    if (type === undefined) return undefined;
    for (const imported of files.get(module)?.imports ?? []) {
      const owned = find(imported, name);
      if (owned === undefined) continue;
      if (JSON.stringify(owned.type) !== JSON.stringify(type)) {
        throw new MaglevError('MGL_API_FILE', `${module} and ${owned.module} declare ${name} differently`);
      }
      return owned;
    }
    return { module, type };
  };

  return {
    modules: [...files.values()].sort((a, b) => (a.module < b.module ? -1 : 1)),
    ownTypes: (module) =>
      [...(declared.get(module)?.values() ?? [])].filter(
        (type) => find(module, type.name)?.module === module,
      ),
    lookUp: (module, type) => {
      const name = /^vl_api_(.*)_t$/.exec(type)?.[1];
      if (name === undefined) return undefined;
      const owned = find(module, name);
      if (owned !== undefined) return owned;
      throw new MaglevError('MGL_API_FILE', `${module} uses the type ${name} but does not declare it`);
    },
  };
}

function declarations(file: ApiFile): Map<string, TypeDeclaration> {
  const types: TypeDeclaration[] = [
    ...file.enums.map((enumeration) => ({ kind: 'enum' as const, name: enumeration.name, enumeration })),
    ...file.aliases.map((alias) => ({ kind: 'alias' as const, name: alias.name, alias })),
    ...file.structs.map((struct) => ({ kind: 'struct' as const, name: struct.name, struct })),
    ...file.unions.map((union) => ({ kind: 'union' as const, name: union.name, union })),
  ];
  return new Map(types.map((type) => [type.name, type]));
}
