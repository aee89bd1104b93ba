import { Lexer, Parser } from 'yaml';
import { type Condensed, condense, uncondensed } from './condensed.js';
import { CstTree } from './cst-tree.js';
import type { YamlNode } from './yaml-tree.js';

/** Lexemes between two looks at what is complete: some tens of lines. */
const LEXEMES_A_LOOK = 1024;

/**
 * The tree of a text in which everything is as usual; null when the composer of the yaml library has to be asked, which
 * takes twice as long: about everything that is wrong, and what is rare. The same tree as it would lead to, however often
 * is looked at what is complete. What looks like something else in the text is left to the library once.
 */
export function readUsual(text: string, maxDepth: number, lexemesALook = LEXEMES_A_LOOK): YamlNode | null {
  const condensed = condense(text);
  const root = read(text, condensed, maxDepth, lexemesALook);
  if (root !== null || condensed.gaps.length === 0) return root;
  return read(text, uncondensed(text), maxDepth, lexemesALook);
}

function read(text: string, condensed: Condensed, maxDepth: number, lexemesALook: number): YamlNode | null {
  const parser = new Parser();
  const tree = new CstTree(text, condensed);
  let root: YamlNode | null = null;
  let lexemes = 0;
  const { gaps } = condensed;
  let passed = 0;
  let gapAt = gaps[0]?.from ?? Number.POSITIVE_INFINITY;
  for (const lexeme of new Lexer().lex(condensed.text)) {
    if (parser.offset >= gapAt) {
      // What was left out began in the middle of something.
      if (parser.offset > gapAt) return null;
      parser.offset = gaps[passed]?.to ?? gapAt;
      gapAt = gaps[++passed]?.from ?? Number.POSITIVE_INFINITY;
    }
    for (const token of parser.next(lexeme)) if (!isPrelude(token.type)) return null;
    if (parser.stack.length > maxDepth) return null;
    if (++lexemes % lexemesALook > 0) continue;
    tree.takeFrom(parser.stack);
    if (tree.unusual) return null;
  }
  for (const token of parser.end()) {
    if (token.type === 'document' && root === null) root = tree.contentsOf(token);
    else if (!isPrelude(token.type)) return null;
  }
  return tree.unusual ? null : root;
}

function isPrelude(type: string): boolean {
  return type === 'space' || type === 'comment' || type === 'newline';
}
