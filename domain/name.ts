import { quote } from './text.js';

/** The longest name, in characters (Unicode code points). */
export const LONGEST_NAME = 64;

/**
 * What no name has. Quotes and the backslash, so that a name can stand in quotes anywhere. What is not printable: control
 * characters, those that hide, join or turn around text (Unicode's category Cf), line and paragraph separators, halves
 * of surrogate pairs. And of blanks all but the plain space: they look like it, and make another name. Everything
 * else is allowed, also characters that are younger than the Unicode of this Node, so that no upgrade and no downgrade
 * makes a config invalid.
 */
const forbidden = /['"\\]|[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;

/**
 * What is wrong with a name of a health check, backend, frontend or pool; null when it is right. Names are compared
 * character by character: case counts, and so does how an accented letter is composed.
 */
export function nameRule(name: string): string | null {
  if (name === '') return 'a name must not be empty';
  const { length } = [...name];
  if (length > LONGEST_NAME)
    return `the name ${quote(name)} has ${length} characters: at most ${LONGEST_NAME}`;
  if (name.startsWith(' ') || name.endsWith(' ')) {
    return `the name ${quote(name)} begins or ends with a blank`;
  }
  const wrong = forbidden.exec(name)?.[0];
  if (wrong === undefined) return null;
  const code = (wrong.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `the name ${quote(name)} has a character that names do not have: ${described(wrong)} (U+${code})`;
}

function described(character: string): string {
  if (character === "'" || character === '"') return 'a quote';
  if (character === '\\') return 'a backslash';
  return /\p{Zs}/u.test(character) ? 'a blank other than the space' : 'an unprintable one';
}

/**
 * A name where it stands among words: in single quotes when it would read as several of them, or as something else to
 * a shell. No name has single quotes, so a shell reads what is printed as that name.
 */
export function nameText(name: string): string {
  return name === '' || name === '-' || /[\s"$&()*;,<>?[\]^`{|}~!#\\]/.test(name) ? `'${name}'` : name;
}
