import type { HttpParams } from '../domain/config.js';
import { formatDuration } from '../domain/duration.js';
import type { HttpBody } from './http-body.js';
import { type HttpHead, wholeNumber } from './http-head.js';
import { quoted } from './wording.js';

/** How much of a body is quoted, in bytes. */
const QUOTED_BYTES = 40;

/** A server that asks for more than this, in seconds, means for ever. */
const LONGEST_PAUSE = 366 * 86_400;

/** What is expected of the answer, as a part of a probe's description. */
export function expectation({ host, responseCodes, responseRegexp }: HttpParams): string {
  const codes = responseCodes.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
  const named = host === null ? '' : ` (Host ${host})`;
  const matching = responseRegexp === null ? '' : ` and a body that matches /${responseRegexp}/`;
  return `${named} expecting ${codes}${matching}`;
}

/** What an unexpected status is explained by, to be put behind it; '' = nothing. */
export function statusHint({ status, fields }: HttpHead): string {
  if (status >= 300 && status < 400) {
    const location = fields.get('location');
    return location === undefined ? '' : ` to ${quoted(location, 80)}`;
  }
  const retryAfter = status === 429 || status === 503 ? fields.get('retry-after') : undefined;
  return retryAfter === undefined ? '' : `, which asks for a pause ${pauseOf(retryAfter)}`;
}

/** A number of seconds, or a date (RFC 9110 section 10.2.3). */
function pauseOf(retryAfter: string): string {
  const seconds = wholeNumber(retryAfter);
  if (seconds >= 0 && seconds <= LONGEST_PAUSE) return `of ${formatDuration(seconds * 1000)} (Retry-After)`;
  return `until ${quoted(retryAfter, 40)} (Retry-After)`;
}

/** How a body is compressed, as its header says; null = not at all (RFC 9110 section 8.4). */
export function contentCoding({ fields }: HttpHead): string | null {
  const coding = fields.get('content-encoding') ?? '';
  return /^(?:identity)?$/i.test(coding) ? null : coding;
}

/** What a body was that did not match. */
export function whatCame(body: HttpBody, coding: string | null): string {
  if (coding !== null)
    return `it is compressed (content-encoding ${quoted(coding, 20)}), which was not asked for`;
  if (body.size === 0) return 'it is empty';
  const beginning = body.beginning(QUOTED_BYTES);
  return beginning.startsWith('"\\x1f\\x8b') ? 'it is compressed (gzip)' : `it begins ${beginning}`;
}
