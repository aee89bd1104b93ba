import type { ProbeResult } from './probe-result.js';
import {
  type FailedProbe,
  PROMPT_MS,
  SETTLE_MS,
  type VppHeard,
  vppToBlame,
  type WayThroughVpp,
} from './vpp-heard.js';

/** How often VPP is listened to while no probe fails: no silence that is much longer goes unnoticed. */
export const LISTEN_MS = 250;

/** VPP, or those who know it, have this long to answer; then nothing is known. */
export const ANSWER_MS = PROMPT_MS + 40;

type FailedResult = Extract<ProbeResult, { readonly verdict: 'fail' }>;

/** A probe that failed; what its backend's probes before it have seen is as in FailedProbe. */
export interface Suspect extends Omit<FailedProbe, 'failure'> {
  readonly result: FailedResult;
}

/** When the last probe that came through began, and when that was known. */
interface Through {
  readonly begunAt: number;
  readonly at: number;
}

/** Failures of probes begun at `soundFrom` or later, within `goodForMs` of this word, need not be asked about. */
interface Grounds {
  readonly soundFrom: number;
  readonly goodForMs: number;
}

/** What is known of the life of VPP by those who probe through it. All times are milliseconds on one monotonic scale. */
export class VppWitness {
  #way: WayThroughVpp = { connectedAt: Number.POSITIVE_INFINITY, provenAt: null };
  #heard: VppHeard = { state: 'away', since: Number.POSITIVE_INFINITY };

  /** Nothing was heard yet: whatever VPP may explain is to be asked about. */
  static readonly nothingKnown: Grounds = { soundFrom: Number.POSITIVE_INFINITY, goodForMs: 0 };

  /** null = not even those who are connected to it have answered. */
  hear(answer: VppHeard | null, through: Through): void {
    this.#heard = answer ?? { state: 'unknown' };
    if (this.#heard.state === 'heard') this.#meet(this.#heard.connectedAt, through);
  }

  /** A doubt of ours; or null: the failure counts. */
  judge(suspect: Suspect, now: number): ProbeResult | null {
    const { code, detail, durationMs } = suspect.result;
    const blame = vppToBlame({ ...suspect, failure: suspect.result }, this.#heard, this.#way, now);
    if (blame === null) return null;
    return { verdict: 'doubt', code: 'VPP', detail: `${code} ${detail}, not counted: ${blame}`, durationMs };
  }

  /** Which failures need not be asked about, if they are no news: what vppToBlame would say nothing of. */
  grounds(): Grounds {
    const heard = this.#heard;
    const goodForMs = 2 * LISTEN_MS + ANSWER_MS;
    switch (heard.state) {
      case 'heard':
        return { soundFrom: Math.max(heard.since, heard.connectedAt + SETTLE_MS), goodForMs };
      case 'unwatched':
        return { soundFrom: Number.NEGATIVE_INFINITY, goodForMs };
      case 'silent':
      case 'away':
      case 'unknown':
        return VppWitness.nothingKnown;
    }
  }

  /** When was it first known that something had come through this VPP? */
  #meet(connectedAt: number, { begunAt, at }: Through): void {
    if (connectedAt === this.#way.connectedAt && this.#way.provenAt !== null) return;
    this.#way = { connectedAt, provenAt: begunAt > connectedAt ? at : null };
  }
}
