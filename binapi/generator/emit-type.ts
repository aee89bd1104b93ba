import type { EnumDeclaration, StructDeclaration } from './api-file.js';
import { emitFields } from './emit-fields.js';
import type { ApiModel, TypeDeclaration } from './model.js';
import { typeName } from './names.js';
import { docComment } from './source-text.js';
import { fieldType, structSize, unionSize, type WireType } from './wire-type.js';

/** Source of one declaration and the names that it needs. */
export interface Emitted {
  readonly lines: readonly string[];
  readonly uses: WireType['uses'];
  /** Names of binapi/codec that it needs. */
  readonly codec: readonly ('Reader' | 'Writer' | 'new Reader' | 'new Writer')[];
}

export function emitType(model: ApiModel, module: string, type: TypeDeclaration): Emitted {
  switch (type.kind) {
    case 'enum':
      return emitEnum(type.enumeration);
    case 'alias': {
      const { length } = type.alias;
      const size = length === null ? ({ kind: 'one' } as const) : ({ kind: 'fixed', length } as const);
      const target = fieldType(model, module, {
        name: type.name,
        type: type.alias.type,
        size,
        default: null,
      });
      const of = length === null ? '' : `, ${length} of them`;
      return {
        lines: [
          ...docComment('', `\`${type.name}\`: ${type.alias.type}${of}.`),
          `export type ${typeName(type.name)} = ${target.text};`,
        ],
        uses: target.uses.filter((use) => use.type),
        codec: [],
      };
    }
    case 'union':
      return emitUnion(model, module, type.union);
    case 'struct':
      return emitStruct(model, module, type.struct);
  }
}

function emitEnum({ name, base, flags, members, comment }: EnumDeclaration): Emitted {
  const text = typeName(name);
  const what = flags ? 'Flags that are added up' : 'VPP may send values that are not listed';
  const doc = `\`${name}\` (${base}). ${what}.${comment === null ? '' : `\n${comment}`}`;
  return {
    lines: [
      ...docComment('', doc),
      `export const ${text} = {`,
      ...members.map((member) => `  ${member.name}: ${member.value},`),
      '} as const;',
      `export type ${text} = ${/64$/.test(base) ? 'bigint' : 'number'};`,
    ],
    uses: [],
    codec: [],
  };
}

function emitStruct(model: ApiModel, module: string, struct: StructDeclaration): Emitted {
  const text = typeName(struct.name);
  const fields = emitFields(model, module, struct.fields, { indent: '  ', source: 'value', defaults: false });
  const size = structSize(model, module, struct);
  const doc = `\`${struct.name}\`, ${size} bytes${hasVariable(struct) ? ' and more' : ''}.`;
  return {
    lines: [
      ...docComment('', struct.comment === null ? doc : `${doc}\n${struct.comment}`),
      `export interface ${text} {`,
      ...fields.members,
      '}',
      '',
      `export function read${text}(reader: Reader): ${text} {`,
      ...fields.readBody,
      '}',
      '',
      `export function write${text}(writer: Writer, value: ${text}): void {`,
      ...fields.writeBody,
      '}',
    ],
    uses: fields.uses,
    codec: ['Reader', 'Writer'],
  };
}

/** A union stays raw bytes, because only another field tells what it holds; functions look at it as each member. */
function emitUnion(model: ApiModel, module: string, union: StructDeclaration): Emitted {
  const text = typeName(union.name);
  const size = unionSize(model, module, union);
  const uses: WireType['uses'][number][] = [];
  const lines = [
    ...docComment(
      '',
      `\`${union.name}\`, ${size} bytes: raw, because only another field tells what it holds.`,
    ),
    `export type ${text} = Uint8Array;`,
  ];
  for (const field of union.fields) {
    const member = fieldType(model, module, field);
    const suffix = typeName(field.name);
    uses.push(...member.uses);
    lines.push(
      '',
      ...docComment('', `What is in it when it holds \`${field.name}\`.`),
      `export function ${lower(text)}As${suffix}(raw: ${text}): ${member.text} {`,
      '  const reader = new Reader(raw);',
      `  return ${member.read};`,
      '}',
      '',
      `export function ${lower(text)}Of${suffix}(value: ${member.text}): ${text} {`,
      '  const writer = new Writer();',
      `  ${member.write('value')}`,
      ...(member.size < size ? [`  writer.zeros(${size - member.size});`] : []),
      '  return writer.take();',
      '}',
    );
  }
  return { lines, uses, codec: ['new Reader', 'new Writer'] };
}

function hasVariable(struct: StructDeclaration): boolean {
  return struct.fields.some((field) => field.size.kind === 'variable');
}

function lower(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
