import {
  type Applied,
  appliedNothing,
  type InForce,
  notApplied,
  unanswered,
  uncutIn,
} from '../domain/applied.js';
import { differs } from '../domain/decider.js';
import { type Explained, heldAndCut, stepBetween } from '../domain/deciding.js';
import { asMaglevError } from '../domain/errors.js';
import type { IpAddress } from '../domain/ip.js';
import type { DesiredVip } from '../domain/lb.js';
import type { Address, Reply } from '../protocol/address.js';
import type { DecisionChanged, VipWanted } from '../protocol/decision.js';
import type { Context } from './kernel/contract.js';

/** Who asked for a change waits for VPP so long at most. */
export const VPP_PATIENCE_MS = 3000;

const nobody: ReadonlySet<IpAddress> = new Set();

/**
 * What comes of one change that somebody waits for. VPP's side is told of every VIP that differs, and asked for those
 * in which something has to be written; what needs no write waits for nobody.
 */
export class Consequence {
  readonly #context: Pick<Context<never>, 'ask' | 'clock'>;
  readonly #vpp: Address<DecisionChanged | VipWanted> | null;
  readonly #beganAt: number;
  readonly #asked: Promise<Applied>[] = [];
  /** By frontend, servers whose flows are to be cut. */
  readonly #cuts = new Map<string, readonly IpAddress[]>();
  /** What it means where nothing has to be written. */
  explained: Explained = { waits: null, deserted: [], undecided: [] };

  /** `vpp` is null when VPP is disabled. */
  constructor(
    context: Pick<Context<never>, 'ask' | 'clock'>,
    vpp: Address<DecisionChanged | VipWanted> | null,
  ) {
    this.#context = context;
    this.#vpp = vpp;
    this.#beganAt = context.clock.monotonic();
  }

  /** The flows of the servers in `flush` are to be cut whatever becomes of their weight. */
  of(vip: DesiredVip, before: DesiredVip | null, flush: ReadonlySet<IpAddress>): void {
    const { writes, cuts } = stepBetween(before, vip, flush);
    if (writes) {
      this.#cuts.set(vip.frontend, cuts);
      this.#asked.push(this.#apply(vip, new Set([...flush, ...heldAndCut(before, vip)])));
    } else if (differs({ before, vip })) {
      this.#vpp?.tell({ type: 'vip-wanted', vip, flush: nobody });
    }
  }

  /** At once when nothing has to be written. */
  answer(reply: Reply<InForce>): void {
    if (this.#asked.length === 0) reply.ok(this.#inForce([]));
    else void Promise.all(this.#asked).then((applied) => reply.ok(this.#inForce(applied)));
  }

  #inForce(applied: readonly Applied[]): InForce {
    const tookMs = this.#context.clock.monotonic() - this.#beganAt;
    return { applied, tookMs, uncut: uncutIn(applied, this.#cuts), ...this.explained };
  }

  /** Never rejects. */
  async #apply(vip: DesiredVip, flush: ReadonlySet<IpAddress>): Promise<Applied> {
    const { frontend } = vip;
    if (this.#vpp === null) return notApplied(frontend, 'disabled', 'maglevd runs without VPP');
    try {
      const question = { type: 'vip-wanted', vip, flush } as const;
      return await this.#context.ask(this.#vpp, question, { timeoutMs: VPP_PATIENCE_MS });
    } catch (thrown) {
      return appliedNothing(frontend, unanswered(asMaglevError(thrown), VPP_PATIENCE_MS));
    }
  }
}
