import { nameText } from '../domain/name.js';
import type { BackendInfo, ListBackendsResponse, TransitionRecord } from '../rpc/generated/maglev.js';
import { type Command, orElse, success } from './command.js';
import { fields, firstTableThatFits, none, table } from './layout.js';
import { placesOf, placesText } from './pools-text.js';
import { age, differenceLines, doubtText, stateSpan, vppLines } from './state-text.js';
import { type Line, label, type Span } from './text.js';
import { momentWithAge, roughSpan } from './time-text.js';

export const backendCommands: readonly Command[] = [
  {
    usage: 'show backends',
    json: 'ListBackendsResponse',
    help: 'all backends: their state, since when and why, and what is unusual about them',
    run: async ({ client, clock, width }) => {
      const response = await (await client()).listBackends();
      return success(backendsText(response, clock.now(), width), response);
    },
  },
  {
    usage: 'show backend <name>',
    slots: { name: 'backend' },
    json: '`BackendInfo`, and `places`: a list of `PoolBackendInfo` with `frontend`, `pool` and `active`',
    help: 'one backend: its health, the last probe, and how it came to be so',
    run: async ({ client, clock, width }, { name = '' }) => {
      const maglevd = await client();
      const [response, { frontends }] = await Promise.all([
        maglevd.getBackend(name),
        orElse(maglevd.listFrontends(), { frontends: [] }),
      ]);
      const places = placesOf(name, frontends);
      const text = [...backendText(response, clock.now()), ...placesText(places, width)];
      return success(text, { ...response, places });
    },
  },
];

function backendsText({ backends, vpp }: ListBackendsResponse, nowMs: number, width: number | null): Line[] {
  return [...backendsTable(backends, nowMs, width), ...vppLines(vpp, nowMs)];
}

/** One line each: where the names of all frontends do not fit, their number is told. */
export function backendsTable(backends: readonly BackendInfo[], nowMs: number, width: number | null): Line[] {
  const cell: Readonly<Record<Column, (backend: BackendInfo) => string | Span>> = {
    name: ({ name }) => nameText(name),
    address: ({ address }) => address,
    state: ({ state }) => stateSpan(state),
    since: ({ stateSinceNs }) => (stateSinceNs === undefined ? none : age(stateSinceNs, nowMs)),
    healthcheck: ({ healthcheck }) => (healthcheck === '' ? none : nameText(healthcheck)),
    frontends: ({ frontends }) => frontends.map(nameText).join(' ') || none,
    in: ({ frontends }) => String(frontends.length),
    notes: (backend) => notesText(backend, nowMs) || none,
    cause: (backend) => causeText(backend) || none,
    // Who was paused or disabled by an operator needs no second word for it.
    why: (backend) =>
      [notesText(backend, nowMs), backend.override === backend.state ? '' : causeText(backend)]
        .filter((text) => text !== '')
        .join(', ') || none,
  };
  return firstTableThatFits(
    width,
    backends,
    layouts.map(
      (columns) => (some) =>
        table(
          columns,
          some.map((backend) => columns.map((column) => cell[column](backend))),
        ),
    ),
  );
}

type Column =
  | 'name'
  | 'address'
  | 'state'
  | 'since'
  | 'healthcheck'
  | 'frontends'
  | 'in'
  | 'notes'
  | 'cause'
  | 'why';

/** From the fullest to the leanest, which has what one looks for at night. */
const layouts: readonly (readonly Column[])[] = [
  ['name', 'address', 'state', 'since', 'healthcheck', 'frontends', 'notes', 'cause'],
  ['name', 'address', 'state', 'since', 'healthcheck', 'in', 'notes', 'cause'],
  ['name', 'address', 'state', 'since', 'in', 'why'],
  ['name', 'state', 'since', 'why'],
];

function causeText({ transitions }: BackendInfo): string {
  return transitions[0]?.reason ?? '';
}

/** What an operator said, what cannot be measured, and whether VPP has what was decided. */
function notesText(backend: BackendInfo, nowMs: number): string {
  const { doubt, override, standing, givenUp } = backend;
  const notes = [
    ...(doubt === undefined ? [] : [doubtText(doubt, nowMs)]),
    ...(override === '' ? [] : [`${override} by operator`]),
    ...(givenUp === true ? ['given up'] : []),
    ...(standing === undefined || ['equal', 'unverified', 'unreachable', 'disabled'].includes(standing.state)
      ? []
      : [`vpp ${standing.state}`]),
  ];
  return notes.join(', ');
}

type Field = readonly [string, string | boolean | Span];

function backendText(backend: BackendInfo, nowMs: number): Line[] {
  const { stateSinceNs, transitions } = backend;
  const since: Field[] = stateSinceNs === undefined ? [] : [['since', momentWithAge(stateSinceNs, nowMs)]];
  return [
    ...fields([
      ['name', backend.name],
      ['address', backend.address],
      ['state', stateSpan(backend.state)],
      ...since,
      ['enabled', backend.enabled],
      ...(backend.override === '' ? [] : [['override', `${backend.override} by the operator`] as const]),
      ['healthcheck', backend.healthcheck || none],
      ['frontends', backend.frontends.map(nameText).join(' ') || none],
      ...(backend.healthcheck === '' ? [] : healthFields(backend, nowMs)),
    ]),
    ...(transitions.length === 0 ? [] : transitionsText(transitions, nowMs)),
    ...(backend.standing?.state === 'unverified' ? [] : differenceLines(backend.standing, 'vpp ')),
  ];
}

/** What probes found. */
function healthFields(backend: BackendInfo, nowMs: number): Field[] {
  const { lastProbe: probe, doubt } = backend;
  const counter = counterText(backend);
  const shown: Field[] = counter === null ? [] : [['counter', counter]];
  if (backend.givenUp === true) shown.push(['given-up', 'unknown for too long: it counts as down']);
  if (probe === undefined) shown.push(['last-probe', 'none yet']);
  else {
    shown.push(
      ['last-probe', momentWithAge(probe.timeNs, nowMs)],
      ['last-result', `${probe.verdict}: ${resultText(probe)}, after ${roughSpan(probe.durationNs)}`],
    );
  }
  if (doubt !== undefined) {
    shown.push(
      ['doubt', `${resultText(doubt)}: state and counter are frozen`],
      ['doubt-since', momentWithAge(doubt.sinceNs, nowMs)],
    );
  }
  return shown;
}

/** `3/4 (rise 2, fall 3): 2 failures in a row bring it down`. */
/** null: it has no health check. */
export function counterText({ state, counter, rise, fall }: BackendInfo): string | null {
  if (counter === undefined || rise === undefined || fall === undefined) return null;
  const standing = `${counter}/${rise + fall - 1} (rise ${rise}, fall ${fall})`;
  switch (state) {
    case 'up':
      return `${standing}: ${inARow(counter - rise + 1, 'failure')} it down`;
    case 'down':
      return `${standing}: ${inARow(rise - counter, 'pass')} it up`;
    case 'unknown':
      return `${standing}: a pass brings it up, ${inARow(counter - rise + 1, 'failure')} it down`;
    default:
      return standing;
  }
}

function inARow(count: number, what: 'failure' | 'pass'): string {
  if (count === 1) return `one ${what} brings`;
  return `${count} ${what === 'pass' ? 'passes' : 'failures'} in a row bring`;
}

export function resultText({ code, detail }: { readonly code: string; readonly detail: string }): string {
  return detail === '' ? code : `${code} ${detail}`;
}

function transitionsText(transitions: readonly TransitionRecord[], nowMs: number): Line[] {
  const rows = transitions.map(({ timeNs, from, to, reason }) => [
    momentWithAge(timeNs, nowMs),
    `${from} -> ${to}`,
    reason,
  ]);
  return [[label('transitions')], ...table(['time', 'change', 'reason'], rows, '  ')];
}
