import type { ProbeResult } from '../../domain/probe-result.js';
import { originOf, promptMs, type VppHeard, vppToBlame, type WayThroughVpp } from '../../domain/vpp-heard.js';
import type { Address, Reply } from '../../protocol/address.js';
import type { VouchRequest } from '../../protocol/vpp.js';
import type { Context } from '../kernel/contract.js';

/** What the prober tells itself of VPP. */
export type VppNews =
  /** Listen whether VPP lives, though no probe has failed. */
  | { readonly type: 'listen' }
  /** null = not even the actors that are connected to it have answered. */
  | { readonly type: 'vouched'; readonly heard: VppHeard | null };

type FailedResult = Extract<ProbeResult, { readonly verdict: 'fail' }>;

/** A probe that failed; what its backend's probes before it have seen is as in FailedProbe. */
interface Suspect {
  readonly result: FailedResult;
  readonly begunAt: number;
  readonly heardBegunAt: number;
  readonly previousBegunAt: number;
}

interface Waiting {
  readonly suspect: Suspect;
  readonly reply: Reply<ProbeResult>;
}

/** How often VPP is listened to while no probe fails: no silence that is much longer goes unnoticed. */
const listenMs = 250;

/** VPP, or those who know it, have this long to answer; then nothing is known. */
const answerMs = promptMs + 40;

/**
 * Tells failures of servers from those that VPP may be to blame for. Only failures that it may explain are asked about,
 * after they have happened; one question at a time is under way, for all that came before it was asked.
 */
export class VppWatch {
  readonly #context: Context<VppNews>;
  readonly #vpp: Address<VouchRequest>;
  #waiting: Waiting[] = [];
  #asked: Waiting[] = [];
  #asking = false;
  #listening = false;
  #way: WayThroughVpp = { connectedAt: Number.POSITIVE_INFINITY, provenAt: null };
  /** The last probe that a server answered: when it had begun, and when it was over. */
  #throughBegunAt = Number.NEGATIVE_INFINITY;
  #throughAt = Number.NEGATIVE_INFINITY;
  /** Since when nobody has answered our questions. */
  #unansweredSince: number | null = null;

  constructor(context: Context<VppNews>, vpp: Address<VouchRequest>) {
    this.#context = context;
    this.#vpp = vpp;
  }

  mayExplain(result: ProbeResult): result is FailedResult {
    return result.verdict === 'fail' && originOf(result) !== 'server';
  }

  /** A server has answered a probe that had begun then. */
  cameThrough(begunAt: number): void {
    const now = this.#context.clock.monotonic();
    this.#throughBegunAt = begunAt;
    this.#throughAt = now;
    const { connectedAt, provenAt } = this.#way;
    if (provenAt === null && begunAt > connectedAt) this.#way = { connectedAt, provenAt: now };
    this.#listen();
  }

  /** Answers with the failure, or with a doubt in its place, within 200 ms. */
  judge(suspect: Suspect, reply: Reply<ProbeResult>): void {
    this.#waiting.push({ suspect, reply });
    this.#listen();
    this.ask();
  }

  ask(): void {
    if (this.#asking) return;
    this.#asking = true;
    this.#asked = this.#waiting;
    this.#waiting = [];
    this.#context.pipe(
      this.#context.ask(this.#vpp, { type: 'vouch' }, { timeoutMs: answerMs }),
      (heard) => ({ type: 'vouched', heard }),
      () => ({ type: 'vouched', heard: null }),
    );
  }

  vouched(answer: VppHeard | null): void {
    this.#asking = false;
    const now = this.#context.clock.monotonic();
    this.#unansweredSince = answer === null ? (this.#unansweredSince ?? now) : null;
    const heard = answer ?? { state: 'away', since: this.#unansweredSince ?? now };
    if (heard.state === 'heard' && heard.connectedAt !== this.#way.connectedAt) this.#meet(heard.connectedAt);
    for (const { suspect, reply } of this.#asked) {
      const { result } = suspect;
      const blame = vppToBlame({ ...suspect, failure: result }, heard, this.#way, now);
      reply.ok(blame === null ? result : doubtful(result, blame));
    }
    this.#asked = [];
    if (this.#waiting.length > 0) this.ask();
  }

  /** A VPP that we did not know. */
  #meet(connectedAt: number): void {
    const provenAt = this.#throughBegunAt > connectedAt ? this.#throughAt : null;
    this.#way = { connectedAt, provenAt };
  }

  /** From the first result on. */
  #listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    this.#context.every(listenMs, { type: 'listen' });
  }
}

function doubtful({ code, detail, durationMs }: FailedResult, blame: string): ProbeResult {
  return { verdict: 'doubt', code: 'VPP', detail: `${code} ${detail}, not counted: ${blame}`, durationMs };
}
