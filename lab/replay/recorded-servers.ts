import type { MaglevConfig } from '../../domain/config.js';
import {
  connectionRefused,
  type ProbeCode,
  type ProbeResult,
  verdictOfCode,
} from '../../domain/probe-result.js';
import type { LocalProbe } from '../../probes/engine/local-thread.js';
import type { ProbeTarget } from '../../probes/target.js';
import type { Clock } from '../../protocol/clock.js';
import type { RecordedResult, RecordedServer } from './recording.js';

const well = { code: 'L4OK', detail: '', durationMs: 1 } as const;

/** Answers probes as the servers did: each with what was found last at that moment. */
export class RecordedServers {
  readonly #clock: Clock;
  readonly #byAddress = new Map<string, readonly RecordedResult[]>();

  /** `config` says which address the servers of the recording have. */
  constructor(clock: Clock, servers: readonly RecordedServer[], config: MaglevConfig) {
    this.#clock = clock;
    for (const server of servers) {
      const address = config.backends.get(server.name)?.address;
      if (address !== undefined) this.#byAddress.set(address, courseOf(server));
    }
  }

  readonly probe = (
    target: ProbeTarget,
    _asker: Pick<Clock, 'schedule'>,
    ended: (result: ProbeResult) => void,
  ): LocalProbe => {
    const found = this.#at(target.address, this.#clock.now());
    const durationMs = Math.min(Math.max(found.durationMs, 0.1), target.timeoutMs);
    const abandon = this.#clock.schedule(durationMs, () => ended(resultOf({ ...found, durationMs })));
    // What was recorded has its end.
    return { abandon, expire: () => {} };
  };

  /** What came of our own way stands in the results. */
  readonly ownWay = (): null => null;

  /** Where nothing is known the server is well. */
  #at(address: string, now: number): Omit<RecordedResult, 'at'> {
    const course = this.#byAddress.get(address) ?? [];
    return course.findLast(({ at }) => at - 1 <= now) ?? well;
  }
}

/**
 * All that is known of a server, oldest first: its results, and what decided each transition before the oldest of them.
 * A transition came when the last of several failures or passes did; the earlier ones were alike.
 */
export function courseOf({ results, transitions }: RecordedServer): readonly RecordedResult[] {
  const oldest = results[0]?.at ?? Number.POSITIVE_INFINITY;
  const decided = transitions.flatMap(({ at, result }) =>
    result === null || at >= oldest
      ? []
      : [{ at, code: result.code, detail: result.detail, durationMs: result.durationMs }],
  );
  const details = new Map(
    transitions.flatMap(({ result }) => (result === null ? [] : [[result.code, result.detail]])),
  );
  return [...decided, ...results.map((one) => ({ ...one, detail: detailOf(one.code, details) }))];
}

/** The recording has a detail only where a state has changed. */
function detailOf(code: ProbeCode, known: ReadonlyMap<string, string>): string {
  return known.get(code) ?? (code === 'L4CON' ? connectionRefused : '');
}

function resultOf({ code, detail, durationMs }: Omit<RecordedResult, 'at'>): ProbeResult {
  // The verdict is that of the code: together they are one of the kinds of a result.
  return { verdict: verdictOfCode(code), code, detail, durationMs } as ProbeResult;
}
