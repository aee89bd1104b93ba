import { isOneOfMany, kindOfActor } from '../event-tally.js';
import { type Family, family, histograms, single } from '../family.js';
import type { ActorNode, Snapshot } from '../snapshot.js';

export function daemonFamilies(snapshot: Snapshot): Family[] {
  const { about, use, config, events, tally, readers, parts, tookMs, scrapes } = snapshot;
  const calls = readers.calls();
  const called = calls.filter(({ codes }) => codes.length > 0);
  const timed = called.flatMap(({ method, durations }) =>
    durations === null ? [] : [{ method, durations }],
  );
  return [
    family('maglev_build_info', [about], ({ version, commit, node }, put) => {
      put([version, commit ?? '', node], 1);
    }),
    family('maglev_config_info', config === null ? [] : [config], ({ hash }, put) => put([hash], 1)),
    single('maglev_config_last_reload_successful', tally.reload?.ok === false ? 0 : 1),
    single(
      'maglev_config_last_reload_success_timestamp_seconds',
      (tally.reloadedAt ?? about.startedAt) / 1000,
    ),
    family('maglev_grpc_calls_total', calls, ({ method, codes }, put) => {
      for (const { labels, count } of codes) put([method, labels[0] ?? ''], count);
    }),
    histograms('maglev_grpc_call_duration_seconds', timed, ({ method, durations }, put) =>
      put([method], durations),
    ),
    family('maglev_grpc_calls_under_way', calls, ({ method, underWay }, put) => put([method], underWay)),
    family('maglev_events_total', tally.events.rows(), ({ labels, count }, put) => {
      const [event = '', level = ''] = labels;
      put([event, level], count);
    }),
    single('maglev_event_subscribers', events?.subscribers ?? null),
    single('maglev_event_subscriber_lost_total', events?.lost ?? null),
    single('maglev_metrics_events_lost_total', tally.lost),
    family('maglev_event_loop_lag_seconds', readers.probes.threads(), ({ thread, lagMs }, put) => {
      put([thread], lagMs / 1000);
    }),
    ...actorFamilies(snapshot),
    family('maglev_scrape_part_successful', [...parts], ([part, ok], put) => put([part], ok ? 1 : 0)),
    single('maglev_scrape_gathering_seconds', tookMs / 1000),
    family('maglev_scrapes_total', scrapes, ({ labels, count }, put) => put([labels[0] ?? ''], count)),
    single('process_cpu_seconds_total', use.cpuSeconds),
    single('process_resident_memory_bytes', use.residentBytes),
    single('process_start_time_seconds', about.startedAt / 1000),
  ];
}

/** Actors of one kind. */
interface Kind {
  living: number;
  waiting: number;
}

function actorFamilies({ actors, deadLetters, tally }: Snapshot): Family[] {
  const kinds = new Map<string, Kind>();
  if (actors !== null) countActors(actors, kindOfActor(actors.path), kinds);
  return [
    family('maglev_actors', [...kinds], ([kind, { living }], put) => put([kind], living)),
    family('maglev_actor_mailbox_messages', [...kinds], ([kind, { waiting }], put) => put([kind], waiting)),
    family('maglev_actor_restarts_total', tally.restarts.rows(), ({ labels, count }, put) => {
      put([labels[0] ?? ''], count);
    }),
    single('maglev_actor_dead_letters_total', deadLetters),
  ];
}

/** Thousands of children are of one kind, which is found out once. */
function countActors({ path, mailbox, children }: ActorNode, kind: string, kinds: Map<string, Kind>): void {
  const known = kinds.get(kind);
  if (known === undefined) kinds.set(kind, { living: 1, waiting: mailbox });
  else {
    known.living++;
    known.waiting += mailbox;
  }
  let crowd: string | null = null;
  for (const child of children) {
    const crowded = isOneOfMany(child.path, path);
    const own: string = (crowded ? crowd : null) ?? kindOfActor(child.path);
    if (crowded) crowd = own;
    countActors(child, own, kinds);
  }
}
