import { nameText } from '../domain/name.js';
import type { BackendInfo, TransitionRecord } from '../rpc/generated/maglev.js';
import { momentWithAge } from './age.js';
import type { Command } from './command.js';
import { fields, none, table } from './layout.js';
import { success } from './outcome.js';
import { roughSpan } from './span-text.js';
import { type Line, label } from './text.js';

export const backendCommands: readonly Command[] = [
  {
    usage: 'show backends',
    help: 'all backends, with their state',
    run: async ({ client }) => {
      const response = await (await client()).listBackends();
      return success(backendsTable(response.backends), response);
    },
  },
  {
    usage: 'show backend <name>',
    help: 'one backend: its health, the last probe, and how it came to be so',
    run: async ({ client, clock }, { name = '' }) => {
      const response = await (await client()).getBackend(name);
      return success(backendText(response, clock.now()), response);
    },
  },
];

function backendsTable(backends: readonly BackendInfo[]): Line[] {
  return table(
    ['name', 'address', 'state', 'enabled', 'healthcheck', 'frontends'],
    backends.map(({ name, address, state, enabled, healthcheck, frontends }) => [
      nameText(name),
      address,
      state,
      enabled,
      healthcheck === '' ? none : nameText(healthcheck),
      frontends.map(nameText).join(' ') || none,
    ]),
  );
}

type Field = readonly [string, string | boolean];

function backendText(backend: BackendInfo, nowMs: number): Line[] {
  const { stateSinceNs, transitions } = backend;
  const since: Field[] = stateSinceNs === undefined ? [] : [['since', momentWithAge(stateSinceNs, nowMs)]];
  return [
    ...fields([
      ['name', backend.name],
      ['address', backend.address],
      ['state', backend.state],
      ...since,
      ['enabled', backend.enabled],
      ['healthcheck', backend.healthcheck || none],
      ['frontends', backend.frontends.map(nameText).join(' ') || none],
      ...(backend.healthcheck === '' ? [] : healthFields(backend, nowMs)),
    ]),
    ...(transitions.length === 0 ? [] : transitionsText(transitions, nowMs)),
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
      ['last-result', `${probe.verdict}: ${result(probe)}, after ${roughSpan(probe.durationNs)}`],
    );
  }
  if (doubt !== undefined) {
    shown.push(
      ['doubt', `${result(doubt)}: state and counter are frozen`],
      ['doubt-since', momentWithAge(doubt.sinceNs, nowMs)],
    );
  }
  return shown;
}

/** `3/4 (rise 2, fall 3): 2 failures in a row bring it down`. */
function counterText({ state, counter, rise, fall }: BackendInfo): string | null {
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

function result({ code, detail }: { readonly code: string; readonly detail: string }): string {
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
