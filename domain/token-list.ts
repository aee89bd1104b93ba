import { createHash } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { type Role, roles, type TokenOwner } from './access.js';
import { quote } from './text.js';

/** Anything shorter could be guessed from its hash: it is one that computes fast, for tokens that nobody chose. */
const SHORTEST = 20;

/** The form in which a token is kept. */
export function hashOfToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** What is wrong with a token, as the end of a sentence; null when it can be one. It travels in an HTTP header. */
export function tokenRule(token: string): string | null {
  if (!/^[\x21-\x7e]*$/.test(token)) return 'must be one word of printable ASCII characters';
  if (token.length < SHORTEST) {
    return `has ${token.length} characters: at least ${SHORTEST}, and not chosen by a person (\`openssl rand -hex 32\`)`;
  }
  return null;
}

/**
 * Reads a file of tokens: on each line a name, a role and `sha256:` with the hash in hex; `#` begins a comment. The left
 * side is what is wrong, as the end of a sentence that the name of the file begins.
 */
export function parseTokens(text: string): E.Either<string, ReadonlyMap<string, TokenOwner>> {
  const tokens = new Map<string, TokenOwner>();
  const names = new Set<string>();
  for (const [index, line] of text.split('\n').entries()) {
    const words = line.replace(/(^|\s)#.*/, '').trim();
    if (words === '') continue;
    const wrong = (what: string) => E.left(`is wrong in line ${index + 1}: ${what}`);
    const [name = '', role = '', hash = '', ...more] = words.split(/\s+/);
    if (hash === '' || more.length > 0) {
      return wrong('it must have a name, a role and what `maglevd --hash-token` prints');
    }
    if (!/^[\w.@-]{1,64}$/.test(name))
      return wrong(`${quote(name)} is no name: letters, digits and . _ @ - only`);
    if (!isRole(role)) return wrong(`${quote(role)} is no role: one of ${roles.join(', ')}`);
    const digest = /^sha256:([0-9a-f]{64})$/.exec(hash)?.[1];
    // The text is not quoted: it may be a token that was written without being hashed.
    if (digest === undefined) return wrong('its last word is not what `maglevd --hash-token` prints');
    if (names.has(name)) return wrong(`the name ${quote(name)} is there twice`);
    if (tokens.has(digest)) return wrong('the same token is there twice');
    names.add(name);
    tokens.set(digest, { name, role });
  }
  return E.right(tokens);
}

function isRole(word: string): word is Role {
  return (roles as readonly string[]).includes(word);
}
