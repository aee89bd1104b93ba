import { protocolName } from '../../domain/lb.js';
import type { ServerCounters, VipCounters } from '../../domain/lb-counters.js';
import type { VppCondition } from '../../domain/standings.js';
import { type Family, family, histograms, single } from '../family.js';
import type { Snapshot } from '../snapshot.js';
import { allEquals } from './frontends.js';

const states: readonly VppCondition['state'][] = [
  'connected',
  'paused',
  'spare',
  'disconnected',
  'disabled',
  'unknown',
];

export function vppFamilies(snapshot: Snapshot): Family[] {
  const { at, standings, vpp, memory, tally, readers } = snapshot;
  const governed = standings !== null && standings.vpp.state !== 'disabled' ? standings : null;
  const infos = vpp === null ? [] : [vpp];
  return [
    single('maglev_vpp_connected', governed === null ? null : vpp === null ? 0 : 1),
    family('maglev_vpp_state', standings === null ? [] : states, (state, put) => {
      put([state], state === standings?.vpp.state ? 1 : 0);
    }),
    family('maglev_vpp_info', infos, ({ version, buildDate, pid }, put) =>
      put([version, buildDate, `${pid}`], 1),
    ),
    single('maglev_vpp_uptime_seconds', secondsSince(vpp?.bootedAt ?? null, at)),
    single('maglev_vpp_connected_seconds', secondsSince(vpp?.connectedAt ?? null, at)),
    single('maglev_vpp_equals_decision', governed === null ? null : allEquals(governed) ? 1 : 0),
    single('maglev_vpp_full_sync_age_seconds', secondsSince(tally.fullSyncAt, at)),
    family('maglev_vpp_heap_bytes', memory === null ? [] : [memory], ({ total, free, contiguous }, put) => {
      put(['total'], total);
      put(['free'], free);
      put(['contiguous'], contiguous);
    }),
    family('maglev_vpp_api_total', readers.messages(), ({ labels, count }, put) => {
      const [message = '', direction = '', result = ''] = labels;
      put([message, direction, result], count);
    }),
    family('maglev_vpp_lbsync_total', tally.changes.rows(), ({ labels, count }, put) => {
      const [scope = '', kind = ''] = labels;
      put([scope, kind], count);
    }),
    family('maglev_vpp_syncs_total', tally.syncs.rows(), ({ labels, count }, put) => {
      const [scope = '', result = ''] = labels;
      put([scope, result], count);
    }),
    histograms('maglev_vpp_sync_duration_seconds', ['all', 'vip'] as const, (scope, put) => {
      put([scope], tally.syncTimes[scope]);
    }),
    histograms('maglev_vpp_apply_seconds', [tally.applyTimes.histogram], (one, put) => put([], one)),
    single('maglev_vpp_connects_total', tally.connects),
    single('maglev_vpp_disconnects_total', tally.disconnects),
    single('maglev_vpp_deaths_while_writing_total', tally.deathsWhileWriting),
    ...counterFamilies(snapshot),
  ];
}

function counterFamilies({ at, counters, standings }: Snapshot): Family[] {
  const vips = counters?.vips ?? [];
  const routed = vips.flatMap(({ key, traffic }) => (traffic === null ? [] : [{ key, ...traffic }]));
  const servers = serversOf(vips, backendNames(standings));
  return [
    family('maglev_vpp_vip_packets_total', vips, ({ key, ...counts }, put) => {
      const [prefix, protocol, port] = vipLabels(key);
      put([prefix, protocol, port, 'next'], counts.next);
      put([prefix, protocol, port, 'first'], counts.first);
      put([prefix, protocol, port, 'untracked'], counts.untracked);
      put([prefix, protocol, port, 'no_server'], counts.noServer);
    }),
    family('maglev_vpp_vip_route_packets_total', routed, ({ key, packets }, put) =>
      put(vipLabels(key), packets),
    ),
    family('maglev_vpp_vip_route_bytes_total', routed, ({ key, bytes }, put) => put(vipLabels(key), bytes)),
    family('maglev_vpp_backend_route_packets_total', servers, ({ labels, packets }, put) =>
      put(labels, packets),
    ),
    family('maglev_vpp_backend_route_bytes_total', servers, ({ labels, bytes }, put) => put(labels, bytes)),
    single('maglev_vpp_counters_age_seconds', secondsSince(counters?.at ?? null, at)),
  ];
}

function vipLabels({ prefix, protocol, port }: VipCounters['key']): readonly [string, string, string] {
  return [prefix, protocolName(protocol), String(port)];
}

/** Which backend has an address; of several the first. */
function backendNames(standings: Snapshot['standings']): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { desired } of standings?.frontends ?? []) {
    for (const { address, backend } of desired.ases) if (!names.has(address)) names.set(address, backend);
  }
  return names;
}

/** VIPs that share a server share its counters: each server once. */
function serversOf(vips: readonly VipCounters[], names: ReadonlyMap<string, string>) {
  const servers = new Map<string, ServerCounters>();
  for (const vip of vips) for (const server of vip.servers) servers.set(server.address, server);
  return [...servers.values()].flatMap(({ address, traffic }) =>
    traffic === null ? [] : [{ labels: [names.get(address) ?? '', address] as const, ...traffic }],
  );
}

function secondsSince(moment: number | null, now: number): number | null {
  return moment === null ? null : Math.max(0, now - moment) / 1000;
}
