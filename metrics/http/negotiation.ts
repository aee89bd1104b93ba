import type { Format } from '../exposition.js';

/** Headers of a request, as Node has them. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * OpenMetrics for whoever prefers it to text, by RFC 9110 §12.5.1: the media range that is more specific counts for each
 * of the two, and a tie is for the text, which every reader knows.
 */
export function formatFor(headers: Headers): Format {
  const ranges = itemsOf(headers['accept']);
  const openmetrics = qualityOf(ranges, 'application', 'openmetrics-text');
  return openmetrics > qualityOf(ranges, 'text', 'plain') ? 'openmetrics' : 'text';
}

/** Does the client take gzip? */
export function takesGzip(headers: Headers): boolean {
  const codings = itemsOf(headers['accept-encoding']);
  const own = codings.find(({ value }) => value === 'gzip' || value === 'x-gzip');
  const any = codings.find(({ value }) => value === '*');
  return (own ?? any)?.quality !== undefined && (own ?? any)?.quality !== 0;
}

interface Item {
  readonly value: string;
  /** 0..1. */
  readonly quality: number;
  readonly version: string | null;
}

function itemsOf(header: Headers[string]): Item[] {
  if (typeof header !== 'string' || header === '') return [];
  return header.split(',').map((part) => {
    const [value = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    const parameter = (name: string) =>
      parameters.find((text) => text.startsWith(`${name}=`))?.slice(name.length + 1) ?? null;
    const quality = Number(parameter('q') ?? '1');
    return {
      value,
      quality: quality >= 0 && quality <= 1 ? quality : 0,
      version: parameter('version'),
    };
  });
}

/** The versions that are written. What a client wants in another one it does not get. */
const versions: ReadonlySet<string | null> = new Set([null, '1.0.0', '0.0.1', '0.0.4']);

function qualityOf(ranges: readonly Item[], type: string, subtype: string): number {
  for (const wanted of [`${type}/${subtype}`, `${type}/*`, '*/*']) {
    const found = ranges.filter(({ value, version }) => value === wanted && versions.has(version));
    if (found.length > 0) return Math.max(...found.map(({ quality }) => quality));
  }
  return 0;
}
