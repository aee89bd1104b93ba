/** Pieces of generated source, formatted as Biome formats them, so that the output needs no formatter. */

const LINE_WIDTH = 110;

/** A doc comment, wrapped. Empty lines separate paragraphs. */
export function docComment(indent: string, text: string): string[] {
  const safe = text.replaceAll('*/', '* /').trim();
  const single = `${indent}/** ${safe} */`;
  if (!safe.includes('\n') && single.length <= LINE_WIDTH) return [single];
  const lines = safe.split('\n').flatMap((line) => wrap(line.trim(), LINE_WIDTH - indent.length - 3));
  return [`${indent}/**`, ...lines.map((line) => `${indent} * ${line}`.trimEnd()), `${indent} */`];
}

/** An import of `names`, on one line if they fit. Names are sorted as Biome sorts them. */
export function importStatement(names: ReadonlyMap<string, 'type' | 'value'>, from: string): string[] {
  const sorted = [...names].sort(([a], [b]) => compareNames(a, b));
  const allTypes = sorted.every(([, kind]) => kind === 'type');
  const items = sorted.map(([name, kind]) => (kind === 'type' && !allTypes ? `type ${name}` : name));
  const keyword = allTypes ? 'import type' : 'import';
  const single = `${keyword} { ${items.join(', ')} } from '${from}';`;
  if (single.length <= LINE_WIDTH) return [single];
  return [`${keyword} {`, ...items.map((item) => `  ${item},`), `} from '${from}';`];
}

/** `head[a, b, c]tail`, one item a line if it is too long. */
export function listLiteral(indent: string, head: string, items: readonly string[], tail: string): string[] {
  const single = `${indent}${head}[${items.join(', ')}]${tail}`;
  if (single.length <= LINE_WIDTH) return [single];
  return [`${indent}${head}[`, ...items.map((item) => `${indent}  ${item},`), `${indent}]${tail}`];
}

/** `head<A, B>tail`, one type argument a line if it is too long. */
export function generic(head: string, args: readonly string[], tail: string): string[] {
  const single = `${head}<${args.join(', ')}>${tail}`;
  if (single.length <= LINE_WIDTH) return [single];
  const lines = args.flatMap((arg, i) => typeArgument(i < args.length - 1 ? `${arg},` : arg));
  return [`${head}<`, ...lines, `>${tail}`];
}

/** One line, or one a member of a union. */
function typeArgument(text: string): string[] {
  if (text.length + 2 <= LINE_WIDTH) return [`  ${text}`];
  return text.split(' | ').map((member) => `  | ${member}`);
}

/** `head<A, B> = {`, the members and `};`, broken where Biome breaks it when the first line is too long. */
export function typedObject(head: string, args: readonly string[], members: readonly string[]): string[] {
  const declaration = `${head}<${args.join(', ')}> =`;
  if (declaration.length + 2 <= LINE_WIDTH) return [`${declaration} {`, ...members, '};'];
  if (args.length === 1 || declaration.length <= LINE_WIDTH) {
    return [declaration, '  {', ...members.map((line) => `  ${line}`), '  };'];
  }
  return [...generic(head, args, ' = {'), ...members, '};'];
}

/** `{ a, b }` behind `head`, one name a line if it is too long. */
export function objectLiteral(indent: string, head: string, names: readonly string[]): string[] {
  const single = `${indent}${head}{ ${names.join(', ')} };`;
  if (single.length <= LINE_WIDTH) return [single];
  return [`${indent}${head}{`, ...names.map((name) => `${indent}  ${name},`), `${indent}};`];
}

/** A string literal in single quotes. */
export function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
}

/** Upper and lower case alike, lower case first when nothing else differs, numbers by value. */
function compareNames(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true, sensitivity: 'base' }) || (a < b ? 1 : -1);
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
