import type { ProbeResult } from '../../domain/probe-result.js';
import type { ProbeEngine } from '../../probes/engine/contract.js';

export const pass: ProbeResult = { verdict: 'pass', code: 'L7OK', detail: 'HTTP 200', durationMs: 0 };
export const fail: ProbeResult = { verdict: 'fail', code: 'L7STS', detail: 'HTTP 503', durationMs: 0 };
export const doubt: ProbeResult = { verdict: 'doubt', code: 'SOCKERR', detail: 'EMFILE', durationMs: 0 };

/** Servers that answer probes as the spec says; by address, a pass where nothing is said. */
export class FakeServers {
  readonly answers = new Map<string, ProbeResult | 'silent'>();
  /** By address, what the next probes find, before `answers` counts again. */
  readonly next = new Map<string, ProbeResult[]>();
  /** Addresses probed, in order. */
  readonly probed: string[] = [];
  readonly cancelled: string[] = [];
  engines = 0;

  engine(): ProbeEngine {
    this.engines++;
    const waiting = new Map<string, (result: ProbeResult) => void>();
    const cancel = (key: string) => {
      const resolve = waiting.get(key);
      waiting.delete(key);
      resolve?.({ verdict: 'doubt', code: 'CANCELLED', detail: 'cancelled', durationMs: 0 });
    };
    return {
      probe: (key, { address }) =>
        new Promise((resolve) => {
          this.probed.push(address);
          const answer = this.next.get(address)?.shift() ?? this.answers.get(address) ?? pass;
          if (answer === 'silent') waiting.set(key, resolve);
          else queueMicrotask(() => resolve(answer));
        }),
      cancel: (key) => {
        this.cancelled.push(key);
        cancel(key);
      },
      condition: () => ({ mainLagMs: 0, workers: [] }),
      stop: async () => {
        for (const key of [...waiting.keys()]) cancel(key);
        this.engines--;
      },
    };
  }
}
