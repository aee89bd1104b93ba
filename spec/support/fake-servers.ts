import type { ProbeResult } from '../../domain/probe-result.js';
import type { ProbeEngine } from '../../probes/engine/contract.js';
import { createLocalEngine, type LocalEngineOptions } from '../../probes/engine/local-engine.js';

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
  /** Addresses of probes that were cancelled. */
  readonly cancelled: string[] = [];
  engines = 0;

  engine(context: Omit<LocalEngineOptions, 'probe'>): ProbeEngine {
    this.engines++;
    const engine = createLocalEngine({
      ...context,
      probe: ({ address }, ended) => {
        this.probed.push(address);
        const answer = this.next.get(address)?.shift() ?? this.answers.get(address) ?? pass;
        if (answer !== 'silent') queueMicrotask(() => ended(answer));
        return () => this.cancelled.push(address);
      },
    });
    return {
      ...engine,
      stop: async () => {
        await engine.stop();
        this.engines--;
      },
    };
  }
}
