import { Composer, type Document, Lexer, Parser, type YAMLError } from 'yaml';
import { clip } from '../domain/text.js';
import { indentationProblem } from './indentation.js';
import type { PlaceFinder } from './place-finder.js';
import type { Problem } from './problem.js';
import { buildTree } from './yaml-builder.js';
import { readUsual } from './yaml-cst.js';
import type { YamlNode } from './yaml-tree.js';

/** The schema is 6 levels deep; each takes at most a few entries of the parser's stack. */
const MAX_DEPTH = 100;

export interface YamlReading {
  /** null when nothing could be made of the text. */
  readonly root: YamlNode | null;
  readonly problems: readonly Problem[];
  /** Where the YAML stops being right, so that what reaches this far may have been misread; Infinity when it is right. */
  readonly brokenFrom: number;
}

/**
 * YAML text as a tree. One document; no tags, no merge keys, no duplicate keys; anchors and aliases are resolved as
 * long as they stay small.
 */
export function readYaml(text: string, placeOf: PlaceFinder): YamlReading {
  const control = findControlCharacter(text);
  if (control !== null) return broken([control]);
  const usual = readUsual(text, MAX_DEPTH);
  if (usual !== null) return { root: usual, problems: [], brokenFrom: Number.POSITIVE_INFINITY };
  return readComposed(text, placeOf);
}

/** The same by the composer of the yaml library, which knows what is wrong with a text. */
export function readComposed(text: string, placeOf: PlaceFinder): YamlReading {
  const parsed = parse(text);
  if (!Array.isArray(parsed)) return broken([parsed]);
  const faults = parsed.flatMap(({ errors, warnings }) =>
    // Unknown tags are refused by the builder, together with all others.
    [...errors, ...warnings.filter((warning) => warning.code !== 'TAG_RESOLVE_FAILED')],
  );
  const problems = told(faults);
  const indentation = problems.length === 0 ? null : indentationProblem(text);
  if (indentation !== null) {
    const { since, ...problem } = indentation;
    return broken([...problems.filter(({ offset }) => offset < since), problem]);
  }
  const [document, second] = parsed;
  if (second !== undefined) {
    const message = 'a second YAML document begins here: the file must have only one';
    problems.push(problemAt(second.range[0], message));
  }
  if (document === undefined) return broken(problems);
  const tree = buildTree(document.contents, placeOf);
  const brokenFrom = smallest(problems.map((problem) => problem.offset));
  return { root: tree.root, problems: [...problems, ...tree.problems], brokenFrom };
}

/**
 * The documents of the text. `yaml`'s own check for unique keys takes quadratic time, so it is off and the builder
 * checks them. The failsafe schema leaves every scalar as text, which saves time, and keeps a %YAML directive from
 * changing what values mean.
 */
function parse(text: string): Document.Parsed[] | Problem {
  const composer = new Composer({ uniqueKeys: false, prettyErrors: false, schema: 'failsafe' });
  const parser = new Parser();
  const documents: Document.Parsed[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) documents.push(...composer.next(token));
    // Checked while reading, because composing very deep nesting would overflow the stack.
    if (parser.stack.length > MAX_DEPTH) return problemAt(parser.offset, 'YAML: nested too deeply');
  }
  for (const token of parser.end()) documents.push(...composer.next(token));
  documents.push(...composer.end(true, text.length));
  return documents;
}

/** What the library found; without what it says of a colon too many for the second time. */
function told(faults: readonly YAMLError[]): Problem[] {
  const colons = new Set(
    faults.flatMap(({ code, pos }) => (code === 'BLOCK_AS_IMPLICIT_KEY' ? [pos[0]] : [])),
  );
  return faults
    .filter(({ code, pos }) => code !== 'MULTILINE_IMPLICIT_KEY' || !colons.has(pos[0]))
    .map(fromYamlError);
}

function fromYamlError(error: YAMLError): Problem {
  return { ...problemAt(error.pos[0], `YAML: ${explain(error)}`), end: error.pos[1] };
}

/** The library's own words, except where an operator would need YAML's vocabulary to understand them. */
function explain(error: YAMLError): string {
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return 'tabs cannot indent: use spaces';
    case 'BLOCK_AS_IMPLICIT_KEY':
      return 'a second key: value on one line; put quotes around a value that contains a colon';
    case 'MULTILINE_IMPLICIT_KEY':
      return 'a key must end in a colon on the same line';
    default:
      return clip(error.message, 200);
  }
}

/** YAML allows tab, line feed and carriage return only; a file with others is not what somebody typed. */
function findControlCharacter(text: string): Problem | null {
  const match = /(?![\t\n\r\u0085])\p{Cc}/u.exec(text);
  if (match === null) return null;
  const code = match[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  return problemAt(match.index, `control character U+${code}: the file is not plain text`);
}

function problemAt(offset: number, message: string): Problem {
  return { offset, end: offset, path: [], message };
}

function broken(problems: readonly Problem[]): YamlReading {
  return { root: null, problems, brokenFrom: 0 };
}

function smallest(offsets: readonly number[]): number {
  return offsets.reduce((least, offset) => Math.min(least, offset), Number.POSITIVE_INFINITY);
}
