import { Histogram, probeBounds } from '../../domain/histogram.js';
import type { ProbeCode, ProbeResult } from '../../domain/probe-result.js';
import type { Clock } from '../../protocol/clock.js';
import type { BackendProbes, ProbeReader, ThreadReading } from '../../protocol/readings.js';
import type { ProbeEngine } from './contract.js';

interface Line {
  readonly type: string;
  readonly counts: Map<ProbeCode, number>;
  readonly durations: Histogram;
}

interface Page {
  /** By the type of probe: a reload may ask another question. */
  readonly lines: Map<string, Line>;
  failingSince: number | null;
}

/** Counts what comes of probes, over all engines that follow one another. */
export class ProbeLedger implements ProbeReader {
  readonly #pages = new Map<string, Page>();
  readonly #clock: Clock;
  #engine: ProbeEngine | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The same engine, whose results are counted from now on. */
  counting(engine: ProbeEngine): ProbeEngine {
    this.#engine = engine;
    return {
      ...engine,
      probe: async (key, target) => {
        const begun = this.#clock.now();
        const result = await engine.probe(key, target);
        this.#count(key, target.probe.type, result, begun);
        return result;
      },
    };
  }

  readonly of: ProbeReader['of'] = (backend): BackendProbes[] => [
    ...(this.#pages.get(backend)?.lines.values() ?? []),
  ];

  readonly failingSince: ProbeReader['failingSince'] = (backend) =>
    this.#pages.get(backend)?.failingSince ?? null;

  readonly threads: ProbeReader['threads'] = (): ThreadReading[] => {
    const condition = this.#engine?.condition() ?? null;
    if (condition === null) return [];
    const workers = condition.workers.map(({ lagMs, underWay, waiting }, i) => {
      return { thread: `probes-${i}`, lagMs, probes: { underWay, waiting } };
    });
    return [{ thread: 'main', lagMs: condition.mainLagMs, probes: null }, ...workers];
  };

  readonly keep: ProbeReader['keep'] = (is) => {
    for (const backend of this.#pages.keys()) if (!is(backend)) this.#pages.delete(backend);
  };

  #count(backend: string, type: string, { code, verdict, durationMs }: ProbeResult, begun: number): void {
    // The prober's own word for a probe that nobody wants any more.
    if (code === 'CANCELLED') return;
    const page = this.#page(backend);
    const line = lineOf(page, type);
    line.counts.set(code, (line.counts.get(code) ?? 0) + 1);
    if (verdict === 'doubt') return;
    line.durations.observe(durationMs / 1000);
    page.failingSince = verdict === 'pass' ? null : (page.failingSince ?? begun);
  }

  #page(backend: string): Page {
    const known = this.#pages.get(backend);
    if (known !== undefined) return known;
    const page: Page = { lines: new Map(), failingSince: null };
    this.#pages.set(backend, page);
    return page;
  }
}

function lineOf({ lines }: Page, type: string): Line {
  const known = lines.get(type);
  if (known !== undefined) return known;
  const line: Line = { type, counts: new Map(), durations: new Histogram(probeBounds) };
  lines.set(type, line);
  return line;
}
