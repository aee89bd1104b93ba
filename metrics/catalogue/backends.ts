import { counter, gauge, histogram } from '../metric.js';

/** What concerns backends and their probes. */
export const backendMetrics = {
  maglev_backend_info: gauge(['backend', 'address', 'healthcheck'], {
    help: '1; the labels tell its address, and how it is checked (empty: it is not)',
  }),
  maglev_backend_state: gauge(['backend', 'state'], {
    help: '1 for the state in which the backend is, 0 for the others: unknown, up, down, paused, disabled',
    origin: 'reference',
    alert: '`state="down"` is 1 for longer than you can spare the server',
  }),
  maglev_backend_health: gauge(['backend'], {
    help: 'The counter of rise and fall: up at `rise` or more, down below; absent where nothing is probed',
    origin: 'reference',
  }),
  maglev_backend_enabled: gauge(['backend'], {
    help: '1 when the backend is enabled, by the config or by an operator',
    origin: 'reference',
  }),
  maglev_backend_state_age_seconds: gauge(['backend'], {
    help: 'For how long it has been in its state',
    unit: 'seconds',
  }),
  maglev_backend_doubt: gauge(['backend'], {
    help: '1 when the backend cannot be measured, for a trouble on our side of it: its state is kept meanwhile',
    alert: '`sum(maglev_backend_doubt)` is a large part of all backends: nobody would notice that they fail',
  }),
  maglev_backend_given_up: gauge(['backend'], {
    help: '1 when the backend has been without a verdict for too long, and counts as down',
  }),
  maglev_backend_override: gauge(['backend', 'kind'], {
    help: '1 where something counts that an operator asked for instead of what the config says: enabled, paused, weight',
    alert: 'it is 1 for days: somebody has forgotten it',
  }),
  maglev_backend_transitions_total: counter(['backend', 'from', 'to'], {
    help: 'How often the backend changed its state',
    origin: 'reference',
    alert: 'it rises again and again: the backend flaps',
  }),
  maglev_probe_total: counter(['backend', 'type', 'result', 'code'], {
    help: 'Probes that ended; `result` is pass, fail or doubt, `code` as docs/healthchecks.md has it',
    origin: 'reference',
  }),
  maglev_probe_duration_seconds: histogram(['backend', 'type'], {
    help: 'How long probes took',
    unit: 'seconds',
    origin: 'reference',
  }),
  maglev_probe_detection_seconds: histogram([], {
    help: 'From the beginning of the first probe that failed to the verdict that the backend is down',
    unit: 'seconds',
    alert: 'it is much more than `fall` times `fast-interval` of your checks',
  }),
  maglev_probe_stalls_total: counter(['thread'], {
    help: 'How often a thread did nothing for half a second or more: probes were late, and are in doubt',
    alert: 'it rises: the machine has no CPU to spare for maglevd',
  }),
  maglev_probe_workers_lost_total: counter([], {
    help: 'Threads that probe which failed and were replaced',
    alert: 'it rises',
  }),
  maglev_probes_under_way: gauge(['thread'], { help: 'Probes that run now' }),
  maglev_probes_waiting: gauge(['thread'], {
    help: 'Probes that are due and wait, because too many run',
    alert: 'it does not come back to 0',
  }),
} as const;
