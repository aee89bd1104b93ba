import type { FieldDeclaration, MessageDeclaration, Service } from './api-file.js';
import { emitFields } from './emit-fields.js';
import type { ApiModel } from './model.js';
import { constantName, typeName } from './names.js';
import { docComment, generic, quoted, typedObject } from './source-text.js';
import { fieldType, type WireType } from './wire-type.js';

export interface EmittedMessage {
  readonly lines: readonly string[];
  readonly uses: WireType['uses'];
  /** Names of binapi/codec/message that it needs. */
  readonly codec: readonly string[];
}

/** The role of a message in the services of its module. */
export type Role =
  | { readonly kind: 'request'; readonly service: Service }
  | { readonly kind: 'reply' | 'details' | 'event' };

/**
 * The interface, input type and definition of one message. `fixedId` is its number when all VPPs agree on it. What
 * stands right behind the id and is called client_index or context is the header; the same names further behind
 * are ordinary fields.
 */
export function emitMessage(
  model: ApiModel,
  module: string,
  message: MessageDeclaration,
  role: Role,
  fixedId: number | null,
): EmittedMessage {
  const [header, own] = splitHeader(message.fields);
  const fields = emitFields(model, module, own, { indent: '    ', source: 'fields', defaults: true });
  const text = typeName(message.name);
  const constant = constantName(message.name);
  const offsets = headerOffsets(header);
  const size = message.fields.reduce((sum, field) => sum + fieldType(model, module, field).size, 0);
  const input = fields.defaulted.length === 0 ? text : `${text}Input`;
  const codec: string[] = [];

  const lines = docComment('', describe(message, role));
  if (fields.isEmpty) {
    lines.push(`export type ${text} = NoFields;`);
    codec.push('NoFields');
  } else {
    lines.push(`export interface ${text} {`, ...fields.members, '}');
  }
  if (input !== text) {
    codec.push('Defaulted');
    const keys = fields.defaulted.map(quoted).join(' | ');
    lines.push(
      '',
      ...docComment('', `${text} as it is sent: what has a default may be left out.`),
      ...generic(`export type ${input} = Defaulted`, [text, keys], ';'),
    );
  }

  const definition = definitionType(text, input, role);
  codec.push(definition.name);
  lines.push(
    '',
    ...typedObject(`export const ${constant}: ${definition.name}`, definition.args, [
      `  kind: ${quoted(role.kind)},`,
      ...definition.links,
      `  name: ${quoted(message.name)},`,
      `  crc: ${quoted(message.crc)},`,
      `  nameCrc: ${quoted(`${message.name}_${message.crc}`)},`,
      `  fixedId: ${fixedId},`,
      `  clientIndexAt: ${offsets.clientIndex},`,
      `  contextAt: ${offsets.context},`,
      `  minSize: ${size},`,
      `  hasRetval: ${own.some((field) => field.name === 'retval')},`,
      `  encode: (writer, header${fields.isEmpty ? '' : ', fields'}) => {`,
      '    writer.u16(header.id);',
      ...header.slice(1).map((field) => `    writer.u32(header.${HEADER_FIELDS.get(field.name)});`),
      ...fields.writeBody,
      '  },',
      '  decode: (reader) => {',
      `    reader.skip(${offsets.size});`,
      ...fields.readBody,
      '  },',
    ]),
  );
  return { lines, uses: fields.uses, codec };
}

const HEADER_FIELDS = new Map([
  ['client_index', 'clientIndex'],
  ['context', 'context'],
]);

function splitHeader(
  fields: readonly FieldDeclaration[],
): [readonly FieldDeclaration[], readonly FieldDeclaration[]] {
  let length = 1;
  while (HEADER_FIELDS.has(fields[length]?.name ?? '')) length++;
  return [fields.slice(0, length), fields.slice(length)];
}

function headerOffsets(header: readonly FieldDeclaration[]) {
  const at = (name: string): number | null => {
    const index = header.findIndex((field) => field.name === name);
    return index < 0 ? null : 2 + (index - 1) * 4;
  };
  return { clientIndex: at('client_index'), context: at('context'), size: 2 + (header.length - 1) * 4 };
}

function definitionType(text: string, input: string, role: Role) {
  const own = (...others: string[]) => (input === text ? [text, ...others] : [text, ...others, input]);
  if (role.kind !== 'request') return { name: 'MessageDefinition', args: own(), links: [] };
  const { reply, stream, details } = role.service;
  if (reply === null) return { name: 'OneWayDefinition', args: own(), links: [`  answer: 'none',`] };
  if (details !== null) {
    return {
      name: 'StreamDefinition',
      args: own(typeName(details), typeName(reply)),
      links: [
        `  answer: 'stream',`,
        `  details: ${constantName(details)},`,
        `  reply: ${constantName(reply)},`,
      ],
    };
  }
  if (stream) {
    return {
      name: 'DumpDefinition',
      args: own(typeName(reply)),
      links: [`  answer: 'details',`, `  details: ${constantName(reply)},`],
    };
  }
  return {
    name: 'CallDefinition',
    args: own(typeName(reply)),
    links: [`  answer: 'reply',`, `  reply: ${constantName(reply)},`],
  };
}

function describe(message: MessageDeclaration, role: Role): string {
  const sentences = [`\`${message.name}\`, ${describeRole(role)}.`];
  const { options } = message;
  const replaced = options.get('replaced_by');
  const deprecated = options.get('deprecated') ?? (options.get('status') === 'deprecated' ? '' : undefined);
  if (deprecated !== undefined || replaced !== undefined) {
    const instead = replaced === undefined ? '' : `; use \`${replaced}\``;
    sentences.push(`VPP has deprecated it${deprecated ? ` (${deprecated})` : ''}${instead}.`);
  }
  if (options.has('in_progress') || options.get('status') === 'in_progress') {
    sentences.push('VPP calls it work in progress: it may still change.');
  }
  const text = sentences.join(' ');
  return message.comment === null ? text : `${text}\n${message.comment}`;
}

function describeRole(role: Role): string {
  if (role.kind !== 'request') return role.kind === 'event' ? 'an event' : role.kind;
  const { reply, stream, details } = role.service;
  if (reply === null) return 'a request that is never answered';
  if (details !== null) return `a request, answered by any number of \`${details}\` and then \`${reply}\``;
  return stream ? `a request, answered by any number of \`${reply}\`` : `a request, answered by \`${reply}\``;
}
