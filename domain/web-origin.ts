import { parseIp } from './ip.js';

/** What the headers of an HTTP request say about the page that a browser made it for. */
export interface WebRequest {
  /** Header `host`; null: there is none. */
  readonly host: string | null;
  /** Header `origin`; null: there is none, as with programs, and where a page reads from where it is itself from. */
  readonly origin: string | null;
  /** Header `sec-fetch-site`, which browsers send and no page can change; null: there is none. */
  readonly fetchSite: string | null;
  /** Does it come over TLS, so that its sender has checked the name of the server? */
  readonly secure: boolean;
  /** Does it come through a unix socket, which no browser opens? */
  readonly local: boolean;
}

/**
 * Why a request is made for a page that is not ours, as the end of a sentence; null: it is not. A browser carries the
 * rights of its user: whoever sits before a machine on whose loopback maglevd serves would else do what any page wants.
 * A page can also give its own name the address of maglevd once it is loaded; therefore, where no certificate vouches for
 * the name, only addresses, `localhost` and `names` are taken for ours.
 */
export function originFault(request: WebRequest, names: ReadonlySet<string>): string | null {
  const { host, origin, fetchSite, secure, local } = request;
  if (fetchSite === 'cross-site' || fetchSite === 'same-site') {
    return 'a browser made it for a page from elsewhere';
  }
  const own = hostOf(`http://${host ?? ''}`);
  if (own === null) return 'its header Host names no host';
  if (!secure && !local && !isOurs(own.hostname, names)) {
    return `nobody said that maglevd is called ${own.hostname}`;
  }
  if (origin === null) return null;
  const page = hostOf(origin);
  const scheme = page?.protocol ?? 'http:';
  const there = hostOf(`${scheme}//${host ?? ''}`);
  const same =
    page !== null && page.host === there?.host && (scheme === 'https:' || (scheme === 'http:' && !secure));
  return same ? null : `it was made for a page of ${origin}`;
}

function isOurs(hostname: string, names: ReadonlySet<string>): boolean {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  return bare === 'localhost' || parseIp(bare) !== null || names.has(bare);
}

/** Of a URL without anything behind its port. */
function hostOf(text: string): URL | null {
  if (!/^https?:\/\/[^/?#@\s]+$/i.test(text)) return null;
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
