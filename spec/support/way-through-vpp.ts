import { connectionRefused, type ProbeResult } from '../../domain/probe-result.js';
import type { ProbeEngine } from '../../probes/engine/contract.js';
import { createLocalEngine, type LocalEngineOptions } from '../../probes/engine/local-engine.js';
import type { Clock } from '../../protocol/clock.js';
import { pass } from './fake-servers.js';
import type { Machine } from './machine.js';

/** How long an answer is under way. */
const answerMs = 2;

/**
 * Servers behind a VPP, on virtual time: what VPP does not forward is lost, and so is the first packet to each server
 * by a VPP that does not know its neighbours yet.
 */
export class WayThroughVpp {
  /** Servers that are dead: silent, whatever VPP does. */
  readonly dead = new Set<string>();
  /** What comes back for these servers in place of their own answer, or of VPP's silence. */
  readonly other = new Map<string, ProbeResult>();
  /** From when on the present VPP forwards, on the clock's monotonic scale. */
  forwardsFrom = 0;
  probes = 0;
  readonly #clock: Clock;
  readonly #machine: Machine;
  readonly #neighbours = new Set<string>();
  #life: unknown = null;

  constructor(clock: Clock, machine: Machine) {
    this.#clock = clock;
    this.#machine = machine;
  }

  engine(context: Omit<LocalEngineOptions, 'probe'>): ProbeEngine {
    return createLocalEngine({
      ...context,
      probe: ({ address, timeoutMs }, ended) => {
        this.probes++;
        let over = false;
        const finish = (result: ProbeResult) => {
          if (!over) ended(result);
          over = true;
        };
        const sent = this.#forwards(address) && !this.dead.has(address);
        const { vpp } = this.#machine;
        this.#clock.schedule(answerMs, () => {
          const other = this.other.get(address);
          const lost = !sent || this.#machine.hangs || this.#machine.vpp !== vpp;
          if (other !== undefined) finish(other);
          else if (!lost) finish(pass);
        });
        this.#clock.schedule(timeoutMs, () => finish(silence));
        return () => {
          over = true;
        };
      },
    });
  }

  #forwards(address: string): boolean {
    const { vpp, refusal, hangs } = this.#machine;
    if (this.#life !== vpp) {
      this.#life = vpp;
      this.#neighbours.clear();
    }
    if (refusal !== null || hangs || this.#clock.monotonic() < this.forwardsFrom) return false;
    const known = this.#neighbours.has(address);
    this.#neighbours.add(address);
    return known;
  }
}

export const refused: ProbeResult = {
  verdict: 'fail',
  code: 'L4CON',
  detail: connectionRefused,
  durationMs: 0,
};
const silence: ProbeResult = { verdict: 'fail', code: 'L4TOUT', detail: 'no answer', durationMs: 0 };
