import type { ProbeResult } from '../../domain/probe-result.js';
import { Rounds } from '../../domain/rounds.js';
import type { VppHeard } from '../../domain/vpp-heard.js';
import { ANSWER_MS, LISTEN_MS, type Suspect, VppWitness } from '../../domain/vpp-witness.js';
import type { ProbeEngine } from '../../probes/engine/contract.js';
import type { Address } from '../../protocol/address.js';
import type { VouchRequest } from '../../protocol/vpp.js';
import type { Context } from '../kernel/contract.js';

/** What the prober tells itself of VPP. */
export type VppNews =
  /** Listen whether VPP lives, though no probe has failed. */
  | { readonly type: 'listen' }
  /** null = not even the actors that are connected to it have answered. */
  | { readonly type: 'vouched'; readonly heard: VppHeard | null };

interface Waiting {
  readonly suspect: Suspect;
  /** Told what has become of it: a doubt of ours, or null: the failure counts. */
  readonly settle: (doubt: ProbeResult | null) => void;
}

/**
 * Tells failures of servers from those that VPP may be to blame for. Only failures that it may explain are asked about,
 * after they have happened; one question at a time is under way, for all that came before it was asked.
 */
export class VppWatch {
  readonly #context: Context<VppNews>;
  readonly #vpp: Address<VouchRequest>;
  readonly #engine: Pick<ProbeEngine, 'through' | 'blameVpp'>;
  readonly #rounds = new Rounds<Waiting>();
  readonly #witness = new VppWitness();
  #listening = false;

  constructor(
    context: Context<VppNews>,
    vpp: Address<VouchRequest>,
    engine: Pick<ProbeEngine, 'through' | 'blameVpp'>,
  ) {
    this.#context = context;
    this.#vpp = vpp;
    this.#engine = engine;
    engine.blameVpp(VppWitness.nothingKnown);
  }

  /** Settles it within 200 ms. */
  judge(suspect: Suspect, settle: Waiting['settle']): void {
    if (this.#rounds.join({ suspect, settle })) this.#ask();
  }

  /** Nobody failed; but how VPP is should be known. */
  ask(): void {
    if (this.#rounds.begin()) this.#ask();
  }

  /** From the first backend on. */
  listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    this.#context.every(LISTEN_MS, { type: 'listen' });
  }

  vouched(answer: VppHeard | null): void {
    const { askers, another } = this.#rounds.end();
    const now = this.#context.clock.monotonic();
    this.#witness.hear(answer, this.#engine.through());
    for (const { suspect, settle } of askers) settle(this.#witness.judge(suspect, now));
    this.#engine.blameVpp(this.#witness.grounds());
    if (another) this.#ask();
  }

  #ask(): void {
    this.#context.pipe(
      this.#context.ask(this.#vpp, { type: 'vouch' }, { timeoutMs: ANSWER_MS }),
      (heard) => ({ type: 'vouched', heard }),
      () => ({ type: 'vouched', heard: null }),
    );
  }
}
