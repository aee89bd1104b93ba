/** Throws when `name` cannot be the name of an actor: it must not be empty nor contain '/'. */
export function checkName(name: string): void {
  if (name === '' || name.includes('/')) {
    throw new RangeError(`'${name}' cannot be the name of an actor: it must not be empty nor contain '/'`);
  }
}

/** Any text that is not empty as the name of an actor, no two alike: slashes, which separate actors in a path, as %2F. */
export function actorName(text: string): string {
  return text.replace(/[%/]/g, (character) => (character === '/' ? '%2F' : '%25'));
}

/**
 * Any text in the characters that the engine's names allow, no two texts alike: letters, digits and .-+ as they are,
 * everything else as $ and four hexadecimal digits for each UTF-16 unit.
 */
export function encodeName(text: string): string {
  return text.replace(/[^A-Za-z0-9.+-]/g, (unit) => `$${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
