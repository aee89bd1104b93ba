import { MaglevError } from '../../domain/errors.js';

/** One `*.api.json` as VPP's own API compiler writes it, with its shape checked. */
export interface ApiFile {
  /** `lb`. */
  readonly module: string;
  readonly version: string;
  /** 8 hex digits. */
  readonly crc: string;
  /** Modules whose types it uses. Those types are repeated in the file itself. */
  readonly imports: readonly string[];
  readonly structs: readonly StructDeclaration[];
  readonly unions: readonly StructDeclaration[];
  readonly enums: readonly EnumDeclaration[];
  readonly aliases: readonly AliasDeclaration[];
  readonly messages: readonly MessageDeclaration[];
  readonly services: ReadonlyMap<string, Service>;
}

export interface StructDeclaration {
  readonly name: string;
  readonly fields: readonly FieldDeclaration[];
  readonly comment: string | null;
}

export interface FieldDeclaration {
  readonly name: string;
  /** A primitive type or `vl_api_<name>_t`. */
  readonly type: string;
  readonly size:
    | { readonly kind: 'one' }
    | { readonly kind: 'fixed'; readonly length: number }
    /** lengthField null: a string with its length before it. */
    | { readonly kind: 'variable'; readonly lengthField: string | null };
  readonly default: number | boolean | string | null;
}

export interface EnumDeclaration {
  readonly name: string;
  readonly flags: boolean;
  /** The integer type it is sent as. */
  readonly base: string;
  readonly members: readonly { readonly name: string; readonly value: number }[];
  readonly comment: string | null;
}

export interface AliasDeclaration {
  readonly name: string;
  readonly type: string;
  readonly length: number | null;
}

export interface MessageDeclaration extends StructDeclaration {
  /** 8 hex digits, as VPP computed it: it cannot be computed anew from the file. */
  readonly crc: string;
  readonly options: ReadonlyMap<string, string>;
}

export interface Service {
  /** null: never answered. */
  readonly reply: string | null;
  readonly stream: boolean;
  /** The details that come before the reply of a stream. */
  readonly details: string | null;
  readonly events: readonly string[];
}

/** Reads the text of a file `<module>.api.json`. Throws MGL_API_FILE, saying which part is wrong. */
export function parseApiFile(module: string, text: string): ApiFile {
  try {
    return apiFile(module, JSON.parse(text));
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new MaglevError('MGL_API_FILE', `${module}.api.json: ${why}`, { cause: thrown });
  }
}

function apiFile(fileModule: string, json: unknown): ApiFile {
  const {
    module,
    options,
    vl_api_version,
    imports,
    types,
    unions,
    enums,
    enumflags,
    aliases,
    messages,
    services,
  } = object(json, 'the file');
  const { version } = object(options ?? {}, 'options');
  return {
    // Files of VPP before 26.06 do not say their module.
    module: module === undefined ? fileModule : string(module, 'module'),
    version: version === undefined ? '' : string(version, 'version'),
    crc: crc(vl_api_version, 'vl_api_version'),
    imports: list(imports ?? [], 'imports').map((path) => importedModule(string(path, 'imports'))),
    structs: list(types, 'types').map(struct),
    unions: list(unions, 'unions').map(struct),
    enums: [
      ...list(enums, 'enums').map((item) => enumeration(item, false)),
      ...list(enumflags ?? [], 'enumflags').map((item) => enumeration(item, true)),
    ],
    aliases: entries(aliases, 'aliases').map(([name, value]) => alias(name, value)),
    messages: list(messages, 'messages').map(message),
    services: new Map(entries(services, 'services').map(([name, value]) => [name, service(name, value)])),
  };
}

/** `plugins/lb/lb_types.api` is the module lb_types. */
function importedModule(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.api$/, '');
}

function struct(json: unknown): StructDeclaration {
  const [head, ...rest] = list(json, 'a type');
  const name = string(head, 'the name of a type');
  return {
    name,
    fields: rest.filter(Array.isArray).map((item) => field(name, item)),
    comment: comment(rest),
  };
}

function message(json: unknown): MessageDeclaration {
  const declared = struct(json);
  const facts = object(list(json, 'a message').at(-1), `the last item of message ${declared.name}`);
  const { crc: digits, options } = facts;
  const named = entries(options ?? {}, `the options of ${declared.name}`);
  return {
    ...declared,
    crc: crc(digits, `the crc of ${declared.name}`),
    options: new Map(named.map(([name, value]) => [name, value === null ? '' : String(value)])),
  };
}

function field(owner: string, json: unknown): FieldDeclaration {
  const items = list(json, `a field of ${owner}`);
  const { default: declared } = items.find(isObject) ?? {};
  const [type, name, length, lengthField] = items.filter((item) => !isObject(item));
  const what = `field ${String(name)} of ${owner}`;
  return {
    type: string(type, `the type of ${what}`),
    name: string(name, `the name of a field of ${owner}`),
    size: fieldSize(what, type === 'string', length, lengthField),
    default: declared === undefined ? null : scalar(declared, `the default of ${what}`),
  };
}

function fieldSize(
  what: string,
  text: boolean,
  length: unknown,
  lengthField: unknown,
): FieldDeclaration['size'] {
  if (length === undefined || length === null) return { kind: 'one' };
  const count = number(length, `the length of ${what}`);
  if (count > 0) return { kind: 'fixed', length: count };
  if (text) return { kind: 'variable', lengthField: null };
  return { kind: 'variable', lengthField: string(lengthField, `the length field of ${what}`) };
}

function enumeration(json: unknown, flags: boolean): EnumDeclaration {
  const [head, ...rest] = list(json, 'an enum');
  const name = string(head, 'the name of an enum');
  const { enumtype } = rest.find(isObject) ?? {};
  return {
    name,
    flags,
    base: enumtype === undefined ? 'u32' : string(enumtype, `the type of enum ${name}`),
    members: rest.filter(Array.isArray).map(([member, value]) => ({
      name: string(member, `a member of enum ${name}`),
      value: number(value, `a value of enum ${name}`),
    })),
    comment: comment(rest),
  };
}

function alias(name: string, json: unknown): AliasDeclaration {
  const { type, length } = object(json, `alias ${name}`);
  return {
    name,
    type: string(type, `the type of alias ${name}`),
    length: length === undefined ? null : number(length, `the length of alias ${name}`),
  };
}

function service(name: string, json: unknown): Service {
  const { reply, stream, stream_msg, events } = object(json, `service ${name}`);
  const answer = string(reply, `the reply of service ${name}`);
  return {
    reply: answer === 'null' ? null : answer,
    stream: stream === true,
    details: stream_msg === undefined ? null : string(stream_msg, `stream_msg of ${name}`),
    events: list(events ?? [], `the events of service ${name}`).map((event) => string(event, 'event')),
  };
}

function comment(items: readonly unknown[]): string | null {
  const { comment: text } = items.find(isObject) ?? {};
  return typeof text === 'string' ? text : null;
}

/** Files print crcs without leading zeros. */
function crc(json: unknown, what: string): string {
  const digits = /^0x([0-9a-f]{1,8})$/i.exec(string(json, what))?.[1];
  if (digits === undefined) throw new TypeError(`${what} is not a crc`);
  return digits.toLowerCase().padStart(8, '0');
}

function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function object(json: unknown, what: string): Readonly<Record<string, unknown>> {
  if (isObject(json)) return json;
  throw new TypeError(`${what} is not an object`);
}

function entries(json: unknown, what: string): [string, unknown][] {
  return Object.entries(object(json, what));
}

function list(json: unknown, what: string): readonly unknown[] {
  if (Array.isArray(json)) return json;
  throw new TypeError(`${what} is not a list`);
}

function string(json: unknown, what: string): string {
  if (typeof json === 'string') return json;
  throw new TypeError(`${what} is not a string`);
}

function number(json: unknown, what: string): number {
  if (typeof json === 'number') return json;
  throw new TypeError(`${what} is not a number`);
}

function scalar(json: unknown, what: string): number | boolean | string {
  if (typeof json === 'number' || typeof json === 'boolean' || typeof json === 'string') return json;
  throw new TypeError(`${what} is neither number, boolean nor string`);
}
