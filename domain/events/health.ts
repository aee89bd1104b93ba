import type { BackendState, FrontendState } from '../health.js';
import { event, field, maybe } from './event.js';

const doubt = {
  code: field<string>('of the probe that could not be judged; docs/healthchecks.md lists them'),
  detail: field<string>(),
} as const;

/** What concerns backends, frontends and the probes. */
export const healthEvents = {
  'backend-transition': event(
    ['info', 'debug'],
    'a backend changed its state; it came into the config (`from` and `to` are equal): debug',
    {
      backend: field<string>(),
      from: field<BackendState>(),
      to: field<BackendState>(),
      reason: field<string>(),
      code: field<string | null>('of the probe; null when it was none'),
    },
    { topic: 'backend', key: 'backend' },
  ),
  'backend-doubt': event(
    ['warn'],
    'a backend can no longer be measured, because of a problem on our side of it',
    { backend: field<string>(), state: field<BackendState>(), ...doubt },
  ),
  'backend-doubts': event(
    ['warn'],
    'the same happened to others within the last second, with the same code',
    {
      more: field<number>('how many'),
      backends: field<string>('their names'),
      ...doubt,
    },
  ),
  'backend-doubt-over': event(['info'], 'it can be measured again', {
    backend: field<string>(),
    state: field<BackendState>(),
    forMs: field<number>('how long it could not'),
  }),
  'backend-doubts-over': event(['info'], 'others, too, could be measured again within the last second', {
    more: field<number>('how many'),
    backends: field<string>('their names'),
  }),
  'backend-given-up': event(['warn'], 'a backend without any result for too long counts as down', {
    backend: field<string>(),
    patienceMs: field<number>(),
  }),
  'frontend-transition': event(
    ['info', 'warn', 'debug'],
    'a frontend changed its state, or its active pool (then `from` and `to` are equal); to down: warn; it came into the config: debug',
    {
      frontend: field<string>(),
      from: field<FrontendState>(),
      to: field<FrontendState | 'removed'>(),
      pool: field<string>('the active one'),
    },
    { topic: 'frontend', key: 'frontend' },
  ),
  decision: event(['debug'], 'frontends were decided anew', {
    cause: field<'start' | 'reload' | 'operator' | 'health' | 'settled'>(
      '`start`, `reload`, `operator`, `health`, or `settled` when `startup-min-delay` is over',
    ),
    decided: field<number>('how many'),
    changed: field<number>('how many of them have another VIP now'),
  }),
  'decision-failed': event(
    ['error'],
    'a fault of maglevd: this frontend could not be decided and stays as it was; all others go on',
    { frontend: field<string>(), error: field<string>(), stack: maybe<string>() },
  ),
  'probe-start': event(['debug'], 'a probe begins', {
    backend: field<string>(),
    probe: field<string>('what is done'),
  }),
  'probe-done': event(['debug'], 'it ended', {
    backend: field<string>(),
    verdict: field<string>('`pass`, `fail` or `doubt`'),
    code: field<string>(),
    detail: field<string>(),
    durationMs: field<number>(),
  }),
  'probe-stall': event(['warn'], 'a thread did nothing for half a second or more', {
    thread: field<string>('`main`, `probes-0`'),
    stallMs: field<number>(),
  }),
  'probe-netns': event(
    ['error', 'info'],
    'the network namespace of the probes cannot be entered, and nothing is judged meanwhile; over: info',
    {
      netns: field<string>(),
      code: maybe<string>(),
      error: maybe<string>(),
      advice: maybe<string>(),
    },
  ),
  'probe-worker-lost': event(
    ['error'],
    'a thread that probes failed and is replaced; what it probed is not judged',
    { worker: field<string>(), error: field<string>(), restartMs: field<number>() },
  ),
  'probe-left-alone': event(
    ['error'],
    'a thread that probes was lost while it dealt with this backend, which is not probed for a while',
    { backend: field<string>(), error: field<string>(), pauseMs: field<number>() },
  ),
} as const;
