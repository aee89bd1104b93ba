import { durationBounds, type ProbeReading, probeCodes } from '../domain/probe-numbers.js';
import { verdictOfCode } from '../domain/probe-result.js';
import { checkedName } from './checked-fields.js';
import type { MaglevServer, ProbesInfo } from './generated/maglev.js';
import type { ViewSources } from './handlers-views.js';
import { limitMs } from './limits.js';
import { nanoseconds } from './nanoseconds.js';
import type { Unary } from './unary.js';

/** What probes came to is read from the memory in which it is counted: nobody who probes is asked. */
export function probeHandlers(
  unary: Unary,
  { views, health }: Pick<ViewSources, 'views' | 'health'>,
): Pick<MaglevServer, 'getProbes'> {
  return {
    getProbes: unary(limitMs.view, async (request, ask) => {
      const name = checkedName('name', request.name);
      // Who does not know it says so.
      await ask(views, { type: 'get-backend', name });
      const { reading } = await ask(health, { type: 'get-probe-numbers' });
      return probesMessage(name, reading(name));
    }),
  };
}

function probesMessage(backend: string, reading: ProbeReading | null): ProbesInfo {
  if (reading === null) {
    return { backend, results: 0n, codes: [], buckets: [], durationSumNs: 0n, last: [] };
  }
  const counts = probeCodes.map((code) => ({ code, count: BigInt(reading.count(code)) }));
  return {
    backend,
    results: BigInt(reading.results),
    codes: counts.filter(({ count }) => count > 0n),
    buckets: [...durationBounds, null].map((bound, i) => ({
      atMostNs: bound === null ? undefined : nanoseconds(bound),
      count: BigInt(reading.bucket(i)),
    })),
    durationSumNs: nanoseconds(reading.durationSumMs),
    last: reading.last().map(({ at, durationMs, code }) => ({
      timeNs: nanoseconds(at),
      verdict: verdictOfCode(code),
      code,
      detail: '',
      durationNs: nanoseconds(durationMs),
    })),
  };
}
