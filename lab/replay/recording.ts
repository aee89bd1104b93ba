import type { Transition } from '../../domain/backend-life.js';
import type { BackendState } from '../../domain/health.js';
import type { BackendAction, WeightChange } from '../../domain/operator.js';
import type { ProbeCode } from '../../domain/probe-result.js';

/** A result of a probe, as it was recorded. */
export interface RecordedResult {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly code: ProbeCode;
  readonly detail: string;
  readonly durationMs: number;
}

export interface RecordedServer {
  readonly name: string;
  /** Oldest first. */
  readonly results: readonly RecordedResult[];
  /** Oldest first. */
  readonly transitions: readonly Transition[];
  readonly state: BackendState;
}

/** Something that happened to maglevd, besides probes. */
export type RecordedCause =
  | { readonly at: number; readonly kind: 'vpp'; readonly runs: boolean }
  | {
      readonly at: number;
      readonly kind: 'operator';
      readonly backend: string;
      readonly action: BackendAction;
    }
  | { readonly at: number; readonly kind: 'weight'; readonly change: WeightChange; readonly flush: boolean };

/** What a flight recording (docs/flight-recorder.md) has of what came in. */
export interface Recording {
  /** When it was taken, milliseconds since the epoch. */
  readonly at: number;
  readonly startedAt: number;
  readonly configText: string;
  readonly servers: readonly RecordedServer[];
  /** Oldest first. */
  readonly causes: readonly RecordedCause[];
  /** Reloads of which only the last config is known, and other things that cannot be played. */
  readonly gaps: readonly string[];
}

interface Line {
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** Reads a recording; a sentence without a full stop when it is none. */
export function readRecording(text: string): Recording | string {
  const lines: Line[] = [];
  for (const [i, row] of text.split('\n').entries()) {
    if (row === '') continue;
    try {
      const line: unknown = JSON.parse(row);
      if (typeof line !== 'object' || line === null || !('kind' in line)) return `line ${i + 1} has no kind`;
      lines.push(line as Line);
    } catch {
      return `line ${i + 1} is not JSON`;
    }
  }
  const [begin] = lines;
  if (begin?.kind !== 'begin' || begin['format'] !== 'vpp-maglev-flight') return 'it is no flight recording';
  if (begin['version'] !== 1) return `it has version ${String(begin['version'])}, which is not known here`;
  if (lines.at(-1)?.kind !== 'end') return 'it is not whole: its last line is missing';
  const config = lines.find(({ kind }) => kind === 'config')?.['text'];
  if (typeof config !== 'string') return 'it has no config';
  const { startedAt = 0 } = begin['program'] as { readonly startedAt?: number };
  const events = lines.filter(({ kind }) => kind === 'event');
  return {
    at: Number(begin['at']),
    startedAt,
    configText: config,
    servers: serversIn(lines),
    causes: events.flatMap(causeOf),
    gaps: gapsIn(lines, events),
  };
}

function serversIn(lines: readonly Line[]): RecordedServer[] {
  const results = new Map<string, RecordedResult[]>();
  for (const line of lines.filter(({ kind }) => kind === 'probes')) {
    const rows = line['results'] as readonly (readonly [number, ProbeCode, number])[];
    const own = rows.map(([at, code, durationMs]) => ({ at, code, durationMs, detail: '' }));
    results.set(String(line['backend']), own);
  }
  return lines
    .filter(({ kind }) => kind === 'backend')
    .map((line) => {
      const life = line['life'] as { readonly state: BackendState; readonly history: readonly Transition[] };
      const transitions = life.history.toReversed();
      const name = String(line['name']);
      return { name, state: life.state, transitions, results: results.get(name) ?? [] };
    });
}

function causeOf(event: Line): RecordedCause[] {
  const at = Number(event['at']);
  const fields = (event['fields'] ?? {}) as Readonly<Record<string, unknown>>;
  switch (event['name']) {
    case 'vpp-connect':
      return [{ at, kind: 'vpp', runs: true }];
    case 'vpp-disconnect':
      return [{ at, kind: 'vpp', runs: false }];
    case 'operator-action': {
      if (fields['outcome'] !== 'done') return [];
      const backend = String(fields['backend']);
      if (fields['action'] !== 'weight')
        return [{ at, kind: 'operator', backend, action: fields['action'] as BackendAction }];
      const place = { frontend: String(fields['frontend']), pool: String(fields['pool']), backend };
      const change = { ...place, weight: Number(fields['weight']) };
      return [{ at, kind: 'weight', change, flush: fields['flush'] === true }];
    }
    default:
      return [];
  }
}

function gapsIn(lines: readonly Line[], events: readonly Line[]): string[] {
  const count = (name: string) =>
    events.filter((event) => event['name'] === name && (event['fields'] as { ok?: boolean }).ok !== false)
      .length;
  const reloads = count('config-reload-done');
  const gaps: string[] = [];
  for (const { part } of lines.filter(({ kind }) => kind === 'missing') as { part?: string }[])
    gaps.push(`the recording lacks ${part}`);
  if (reloads > 0)
    gaps.push(`the config was reloaded ${reloads}x; the last one is played from the beginning`);
  const overrides = lines.filter(({ kind }) => kind === 'override').length;
  if (overrides > 0)
    gaps.push(
      `${overrides} overrides counted at the end; those that are older than the events are not played`,
    );
  return gaps;
}
