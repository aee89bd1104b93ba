import type { ProbeResult } from '../../domain/probe-result.js';
import { Rounds } from '../../domain/rounds.js';
import { promptMs, settleMs, type VppHeard, vppToBlame, type WayThroughVpp } from '../../domain/vpp-heard.js';
import type { ProbeEngine } from '../../probes/engine/contract.js';
import type { VppGrounds } from '../../probes/engine/schedule.js';
import type { Address } from '../../protocol/address.js';
import type { VouchRequest } from '../../protocol/vpp.js';
import type { Context } from '../kernel/contract.js';

/** What the prober tells itself of VPP. */
export type VppNews =
  /** Listen whether VPP lives, though no probe has failed. */
  | { readonly type: 'listen' }
  /** null = not even the actors that are connected to it have answered. */
  | { readonly type: 'vouched'; readonly heard: VppHeard | null };

type FailedResult = Extract<ProbeResult, { readonly verdict: 'fail' }>;

/** What has become of a suspect: a doubt of ours, or null: the failure counts. */
export type Settle = (doubt: ProbeResult | null) => void;

/** A probe that failed; what its backend's probes before it have seen is as in FailedProbe. */
interface Suspect {
  readonly result: FailedResult;
  readonly begunAt: number;
  readonly heardBegunAt: number;
  readonly previousBegunAt: number;
}

interface Waiting {
  readonly suspect: Suspect;
  readonly settle: Settle;
}

/** How often VPP is listened to while no probe fails: no silence that is much longer goes unnoticed. */
const LISTEN_MS = 250;

/** VPP, or those who know it, have this long to answer; then nothing is known. */
const answerMs = promptMs + 40;

/**
 * Tells failures of servers from those that VPP may be to blame for. Only failures that it may explain are asked about,
 * after they have happened; one question at a time is under way, for all that came before it was asked.
 */
export class VppWatch {
  readonly #context: Context<VppNews>;
  readonly #vpp: Address<VouchRequest>;
  readonly #engine: Pick<ProbeEngine, 'through' | 'blameVpp'>;
  readonly #rounds = new Rounds<Waiting>();
  #listening = false;
  #way: WayThroughVpp = { connectedAt: Number.POSITIVE_INFINITY, provenAt: null };
  /** Since when nobody has answered our questions. */
  #unansweredSince: number | null = null;

  constructor(
    context: Context<VppNews>,
    vpp: Address<VouchRequest>,
    engine: Pick<ProbeEngine, 'through' | 'blameVpp'>,
  ) {
    this.#context = context;
    this.#vpp = vpp;
    this.#engine = engine;
    engine.blameVpp(nothingKnown);
  }

  /** Settles it within 200 ms. */
  judge(suspect: Suspect, settle: Settle): void {
    if (this.#rounds.join({ suspect, settle })) this.#ask();
  }

  /** Nobody failed; but how VPP is should be known. */
  ask(): void {
    if (this.#rounds.begin()) this.#ask();
  }

  #ask(): void {
    this.#context.pipe(
      this.#context.ask(this.#vpp, { type: 'vouch' }, { timeoutMs: answerMs }),
      (heard) => ({ type: 'vouched', heard }),
      () => ({ type: 'vouched', heard: null }),
    );
  }

  vouched(answer: VppHeard | null): void {
    const { askers, another } = this.#rounds.end();
    const now = this.#context.clock.monotonic();
    this.#unansweredSince = answer === null ? (this.#unansweredSince ?? now) : null;
    const heard = answer ?? { state: 'away', since: this.#unansweredSince ?? now };
    if (heard.state === 'heard') this.#meet(heard.connectedAt);
    for (const { suspect, settle } of askers) {
      const { result } = suspect;
      const blame = vppToBlame({ ...suspect, failure: result }, heard, this.#way, now);
      settle(blame === null ? null : doubtful(result, blame));
    }
    this.#engine.blameVpp(groundsOf(heard));
    if (another) this.#ask();
  }

  /** When was it first known that something had come through this VPP? */
  #meet(connectedAt: number): void {
    if (connectedAt === this.#way.connectedAt && this.#way.provenAt !== null) return;
    const { begunAt, at } = this.#engine.through();
    this.#way = { connectedAt, provenAt: begunAt > connectedAt ? at : null };
  }

  /** From the first backend on. */
  listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    this.#context.every(LISTEN_MS, { type: 'listen' });
  }
}

function doubtful({ code, detail, durationMs }: FailedResult, blame: string): ProbeResult {
  return { verdict: 'doubt', code: 'VPP', detail: `${code} ${detail}, not counted: ${blame}`, durationMs };
}

/** Whatever VPP may explain is to be asked about. */
const nothingKnown: VppGrounds = { soundFrom: Number.POSITIVE_INFINITY, goodForMs: 0 };

/** Which failures need not be asked about, if they are no news: what vppToBlame would say nothing of. */
function groundsOf(heard: VppHeard): VppGrounds {
  const goodForMs = 2 * LISTEN_MS + answerMs;
  switch (heard.state) {
    case 'heard':
      return { soundFrom: Math.max(heard.since, heard.connectedAt + settleMs), goodForMs };
    case 'unwatched':
      return { soundFrom: Number.NEGATIVE_INFINITY, goodForMs };
    case 'silent':
    case 'away':
      return nothingKnown;
  }
}
