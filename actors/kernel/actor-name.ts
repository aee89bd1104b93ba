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
