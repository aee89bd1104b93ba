import { formatDuration } from './duration.js';
import { connectionRefused, type Failure, REQUEST_TIMEOUT, statusDetail } from './probe-result.js';

/**
 * What maglevd has heard of the life of VPP. Probes usually travel through the VPP that is governed, so their silence
 * proves nothing while VPP is silent too. All times are milliseconds on one monotonic scale.
 */
export type VppHeard =
  /** It answers at once, and has done so since `since`. The connection is of `connectedAt`, which is not later. */
  | { readonly state: 'heard'; readonly connectedAt: number; readonly since: number }
  /** It is connected, and has not answered since. */
  | { readonly state: 'silent'; readonly since: number }
  /** maglevd is not connected to it, or not yet. */
  | { readonly state: 'away'; readonly since: number }
  /** Those of maglevd who are connected to it have not answered in time: it is busy. */
  | { readonly state: 'unknown' }
  /** Another maglevd governs it: it may well live, but nothing is heard of it here. */
  | { readonly state: 'unwatched' };

/** How long a VPP that lives may take for an answer: it needs less than a millisecond. */
export const PROMPT_MS = 50;

/**
 * How long after a connect a VPP may forward nothing although it answers: its interfaces, routes and neighbours may
 * have to be made by others first.
 */
export const SETTLE_MS = 30_000;

/**
 * Who can have made a failure. server: only the server itself. anyone: whoever the packets have come to, which is
 * another machine when VPP took its routes along. way: nobody need have said anything, or a peer gave up on packets
 * that were lost on the way.
 */
export type FailureOrigin = 'server' | 'anyone' | 'way';

export function originOf({ code, detail }: Failure): FailureOrigin {
  switch (code) {
    case 'L4CON':
      return detail === connectionRefused ? 'anyone' : 'way';
    case 'L4TOUT':
    case 'L6TOUT':
    case 'L7TOUT':
      return 'way';
    case 'L7STS':
      return detail === statusDetail(REQUEST_TIMEOUT) ? 'way' : 'server';
    case 'L6RSP':
    case 'L7RSP':
      // What tells of the connection tells of no answer.
      return detail.startsWith('connection ') ? 'way' : 'server';
  }
}

/** What is known of the way through VPP to the servers, by the probes of all. */
export interface WayThroughVpp {
  /** Of the connection that this is about. */
  readonly connectedAt: number;
  /** When it was first known that a probe begun after the connect had come through; null = not yet. */
  readonly provenAt: number | null;
}

/** One probe that failed, and what its backend's probes before it have seen. Never = -Infinity. */
export interface FailedProbe {
  readonly failure: Failure;
  readonly begunAt: number;
  /** When the last probe of this backend had begun that its server answered. */
  readonly heardBegunAt: number;
  /** When the last probe of this backend before this one had begun. */
  readonly previousBegunAt: number;
}

/**
 * Why VPP may be to blame for a failure, as the end of a sentence; null = it is not, and the failure counts. `heard`
 * was learned after the probe had ended, by a question that VPP was asked then.
 */
export function vppToBlame(
  probe: FailedProbe,
  heard: VppHeard,
  way: WayThroughVpp,
  now: number,
): string | null {
  const origin = originOf(probe.failure);
  if (origin === 'server' || heard.state === 'unwatched') return null;
  if (heard.state === 'away')
    return `maglevd has not been connected to VPP for ${lasting(now - heard.since)}`;
  if (heard.state === 'unknown') return 'maglevd was too busy to learn how VPP is';
  if (origin === 'anyone') return null;
  if (heard.state === 'silent') return `VPP has not answered for ${lasting(now - heard.since)}`;
  const { begunAt } = probe;
  if (begunAt <= heard.since) return `VPP was away or silent until ${lasting(now - heard.since)} ago`;
  const { connectedAt } = heard;
  if (begunAt >= connectedAt + SETTLE_MS || probe.heardBegunAt > connectedAt) return null;
  const connected = `maglevd connected to it ${lasting(now - connectedAt)} ago`;
  const { provenAt } = way.connectedAt === connectedAt ? way : { provenAt: null };
  if (provenAt === null || begunAt <= provenAt) return `nothing had come through VPP since ${connected}`;
  // It does not know its neighbours yet, and drops the first packet to each.
  if (probe.previousBegunAt <= provenAt) return `it was the first one that VPP forwarded since ${connected}`;
  return null;
}

function lasting(ms: number): string {
  return formatDuration(Math.max(0, Math.round(ms)));
}
