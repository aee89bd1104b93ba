import { formatDuration } from '../../domain/duration.js';
import {
  type DoubtCode,
  lateMayExplain,
  nothingAnswered,
  type ProbeResult,
} from '../../domain/probe-result.js';
import type { OwnWay } from '../own-way.js';
import type { ProbeTarget } from '../target.js';
import type { NamespaceGuard } from './namespace-guard.js';

export interface JudgeOptions {
  readonly guard: Pick<NamespaceGuard, 'look' | 'entered'>;
  readonly ownWay: Pick<OwnWay, 'trouble'>;
  /** Remembers how late this thread was. */
  readonly lag: { readonly worstSince: (since: number) => number };
}

/**
 * A stall of this thread that a failure may be due to: a tenth of the probe's timeout. Between its start and its end
 * a probe waits for us some three times, so a thread that stalls less than that leaves the server most of the timeout.
 */
export function tolerableStall(timeoutMs: number): number {
  return Math.max(5, timeoutMs / 10);
}

/** Decides which failures of a thread's probes count. */
export class Judge {
  readonly #options: JudgeOptions;

  constructor(options: JudgeOptions) {
    this.#options = options;
  }

  /**
   * The result, or a doubt in its place if it may be our own fault. `entered` is of when the probe began. `isKnown`: it changes
   * nothing. Nobody is asked about the way to such a server, which was sound when it became so: the kernel's answer takes a
   * tenth of all that a silent server costs, as long as it is silent.
   */
  judge(
    result: ProbeResult,
    target: ProbeTarget,
    startedAt: number,
    entered: string | null,
    isKnown: boolean,
  ): ProbeResult {
    const { guard, lag, ownWay } = this.#options;
    const { timeoutMs } = target;
    const { verdict, code, detail, durationMs } = result;
    const discarded = (doubt: DoubtCode, why: string): ProbeResult => {
      return { verdict: 'doubt', code: doubt, detail: `${code} ${detail}, discarded: ${why}`, durationMs };
    };
    const elsewhere = guard.look();
    if (verdict === 'pass' && elsewhere === null && guard.entered === entered) return result;
    if (elsewhere !== null) return discarded('NETNS', elsewhere.message);
    if (guard.entered !== entered) return discarded('NETNS', 'the network namespace was replaced meanwhile');
    // The kernel has many words for a source address that is gone.
    if (result.code === 'SOCKERR') return { ...result, ...ownWay.trouble(target, startedAt) };
    if (result.verdict !== 'fail') return result;
    const trouble = nothingAnswered(result) && !isKnown ? ownWay.trouble(target, startedAt) : null;
    if (trouble !== null) return { ...trouble, durationMs };
    if (!lateMayExplain(result)) return result;
    const late = Math.max(lag.worstSince(startedAt), durationMs - timeoutMs);
    if (late <= tolerableStall(timeoutMs)) return result;
    return discarded('LATE', `the prober stalled for ${formatDuration(Math.round(late))}`);
  }
}
