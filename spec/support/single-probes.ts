import type { HealthCheck } from '../../domain/config.js';
import type { ProbeResult } from '../../domain/probe-result.js';
import { undecided } from '../../domain/rise-fall.js';
import { ProbeBook } from '../../probes/engine/book.js';
import type { EngineCondition, ProbeEngineOptions, ProbeNews } from '../../probes/engine/contract.js';
import { createProbeEngine } from '../../probes/engine/engine.js';
import type { ProbeTarget } from '../../probes/target.js';

/** So long that no second probe comes by itself. */
const day = 86_400_000;

/** An engine that is asked for one probe after the other. */
export interface SingleProbes {
  readonly probe: (key: string, target: ProbeTarget) => Promise<ProbeResult>;
  readonly cancel: (key: string) => void;
  readonly condition: () => EngineCondition;
  readonly stop: () => Promise<void>;
  readonly book: ProbeBook;
}

interface Waiting {
  readonly round: number;
  readonly resolve: (result: ProbeResult) => void;
}

/** `remembers`: backends stay with the engine after their probe. */
export function singleProbes(
  options: Omit<ProbeEngineOptions, 'news' | 'book'>,
  remembers = false,
): SingleProbes {
  const waiting = new Map<string, Waiting>();
  const book = new ProbeBook();
  let rounds = 0;
  let stopped = false;
  const end = (key: string, result: ProbeResult) => {
    const one = waiting.get(key);
    waiting.delete(key);
    one?.resolve(result);
  };
  const news = (all: readonly ProbeNews[]) => {
    for (const { key, round, result } of all) {
      if (waiting.get(key)?.round !== round) continue;
      if (!remembers) engine.forget(key);
      end(key, result);
    }
  };
  const engine = createProbeEngine({ ...options, news, book });
  const cancelled: ProbeResult = { verdict: 'doubt', code: 'CANCELLED', detail: '', durationMs: 0 };
  return {
    book,
    probe: (key, target) => {
      if (stopped) return Promise.resolve(cancelled);
      const round = ++rounds;
      const check: HealthCheck = {
        name: 'spec',
        interval: day,
        fastInterval: day,
        downInterval: day,
        timeout: target.timeoutMs,
        rise: 1,
        fall: 1,
        probeIpv4Source: null,
        probeIpv6Source: null,
        probe: target.probe,
      };
      return new Promise((resolve) => {
        waiting.set(key, { round, resolve });
        engine.watch(key, { target, check, round, standing: undecided(check), startMs: 0 });
      });
    },
    cancel: (key) => {
      engine.forget(key);
      end(key, cancelled);
    },
    condition: engine.condition,
    stop: async () => {
      stopped = true;
      for (const key of [...waiting.keys()]) end(key, cancelled);
      await engine.stop();
    },
  };
}
