import { accessEvents } from './events/access.js';
import { actorEvents } from './events/actors.js';
import { daemonEvents } from './events/daemon.js';
import type { EventKind, RecordOf, Topic } from './events/event.js';
import { healthEvents } from './events/health.js';
import { operatorEvents } from './events/operator.js';
import { vppEvents } from './events/vpp.js';

export type { LogLevel, Topic } from './events/event.js';

/**
 * The catalogue of everything that maglevd tells: its log, the event stream and the metrics read the same values.
 * docs/user-guide.md lists it; that table is written from here, and a spec holds the two equal.
 */
export const eventCatalogue = {
  ...daemonEvents,
  ...accessEvents,
  ...healthEvents,
  ...operatorEvents,
  ...vppEvents,
  ...actorEvents,
} as const;

type Catalogue = typeof eventCatalogue;

export type EventName = keyof Catalogue;

/** The levels at which an event may be told. */
export type LevelOf<E extends EventName> = Catalogue[E]['levels'][number];

/** What a record of an event carries. */
export type FieldsOf<E extends EventName> = RecordOf<Catalogue[E]['fields']>;

/** Everything that maglevd can tell, one shape an event. */
export type MaglevEvent = {
  [E in EventName]: { readonly name: E; readonly level: LevelOf<E>; readonly fields: FieldsOf<E> };
}[EventName];

/** An event as it was told. */
export interface ToldEvent {
  /**
   * Its number, from 1 up without a gap over everything that maglevd tells at info or above since its start; 0 = it was
   * told at debug, and is kept by nobody.
   */
  readonly seq: number;
  /** When, milliseconds since the epoch. */
  readonly at: number;
  readonly event: MaglevEvent;
}

/** Whose state an event tells: a thing of some kind, by its name, which is '' where there is only one. */
export interface StateOf {
  readonly topic: Topic;
  readonly thing: string;
}

/** null: it tells of no state. */
export function stateOf({ name, fields }: MaglevEvent): StateOf | null {
  const { state }: EventKind = eventCatalogue[name];
  if (state === null) return null;
  const named: Readonly<Record<string, unknown>> = fields;
  const thing = state.key === null ? '' : String(named[state.key] ?? '');
  return { topic: state.topic, thing };
}

/** The table of all events in docs/user-guide.md, in the order of the catalogue. */
export function eventTable(): string {
  const rows = Object.entries(eventCatalogue).map(([name, kind]) => row(name, kind));
  return ['| event | level | when; fields |', '|---|---|---|', ...rows].join('\n');
}

function row(name: string, { levels, when, fields }: EventKind): string {
  const texts = Object.entries(fields).map(([key, { says, always }]) => {
    const remark = says === '' && !always ? 'if known' : says;
    return remark === '' ? `\`${key}\`` : `\`${key}\` (${remark})`;
  });
  const list = texts.length === 0 ? '' : `: ${texts.join(', ')}`;
  return `| \`${name}\` | ${levels.join(', ')} | ${when}${list} |`;
}
