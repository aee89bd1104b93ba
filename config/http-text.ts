import { parseIp } from '../domain/ip.js';
import { compileResponseRegexp } from '../domain/response-regexp.js';
import { clip, quote } from '../domain/text.js';

// What may be written into the requests of health checks. Each function says what is wrong with the text, or null.
// Line breaks and other control characters never get here: the codec of text refuses them.

/** The target of a request line: an absolute path, with a query if any. */
export function pathRule(path: string): string | null {
  if (!path.startsWith('/')) return `${quote(path)} must start with '/'`;
  const bad = /[^\x21-\x7e]/u.exec(path);
  if (bad !== null) return `must not contain ${quote(bad[0])}: write it percent-encoded, as %20 for a space`;
  if (path.includes('#')) return "must not contain '#': what follows it is never sent to a server";
  return null;
}

/** A Host header: a name or an address, with a port if any. */
export function hostRule(host: string): string | null {
  if (host === '') return 'must not be empty';
  if (host.length > 255) return `is too long: ${host.length} characters, at most 255`;
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(host);
  if (bracketed !== null) {
    return parseIp(bracketed[1] ?? '')?.includes(':') === true
      ? null
      : `${quote(host)} has no IPv6 address in its brackets`;
  }
  if (parseIp(host)?.includes(':') === true) return `${quote(host)}: write an IPv6 address in brackets`;
  if (/^[A-Za-z0-9._~-]+(?::\d{1,5})?$/.test(host)) return null;
  return `${quote(host)} is no host name: letters, digits, '.', '-' and '_', then a port like :8080 if need be`;
}

/** The name that a TLS client asks for and finds in the certificate. */
export function serverNameRule(name: string): string | null {
  if (parseIp(name) !== null)
    return `${quote(name)} is an address: TLS server names are host names (RFC 6066 §3)`;
  if (name.length <= 253 && /^[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_.])?$/.test(name)) return null;
  return `${quote(name)} is no host name`;
}

export function regexpRule(source: string): string | null {
  try {
    compileResponseRegexp(source);
    return null;
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message.replace(/^Invalid regular expression: /, '') : '';
    return `is no regular expression: ${clip(reason, 200)}`;
  }
}

/** The name of a network namespace as in /run/netns; '' = none. */
export function netnsRule(name: string): string | null {
  if (name === '') return null;
  if (name.includes('/')) return `${quote(name)} must be a name as \`ip netns list\` prints it, not a path`;
  if (name === '.' || name === '..') return `${quote(name)} is no name of a network namespace`;
  return Buffer.byteLength(name) > 255 ? 'is too long: at most 255 bytes' : null;
}

/** The name of a file. */
export function fileRule(name: string): string | null {
  if (name === '') return 'must not be empty';
  return Buffer.byteLength(name) > 4095 ? 'is too long: at most 4095 bytes' : null;
}
