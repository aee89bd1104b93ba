import type { Applied, InForce, Pending } from '../domain/applied.js';
import { type Decided, stepBetween } from '../domain/deciding.js';
import { sameDesiredVip } from '../domain/desired.js';
import { asMaglevError, type MaglevError } from '../domain/errors.js';
import type { BackendState } from '../domain/health.js';
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
  #waits: string | null = null;
  #deserted: readonly string[] = [];
  #undecided: readonly string[] = [];

  /** `vpp` is null when VPP is disabled. */
  constructor(
    context: Pick<Context<never>, 'ask' | 'clock'>,
    vpp: Address<DecisionChanged | VipWanted> | null,
  ) {
    this.#context = context;
    this.#vpp = vpp;
    this.#beganAt = context.clock.monotonic();
  }

  /** The flows of the servers in `flush` are to be cut whatever becomes of their weight. False: it differs in nothing. */
  of(vip: DesiredVip, before: DesiredVip | null, flush: ReadonlySet<IpAddress>): boolean {
    const { writes, cuts } = stepBetween(before, vip, flush);
    const differs = before === null || !sameDesiredVip(before, vip);
    if (writes) {
      this.#cuts.set(vip.frontend, cuts);
      this.#asked.push(this.#apply(vip, flush));
    } else if (differs) {
      this.#vpp?.tell({ type: 'vip-wanted', vip, flush: nobody });
    }
    return differs;
  }

  /** The change was about this backend, and these are its frontends now; `failed` could not be decided. */
  about(
    backend: string,
    state: BackendState,
    decided: readonly Decided[],
    failed: ReadonlySet<string>,
  ): void {
    this.#deserted = decided.filter((one) => one.state === 'down').map(({ vip }) => vip.frontend);
    this.#undecided = decided.map(({ vip }) => vip.frontend).filter((name) => failed.has(name));
    if (decided.length === 0) this.#waits = 'no frontend uses it';
    else if (state === 'unknown') this.#waits = 'it waits for its first probe';
    else {
      const as = decided.flatMap(({ vip }) => vip.ases).find((one) => one.backend === backend);
      this.#waits = as === undefined ? null : `it is ${as.reason}`;
    }
  }

  /** At once when nothing has to be written. */
  answer(reply: Reply<InForce>): void {
    if (this.#asked.length === 0) reply.ok(this.#inForce([]));
    else void Promise.all(this.#asked).then((applied) => reply.ok(this.#inForce(applied)));
  }

  #inForce(applied: readonly Applied[]): InForce {
    const uncut = applied.filter(({ frontend, pending, flushed }) => {
      const cuts = this.#cuts.get(frontend) ?? [];
      return pending !== null && !cuts.every((address) => flushed.includes(address));
    });
    return {
      applied,
      tookMs: this.#context.clock.monotonic() - this.#beganAt,
      uncut: uncut.map(({ frontend }) => frontend),
      waits: this.#waits,
      deserted: this.#deserted,
      undecided: this.#undecided,
    };
  }

  /** Never rejects. */
  async #apply(vip: DesiredVip, flush: ReadonlySet<IpAddress>): Promise<Applied> {
    const none = { frontend: vip.frontend, acknowledged: 0, weights: 0, flushed: [] };
    if (this.#vpp === null) return { ...none, pending: disabled };
    try {
      const question = { type: 'vip-wanted', vip, flush } as const;
      return await this.#context.ask(this.#vpp, question, { timeoutMs: VPP_PATIENCE_MS });
    } catch (thrown) {
      return { ...none, pending: pendingBy(asMaglevError(thrown)) };
    }
  }
}

const disabled: Pending = { why: 'disabled', text: 'maglevd runs without VPP', error: null };

function pendingBy(error: MaglevError): Pending {
  switch (error.code) {
    case 'MGL_ASK_TIMEOUT': {
      const text = `VPP has not acknowledged it within ${VPP_PATIENCE_MS / 1000} s`;
      return { why: 'silent', text, error };
    }
    case 'MGL_ACTOR_CRASHED':
    case 'MGL_MAILBOX_FULL':
      return { why: 'full-sync', text: `maglevd has to look at VPP first: ${error.message}`, error };
    default:
      return { why: 'disconnected', text: `the connection to VPP ended: ${error.message}`, error };
  }
}
