import { MaglevError } from '../../domain/errors.js';
import type { AliasDeclaration, ApiFile, EnumDeclaration, StructDeclaration } from './api-file.js';
import { type SelectedPart, type Selection, selectPart } from './selection.js';

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
  /**
   * The modules to generate: those that were asked for and all that they import, in alphabetical order. Of a module of
   * which only some messages were asked for, these and their answers, and the imports that they need.
   */
  readonly modules: readonly ApiFile[];
  /** The types that a module declares itself, as far as they are needed, in the order of its file. */
  readonly ownTypes: (module: string) => readonly TypeDeclaration[];
  /** What `vl_api_<name>_t` means in a module; undefined for a primitive type. */
  readonly lookUp: (module: string, type: string) => OwnedType | undefined;
}

/**
 * Finds out which module each type belongs to. A file repeats the types of the modules that it imports, so a type
 * belongs to the innermost import that has it; the copies must be equal. `read` gives the file of a module, or
 * throws MGL_API_FILE.
 */
export function buildModel(wanted: readonly Selection[], read: (module: string) => ApiFile): ApiModel {
  const files = new Map<string, ApiFile>();
  const load = (module: string): void => {
    if (files.has(module)) return;
    const file = read(module);
    files.set(module, file);
    for (const imported of file.imports) load(imported);
  };
  for (const { module } of wanted) load(module);

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

  const whole = new Set<string>();
  const takeWhole = (module: string): void => {
    if (whole.has(module)) return;
    whole.add(module);
    for (const imported of files.get(module)?.imports ?? []) takeWhole(imported);
  };
  const parts = new Map<string, SelectedPart>();
  for (const { module, messages } of wanted) {
    const file = files.get(module);
    if (file === undefined || messages === null) {
      takeWhole(module);
      continue;
    }
    const part = selectPart(file, messages, (type) => typesIn(declared.get(module)?.get(type)));
    parts.set(module, part);
    for (const type of part.types) {
      const owner = find(module, type)?.module;
      if (owner !== undefined && owner !== module) takeWhole(owner);
    }
  }
  const partOf = (module: string) => (whole.has(module) ? undefined : parts.get(module));

  return {
    modules: [...files.values()]
      .filter(({ module }) => whole.has(module) || parts.has(module))
      .map((file) => partOf(file.module)?.file ?? file)
      .sort((a, b) => (a.module < b.module ? -1 : 1)),
    ownTypes: (module) =>
      [...(declared.get(module)?.values() ?? [])].filter(
        ({ name }) => find(module, name)?.module === module && (partOf(module)?.types.has(name) ?? true),
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

/** As they are called on the wire. */
function typesIn(type: TypeDeclaration | undefined): readonly string[] {
  switch (type?.kind) {
    case undefined:
    case 'enum':
      return [];
    case 'alias':
      return [type.alias.type];
    case 'struct':
      return type.struct.fields.map((field) => field.type);
    case 'union':
      return type.union.fields.map((field) => field.type);
  }
}
