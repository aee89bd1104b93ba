import { connectionRefused, type ProbeResult } from '../../domain/probe-result.js';
import type { ProbeEngine } from '../../probes/engine/contract.js';
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

  engine(): ProbeEngine {
    const waiting = new Map<string, (result: ProbeResult) => void>();
    const end = (key: string, result: ProbeResult) => {
      const resolve = waiting.get(key);
      waiting.delete(key);
      resolve?.(result);
    };
    const cancel = (key: string) =>
      end(key, { verdict: 'doubt', code: 'CANCELLED', detail: '', durationMs: 0 });
    return {
      probe: (key, { address, timeoutMs }) =>
        new Promise((resolve) => {
          this.probes++;
          const mine = (result: ProbeResult) => resolve(result);
          waiting.set(key, mine);
          const finish = (result: ProbeResult) => {
            if (waiting.get(key) === mine) end(key, result);
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
        }),
      cancel,
      condition: () => ({ mainLagMs: 0, workers: [] }),
      stop: async () => {
        for (const key of [...waiting.keys()]) cancel(key);
      },
    };
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
