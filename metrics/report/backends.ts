import type { BackendState } from '../../domain/health.js';
import { verdictOfCode } from '../../domain/probe-result.js';
import type { BackendView } from '../../domain/views.js';
import { type Family, family, histograms, single } from '../family.js';
import type { Snapshot } from '../snapshot.js';

const states: readonly BackendState[] = ['unknown', 'up', 'down', 'paused', 'disabled'];

export function* backendFamilies({
  at,
  config,
  backends,
  health,
  overrides,
  readers,
  tally,
}: Snapshot): Generator<Family, void> {
  const { probes } = readers;
  const checked = backends.filter(({ healthcheck }) => healthcheck !== '');
  const threads = probes.threads();
  const probing = threads.flatMap(({ thread, probes }) => (probes === null ? [] : [{ thread, ...probes }]));
  yield family('maglev_backend_info', backends, ({ name, address, healthcheck }, put) => {
    put([name, address, healthcheck], 1);
  });
  yield family('maglev_backend_state', backends, ({ name, state }, put) => {
    for (const one of states) put([name, one], one === state ? 1 : 0);
  });
  yield family('maglev_backend_health', checked, ({ name }, put) => {
    const life = health.get(name)?.life;
    if (life !== undefined) put([name], life.standing.counter);
  });
  yield family('maglev_backend_enabled', backends, ({ name, enabled }, put) => put([name], enabled ? 1 : 0));
  yield family('maglev_backend_state_age_seconds', backends, ({ name }, put) => {
    const detail = health.get(name);
    if (detail !== undefined) put([name], Math.max(0, at - detail.life.since) / 1000);
  });
  yield family('maglev_backend_doubt', backends, ({ name }, put) => {
    const detail = health.get(name);
    if (detail !== undefined) put([name], detail.life.doubt === null ? 0 : 1);
  });
  yield family('maglev_backend_given_up', backends, ({ name }, put) => {
    const detail = health.get(name);
    if (detail !== undefined) put([name], detail.givenUp ? 1 : 0);
  });
  yield family('maglev_backend_override', overrideRows(overrides, backends), ([name, kind], put) => {
    put([name, kind], 1);
  });
  yield family('maglev_backend_transitions_total', tally.transitions.rows(), ({ labels, count }, put) => {
    const [name = '', from = '', to = ''] = labels;
    if (config === null || config.running.backends.has(name)) put([name, from, to], count);
  });
  yield family('maglev_probe_total', backends, ({ name }, put) => {
    const probed = probes.of(name);
    if (probed === null) return;
    for (const [code, count] of probed.counts) put([name, probed.type, verdictOfCode(code), code], count);
  });
  yield histograms('maglev_probe_duration_seconds', backends, ({ name }, put) => {
    const probed = probes.of(name);
    if (probed !== null) put([name, probed.type], probed.durations);
  });
  yield histograms('maglev_probe_detection_seconds', [tally.detection], (one, put) => put([], one));
  yield family('maglev_probe_stalls_total', threads, ({ thread }, put) =>
    put([thread], tally.stalls.get(thread)),
  );
  yield single('maglev_probe_workers_lost_total', tally.workersLost);
  yield family('maglev_probes_under_way', probing, ({ thread, underWay }, put) => put([thread], underWay));
  yield family('maglev_probes_waiting', probing, ({ thread, waiting }, put) => put([thread], waiting));
}

/** Weights of several frontends are one override of that kind. */
function overrideRows(
  overrides: Snapshot['overrides'],
  backends: readonly Pick<BackendView, 'name'>[],
): (readonly [string, string])[] {
  if (overrides.length === 0) return [];
  const known = new Set(backends.map(({ name }) => name));
  const kinds = new Map<string, readonly [string, string]>();
  for (const { backend, asked, dormantSince } of overrides) {
    if (dormantSince !== null || !known.has(backend)) continue;
    const kind = asked === 'pause' ? 'paused' : asked.startsWith('weight') ? 'weight' : 'enabled';
    kinds.set(`${backend}\0${kind}`, [backend, kind]);
  }
  return [...kinds.values()];
}
