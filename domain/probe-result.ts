/** L4: the connection, or the echo of a ping. L6: TLS. L7: HTTP. The names are those of HAProxy. */
export type PassCode = 'L4OK' | 'L6OK' | 'L7OK';

/** TOUT: no (complete) answer in time. CON: refused or unreachable. RSP: not a valid answer. STS: an unexpected status. */
export type FailCode = 'L4TOUT' | 'L4CON' | 'L6TOUT' | 'L6RSP' | 'L7TOUT' | 'L7RSP' | 'L7STS';

/**
 * Why a probe says nothing about the backend. SOCKERR: the kernel could not do what we asked for lack of something.
 * NOPERM: we are not allowed to. NETNS: the network namespace is missing. LATE: we were too slow to measure.
 * REGEXP: the body expression took too long. ENGINE: the worker that probed ended. CANCELLED: the caller ended it.
 */
export type DoubtCode = 'SOCKERR' | 'NOPERM' | 'NETNS' | 'LATE' | 'REGEXP' | 'ENGINE' | 'CANCELLED';

/** What a probe found. A doubt is trouble of our own: it must change nothing that is believed of the backend. */
export type ProbeFinding =
  | { readonly verdict: 'pass'; readonly code: PassCode; readonly detail: string }
  | { readonly verdict: 'fail'; readonly code: FailCode; readonly detail: string }
  | { readonly verdict: 'doubt'; readonly code: DoubtCode; readonly detail: string };

/** `detail` is for people: "HTTP 503", "connection refused". `durationMs` has fractions; 0 when nothing was tried. */
export type ProbeResult = ProbeFinding & { readonly durationMs: number };

export type ProbeCode = ProbeResult['code'];

/**
 * Can this failure come about without anything having left this machine? Silence can, and so can "unreachable"; what a
 * peer has answered cannot.
 */
export function nothingAnswered({
  code,
  detail,
}: {
  readonly code: FailCode;
  readonly detail: string;
}): boolean {
  if (code === 'L4CON') return detail !== connectionRefused;
  return code === 'L4TOUT' || code === 'L6TOUT' || code === 'L7TOUT';
}

/** The detail of the failure that only a peer can cause. */
export const connectionRefused = 'connection refused';

/**
 * Can being late have made this failure? A timeout, or a peer that gave up on us, can; an answer that came, and a
 * refused connection, are true however late we read them.
 */
export function lateMayExplain(code: FailCode): boolean {
  return code !== 'L4CON' && code !== 'L7STS';
}
