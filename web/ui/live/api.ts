import type { Failure } from '../../contract.js';

/** What came of a request. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure };

/** Longer than this nobody waits for an answer that is only looked at, ms. */
const READ_MS = 10_000;
/** maglevd answers an action at the latest when VPP has had 3 s for it; a reload may take longer, ms. */
const ACT_MS = 60_000;

/** Where maglevd-frontend is, whatever stands before it in a URL: a proxy may have put it anywhere. */
const root = location.pathname.replace(/(?:view|admin)\/.*$/, '');

/** What anybody may read, `view/api`, and what needs a user, `admin/api`. */
export const viewApi = `${root}view/api`;
export const adminApi = `${root}admin/api`;

/** GET, as what the contract says. */
export function get<T>(path: string, timeoutMs = READ_MS): Promise<Result<T>> {
  return request<T>(path, { signal: AbortSignal.timeout(timeoutMs) });
}

/** POST of something that the contract says. */
export function post<T>(path: string, body: object): Promise<Result<T>> {
  return request<T>(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(ACT_MS),
  });
}

async function request<T>(path: string, init: RequestInit): Promise<Result<T>> {
  try {
    const response = await fetch(path, { cache: 'no-store', ...init });
    const answer: unknown = await response.json().catch(() => null);
    if (response.ok) return { ok: true, value: answer as T };
    return { ok: false, failure: failureOf(answer, response.status) };
  } catch (error) {
    const silent = error instanceof DOMException && error.name === 'TimeoutError';
    const message = silent ? 'The dashboard does not answer.' : 'The dashboard cannot be reached.';
    return { ok: false, failure: { code: '', message, advice: '' } };
  }
}

function failureOf(answer: unknown, status: number): Failure {
  if (typeof answer === 'object' && answer !== null && 'message' in answer) {
    const { code, message, advice } = answer as Partial<Failure>;
    return { code: code ?? '', message: message ?? '', advice: advice ?? '' };
  }
  const message =
    status === 401
      ? 'User and password are needed, or were wrong.'
      : `The dashboard answered with status ${status}.`;
  return { code: '', message, advice: '' };
}

/** A path with names in it, each as one piece of a URL. */
export function path(start: string, id: string, query: Readonly<Record<string, string>> = {}): string {
  const asked = new URLSearchParams(query).toString();
  return `${start}/${encodeURIComponent(id)}${asked === '' ? '' : `?${asked}`}`;
}
