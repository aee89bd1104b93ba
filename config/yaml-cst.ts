import { Lexer, Parser } from 'yaml';
import { CstTree } from './cst-tree.js';
import type { YamlNode } from './yaml-tree.js';

/** Lexemes between two looks at what is complete: some tens of lines. */
const LEXEMES_A_LOOK = 1024;

/**
 * The tree of a text in which everything is as usual; null when the composer of the yaml library has to be asked, which
 * takes twice as long: about everything that is wrong, and what is rare. The same tree as it would lead to, however often
 * is looked at what is complete.
 */
export function readUsual(text: string, maxDepth: number, lexemesALook = LEXEMES_A_LOOK): YamlNode | null {
  const parser = new Parser();
  const tree = new CstTree();
  let root: YamlNode | null = null;
  let lexemes = 0;
  const lexer = new Lexer();
  for (const lexeme of lexer.lex(text)) {
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
