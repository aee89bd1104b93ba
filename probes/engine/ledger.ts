import { durationBounds, type ProbeReading, probeCodes } from '../../domain/probe-numbers.js';
import { type ProbeCode, verdictOfCode } from '../../domain/probe-result.js';
import type { BackendProbes, ProbeReader, ThreadReading } from '../../protocol/readings.js';
import type { ProbeBook } from './book.js';
import type { ProbeEngine } from './contract.js';

/** Reads what came of probes, over all engines that follow one another. */
export class ProbeLedger implements ProbeReader {
  #book: ProbeBook | null = null;
  #engine: ProbeEngine | null = null;

  /** The same engine, whose threads and orders are known here from now on; its results are in the book. */
  following(engine: ProbeEngine, book: ProbeBook): ProbeEngine {
    this.#engine = engine;
    this.#book = book;
    return engine;
  }

  readonly of: ProbeReader['of'] = (backend): BackendProbes | null => {
    const type = this.#engine?.typeOf(backend) ?? null;
    const reading = this.#book?.reading(backend) ?? null;
    if (type === null || reading === null) return null;
    return { type, counts: countsOf(reading), durations: durationsOf(reading) };
  };

  readonly failingSince: ProbeReader['failingSince'] = (backend) => {
    let since: number | null = null;
    for (const { at, durationMs, code } of this.#book?.reading(backend)?.last() ?? []) {
      const verdict = verdictOfCode(code);
      if (verdict === 'pass') break;
      if (verdict === 'fail') since = at - durationMs;
    }
    return since;
  };

  readonly threads: ProbeReader['threads'] = (): ThreadReading[] => {
    const condition = this.#engine?.condition() ?? null;
    if (condition === null) return [];
    const workers = condition.workers.map(({ name, lagMs, underWay, waiting }) => {
      return { thread: name, lagMs, probes: { underWay, waiting } };
    });
    return [{ thread: 'main', lagMs: condition.mainLagMs, probes: null }, ...workers];
  };
}

const boundsInSeconds = durationBounds.map((ms) => ms / 1000);

function countsOf(reading: ProbeReading): (readonly [ProbeCode, number])[] {
  return probeCodes.flatMap((code) => {
    const count = reading.count(code);
    return count === 0 ? [] : [[code, count] as const];
  });
}

function durationsOf(reading: ProbeReading): BackendProbes['durations'] {
  const counts = Array.from({ length: boundsInSeconds.length + 1 }, (_, i) => reading.bucket(i));
  return { bounds: boundsInSeconds, counts, sum: reading.durationSumMs / 1000, exemplars: [] };
}
