import type { BackendLife } from './backend-life.js';
import type { MaglevConfig } from './config.js';
import { configText } from './config-text.js';
import type { ErrorCode } from './errors.js';
import type { ToldEvent } from './events.js';
import type { Override } from './overrides.js';
import type { RememberedProbe } from './probe-numbers.js';
import type { SyncRecord } from './syncs.js';
import { plain } from './text.js';
import type { FrontendView } from './views.js';
import type { VppRead } from './vpp-reads.js';

/** Counts up when a reader of the one before would misread it. What a reader does not know it ignores. */
export const FLIGHT_VERSION = 1;

/** The maglevd that was recorded. */
export interface RecordedProgram {
  readonly version: string;
  readonly commit: string | null;
  readonly date: string | null;
  readonly node: string;
  readonly pid: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly configFile: string;
  /** Whether it was told to govern a VPP. */
  readonly vpp: boolean;
}

/** One part of maglevd, as the kernel describes it. */
export interface RecordedActor {
  readonly path: string;
  readonly state: string;
  readonly mailbox: number;
  readonly restarts: number;
  readonly lastError: string | null;
  readonly children: readonly RecordedActor[];
}

export interface RecordedBackend {
  readonly name: string;
  readonly life: BackendLife;
  readonly givenUp: boolean;
}

/** A part that did not answer. */
export interface MissingPart {
  readonly part: string;
  readonly code: ErrorCode;
  readonly error: string;
}

/** What maglevd knows of the last minutes. A part that did not answer is null, and among the missing ones. */
export interface FlightRecord {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly by: string;
  readonly program: RecordedProgram;
  readonly config: MaglevConfig | null;
  readonly overrides: readonly Override[] | null;
  readonly backends: readonly RecordedBackend[] | null;
  /** The last results of a backend, newest first; asked when it is written, one backend after the other: there may be many. */
  readonly probes: ((backend: string) => readonly RememberedProbe[]) | null;
  readonly frontends: readonly FrontendView[] | null;
  /** Oldest first, as all that follows. */
  readonly reads: readonly VppRead[] | null;
  readonly syncs: readonly SyncRecord[] | null;
  readonly events: readonly ToldEvent[] | null;
  readonly actors: RecordedActor | null;
  readonly missing: readonly MissingPart[];
}

/** The lines of its file, each a JSON object with its line break; see docs/flight-recorder.md. */
export function* flightLines(record: FlightRecord): Generator<string> {
  let lines = 0;
  for (const line of parts(record)) {
    lines++;
    yield `${JSON.stringify(line, plain)}\n`;
  }
  yield `${JSON.stringify({ kind: 'end', lines })}\n`;
}

type Line = { readonly kind: string };

function* parts(record: FlightRecord): Generator<Line> {
  const { at, by, program, config, overrides, backends, frontends, reads, syncs, events, actors } = record;
  yield { kind: 'begin', ...{ format: 'vpp-maglev-flight', version: FLIGHT_VERSION, at, by, program } };
  for (const missing of record.missing) yield { kind: 'missing', ...missing };
  if (config !== null) yield { kind: 'config', ...{ text: configText(config) } };
  for (const override of overrides ?? []) yield { kind: 'override', ...override };
  for (const backend of backends ?? []) {
    yield { kind: 'backend', ...backend };
    const probes = record.probes?.(backend.name) ?? [];
    const results = probes
      .toReversed()
      .map(({ at: when, code, durationMs }) => [when, code, rounded(durationMs)]);
    if (probes.length > 0) yield { kind: 'probes', ...{ backend: backend.name, results } };
  }
  for (const frontend of frontends ?? []) yield { kind: 'frontend', ...frontend };
  for (const [i, { at: when, state }] of (reads ?? []).entries()) {
    yield { kind: 'vpp-read', ...{ read: i + 1, at: when, conf: state.conf, vips: state.vips.length } };
    for (const vip of state.vips) yield { kind: 'vpp-vip', ...{ read: i + 1, ...vip } };
  }
  for (const { operations, ...sync } of syncs ?? []) {
    yield { kind: 'sync', ...sync };
    for (const operation of operations) yield { kind: 'operation', ...{ sync: sync.id, ...operation } };
  }
  for (const { seq, at: when, event } of events ?? [])
    yield { kind: 'event', ...{ seq, at: when, ...event } };
  if (actors !== null) yield* actorLines(actors);
}

function* actorLines({ children, ...actor }: RecordedActor): Generator<Line> {
  yield { kind: 'actor', ...actor };
  for (const child of children) yield* actorLines(child);
}

/** Microseconds are enough. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

/** Lines put together to pieces of about so many characters: one at a time, so that nobody has to hold all of them. */
export function* flightPieces(record: FlightRecord, size = 64 * 1024): Generator<string> {
  let piece = '';
  for (const line of flightLines(record)) {
    piece += line;
    if (piece.length < size) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}
