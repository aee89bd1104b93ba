import { quote } from '../domain/quote.js';

/** What names of health checks, backends, frontends and pools look like. */
const namePattern = /^[A-Za-z0-9._-]{1,64}$/;

/** What is wrong with a name; null when it is right. */
export function nameRule(name: string): string | null {
  if (namePattern.test(name)) return null;
  if (name === '') return 'a name must not be empty';
  if (name.length > 64) return `the name ${quote(name)} has ${name.length} characters: at most 64`;
  return `the name ${quote(name)} has characters other than A-Z a-z 0-9 . _ -`;
}
