/** L4: the connection, or the echo of a ping. L6: TLS. L7: HTTP. The names are those of HAProxy. */
export type PassCode = 'L4OK' | 'L6OK' | 'L7OK';

/** TOUT: no (complete) answer in time. CON: refused or unreachable. RSP: not a valid answer. STS: an unexpected status. */
export type FailCode = 'L4TOUT' | 'L4CON' | 'L6TOUT' | 'L6RSP' | 'L7TOUT' | 'L7RSP' | 'L7STS';

/**
 * Why a probe says nothing about the backend. SOCKERR: the kernel could not do what we asked for lack of something.
 * NOPERM: we are not allowed to. NETNS: the network namespace is missing. LATE: we were too slow to measure.
 * TRUST: what we trust of certificates, or our TLS, is not in order. CLOCK: our clock cannot be right. REGEXP: the body
 * expression took too long. ENGINE: the worker that probed ended. VPP: the way leads through a VPP that was away or
 * silent. CANCELLED: the caller ended it.
 */
export type DoubtCode =
  | 'SOCKERR'
  | 'NOPERM'
  | 'NETNS'
  | 'LATE'
  | 'TRUST'
  | 'CLOCK'
  | 'REGEXP'
  | 'ENGINE'
  | 'VPP'
  | 'CANCELLED';

/** What a probe found. A doubt is trouble of our own: it must change nothing that is believed of the backend. */
export type ProbeFinding =
  | { readonly verdict: 'pass'; readonly code: PassCode; readonly detail: string }
  | { readonly verdict: 'fail'; readonly code: FailCode; readonly detail: string }
  | { readonly verdict: 'doubt'; readonly code: DoubtCode; readonly detail: string };

/** `detail` is for people: "HTTP 503", "connection refused". `durationMs` has fractions; 0 when nothing was tried. */
export type ProbeResult = ProbeFinding & { readonly durationMs: number };

/** What a finding and the time that it took are together. */
export function resultOf(finding: ProbeFinding, durationMs: number): ProbeResult {
  const { detail } = finding;
  switch (finding.verdict) {
    case 'pass':
      return { verdict: 'pass', code: finding.code, detail, durationMs };
    case 'fail':
      return { verdict: 'fail', code: finding.code, detail, durationMs };
    case 'doubt':
      return { verdict: 'doubt', code: finding.code, detail, durationMs };
  }
}

/** What a result has found, without the time that it took. */
export function findingOf(result: ProbeResult): ProbeFinding {
  const { durationMs: _, ...finding } = result;
  return finding;
}

/** Findings that are remembered at once. */
const MOST_FINDINGS = 1000;
const findings = new Map<string, ProbeFinding>();

/** The same, for what is kept of thousands of backends, which most often say the same: it is in memory once. */
export function sharedFinding(result: ProbeResult): ProbeFinding {
  const key = `${result.code} ${result.detail}`;
  const known = findings.get(key);
  if (known !== undefined) return known;
  if (findings.size >= MOST_FINDINGS) findings.clear();
  const finding = findingOf(result);
  findings.set(key, finding);
  return finding;
}

export type ProbeCode = ProbeResult['code'];

const verdicts: Readonly<Record<ProbeCode, ProbeResult['verdict']>> = {
  L4OK: 'pass',
  L6OK: 'pass',
  L7OK: 'pass',
  L4TOUT: 'fail',
  L4CON: 'fail',
  L6TOUT: 'fail',
  L6RSP: 'fail',
  L7TOUT: 'fail',
  L7RSP: 'fail',
  L7STS: 'fail',
  SOCKERR: 'doubt',
  NOPERM: 'doubt',
  NETNS: 'doubt',
  LATE: 'doubt',
  TRUST: 'doubt',
  CLOCK: 'doubt',
  REGEXP: 'doubt',
  ENGINE: 'doubt',
  VPP: 'doubt',
  CANCELLED: 'doubt',
};

/** The verdict that goes with this code. */
export function verdictOfCode(code: ProbeCode): ProbeResult['verdict'] {
  return verdicts[code];
}

/** A failure, as far as it is looked at here. */
export interface Failure {
  readonly code: FailCode;
  readonly detail: string;
}

/** What is said of an L4CON that only a peer can cause, and only at once. */
export const connectionRefused = 'connection refused';

/** What is said of an L4CON of a peer that had accepted the connection before. */
export const connectionGivenUp = {
  ECONNRESET: 'connection reset by peer',
  ECONNABORTED: 'connection aborted',
  EPIPE: 'connection closed by peer',
} as const;

/** The status with which a server gives up on a client that does not send its request. */
export const REQUEST_TIMEOUT = 408;

/**
 * Can this failure come about without anything having left this machine? Silence can, and so can "unreachable"; what a
 * peer has answered cannot.
 */
export function nothingAnswered({ code, detail }: Failure): boolean {
  if (code === 'L4CON') return detail !== connectionRefused;
  return code === 'L4TOUT' || code === 'L6TOUT' || code === 'L7TOUT';
}

/**
 * Can being late have made this failure? A timeout, or a peer that gave up on us, can; any other answer, and a
 * connection that could not be made, are true however late we read them.
 */
export function lateMayExplain({ code, detail }: Failure): boolean {
  if (code === 'L4CON') return Object.values<string>(connectionGivenUp).includes(detail);
  if (code === 'L7STS') return detail === statusDetail(REQUEST_TIMEOUT);
  return true;
}

/** What is said of an HTTP status. */
export function statusDetail(status: number): string {
  return `HTTP ${status}`;
}
