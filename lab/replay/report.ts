import { formatDuration } from '../../domain/duration.js';
import type { AbsenceTally } from './absences.js';
import type { Recording } from './recording.js';
import type { PlayedTransition, Replayed } from './replay.js';

/** Two are the same when they are no further apart: probes have another rhythm each time. */
const APART_MS = 10_000;

/** What came of it, beside what was recorded, and beside what would have come of another config. */
export function reportOf(recording: Recording, asItRan: Replayed, other: Replayed | null): string {
  const { from, to, transitions } = asItRan;
  const recorded = recordedTransitions(recording, from);
  const again = recorded.filter((one) => transitions.some((two) => isSame(one, two))).length;
  const head = [
    `${timeOf(from)} to ${timeOf(to)}, ${lasting(to - from)}`,
    ...recording.gaps,
    `${again} of ${recorded.length} recorded transitions are played again within ${lasting(APART_MS)}; ` +
      `${transitions.length} are played in all`,
  ];
  const rows = [
    ...rowsOf('backend', 'not up', asItRan.backends, other?.backends),
    ...rowsOf('frontend', 'without server', asItRan.frontends, other?.frontends),
    ['changes sent to VPP', String(asItRan.writes), other === null ? null : String(other.writes)] as const,
  ];
  const width = Math.max(...rows.map(([what]) => what.length));
  const title = other === null ? [] : [`${''.padEnd(width)}  ${'as it ran'.padEnd(18)}with the other config`];
  const table = rows.map(([what, one, two]) =>
    `${what.padEnd(width)}  ${two === null ? one : one.padEnd(18) + two}`.trimEnd(),
  );
  return `${[...head, ...title, ...table].join('\n')}\n`;
}

type Row = readonly [what: string, asItRan: string, other: string | null];

function rowsOf(kind: string, how: string, one: AbsenceTally, two: AbsenceTally | undefined): Row[] {
  const names = [...new Set([...one.keys(), ...(two?.keys() ?? [])])].sort();
  return names.map(
    (name): Row => [`${kind} ${name} ${how}`, absence(one, name), two ? absence(two, name) : null],
  );
}

function absence(tally: AbsenceTally, name: string): string {
  const found = tally.get(name);
  return found === undefined ? 'never' : `${lasting(found.ms)} (${found.times}x)`;
}

/** Transitions to a verdict, which is what probes decide; first verdicts come before the recording begins. */
function recordedTransitions({ servers }: Recording, from: number): PlayedTransition[] {
  return servers.flatMap(({ name, transitions }) =>
    transitions
      .filter(
        ({ from: before, to, at, result }) =>
          at > from && before !== 'unknown' && result !== null && (to === 'up' || to === 'down'),
      )
      .map(({ at, to }) => ({ at, backend: name, to })),
  );
}

function isSame(a: PlayedTransition, b: PlayedTransition): boolean {
  return a.backend === b.backend && a.to === b.to && Math.abs(a.at - b.at) <= APART_MS;
}

function timeOf(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
}

function lasting(ms: number): string {
  return formatDuration(Math.round(ms / 100) * 100);
}
