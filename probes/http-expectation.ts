import type { HttpParams } from '../domain/config.js';

/** What is expected of the answer, as a part of a probe's description. */
export function expectation({ host, responseCodes, responseRegexp }: HttpParams): string {
  const codes = responseCodes.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
  const named = host === null ? '' : ` (Host ${host})`;
  const matching = responseRegexp === null ? '' : ` and a body that matches /${responseRegexp}/`;
  return `${named} expecting ${codes}${matching}`;
}
