/** A message of a .proto file, with what its comments say. */
export interface ProtoMessage {
  readonly name: string;
  readonly comment: string;
  readonly fields: readonly ProtoField[];
}

export interface ProtoField {
  /** In the case of proto3's JSON: `stateSinceNs`. */
  readonly jsonName: string;
  readonly type: string;
  /** `one`: at most one of its group is there. */
  readonly label: '' | 'optional' | 'repeated' | 'one';
  readonly comment: string;
}

/** Messages by their names, in the order of the file. As much of the language as rpc/maglev.proto has. */
export function parseProto(text: string): ReadonlyMap<string, ProtoMessage> {
  const messages = new Map<string, ProtoMessage>();
  let comment: string[] = [];
  let open: { name: string; comment: string; fields: ProtoField[] } | null = null;
  let inOneOf = false;
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    const [, begun, closed] = /^message (\w+) \{(\})?$/.exec(line) ?? [];
    const [, label = '', type, name] =
      /^(optional |repeated )?([\w.]+) (\w+) = \d+(?: \[.*\])?;$/.exec(line) ?? [];
    if (line.startsWith('//')) {
      comment.push(line.slice(2).trim());
      continue;
    }
    if (begun !== undefined) {
      const message = { name: begun, comment: comment.join(' '), fields: [] };
      messages.set(begun, message);
      open = closed === undefined ? message : null;
    } else if (/^oneof /.test(line)) inOneOf = true;
    else if (line === '}' && inOneOf) inOneOf = false;
    else if (line === '}') open = null;
    else if (open !== null && type !== undefined && name !== undefined) {
      const kind = inOneOf ? 'one' : (label.trim() as ProtoField['label']);
      open.fields.push({ jsonName: jsonName(name), type, label: kind, comment: comment.join(' ') });
    }
    comment = [];
  }
  return messages;
}

function jsonName(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
