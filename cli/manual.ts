import type { Command } from './command.js';
import { type ProtoMessage, parseProto } from './proto-text.js';

/** The table of commands in the user guide. */
export function commandTable(commands: readonly Command[]): string {
  const rows = commands.map(
    ({ usage, help }) => `| \`${usage.replaceAll('|', '\\|')}\` | ${help.replaceAll('|', '\\|')} |`,
  );
  return ['| command | what it does |', '|---|---|', ...rows].join('\n');
}

/** docs/cli-json.md: what --json prints, from the commands and the contract. */
export function jsonPage(commands: readonly Command[], proto: string): string {
  const messages = parseProto(proto);
  const rows = commands.map(({ usage, json }) => `| \`${usage}\` | ${linked(json, messages)} |`);
  const needed = reachable(commands, messages);
  const sections = [...messages.values()]
    .filter(({ name }) => needed.has(name))
    .map((one) => section(one, messages));
  return `${introduction}
| command | document |
|---|---|
${rows.join('\n')}

## Messages

${sections.join('\n')}`;
}

const introduction = `# JSON of maglevc

Written by \`npm run docs\` from the commands of maglevc and from \`rpc/maglev.proto\`; a spec holds them equal.

With \`--json\`, or \`| json\` behind a command, maglevc prints one JSON document on standard output. Commands that go on
(\`watch\`) print one document a line. Documents are stable: fields are only ever added. A reader ignores what it does not know.

- A number of 64 bits is a text of decimal digits, as proto3's JSON has it; moments and lengths of time are in nanoseconds.
- A field that is *absent* when there is nothing to say is marked so; lists are there also when they are empty.
- A command that fails prints \`{"error": {"code", "status", "message", "advice"}}\`: \`code\` as in [errors.md](errors.md), \`status\` as gRPC
  names it. A check, a reload, a sync or a wait that was carried out and has bad news prints its document, and exits with 1.
- With several servers the document is \`{"differs", "servers"}\`: whether they differ in anything but moments and ages, and a list
  of \`server\`, \`exitCode\`, and \`result\` or \`error\`. What goes on prints \`{"server", "result"}\` a line.

## Commands
`;

function linked(json: string, messages: ReadonlyMap<string, ProtoMessage>): string {
  const link = (name: string) => (messages.has(name) ? `[${name}](#${name.toLowerCase()})` : null);
  return link(json) ?? json.replaceAll(/`(\w+)`/g, (code, name: string) => link(name) ?? code);
}

function reachable(commands: readonly Command[], messages: ReadonlyMap<string, ProtoMessage>): Set<string> {
  const found = new Set<string>();
  const visit = (name: string) => {
    const message = messages.get(name);
    if (message === undefined || found.has(name)) return;
    found.add(name);
    for (const { type } of message.fields) visit(type);
  };
  for (const { json } of commands) for (const [name] of json.matchAll(/\w+/g)) visit(name);
  return found;
}

function section(
  { name, comment, fields }: ProtoMessage,
  messages: ReadonlyMap<string, ProtoMessage>,
): string {
  const rows = fields.map(({ jsonName, type, label, comment: says }) => {
    const one = messages.has(type) ? `[${type}](#${type.toLowerCase()})` : (jsonTypes[type] ?? type);
    const absent = label === 'optional' || label === 'one' || (messages.has(type) && label === '');
    return `| \`${jsonName}\` | ${label === 'repeated' ? `list of ${one}` : one}${absent ? ', may be absent' : ''} | ${says.replaceAll('|', '\\|')} |`;
  });
  const table = rows.length === 0 ? '' : `\n| field | type | meaning |\n|---|---|---|\n${rows.join('\n')}\n`;
  return `### ${name}\n\n${comment}\n${table}`;
}

const jsonTypes: Readonly<Record<string, string>> = {
  string: 'text',
  bool: 'true or false',
  uint32: 'number',
  int32: 'number',
  double: 'number',
  uint64: 'decimal text',
  int64: 'decimal text',
};
