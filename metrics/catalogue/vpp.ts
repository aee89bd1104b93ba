import { counter, gauge, histogram } from '../metric.js';

/** As the plugin tells VIPs apart; maglev_frontend_info has the frontend of each. */
const vip = ['prefix', 'protocol', 'port'] as const;

/** What concerns VPP: the connection, what is written to it, what it counts. */
export const vppMetrics = {
  maglev_vpp_connected: gauge([], {
    help: '1 when maglevd is connected to VPP; absent when it governs none',
    origin: 'reference',
    alert: 'it is 0',
  }),
  maglev_vpp_state: gauge(['state'], {
    help: '1 for how VPP stands to maglevd, 0 for the others: connected, paused, spare, disconnected, disabled, unknown',
    alert: '`state="paused"` is 1: VPP dies of what it is told',
  }),
  maglev_vpp_info: gauge(['version', 'build_date', 'pid'], {
    help: '1; the labels tell which VPP is connected',
    origin: 'reference',
  }),
  maglev_vpp_uptime_seconds: gauge([], {
    help: 'How long VPP has been running',
    unit: 'seconds',
    origin: 'reference',
    alert: 'it falls: VPP was restarted',
  }),
  maglev_vpp_connected_seconds: gauge([], {
    help: 'For how long the connection has been there',
    unit: 'seconds',
    origin: 'reference',
  }),
  maglev_vpp_equals_decision: gauge([], {
    help: '1 when VPP has all that was decided, settings of the plugin and all VIPs; 0 also while it is not connected',
    alert: 'it stays 0 while VPP is connected',
  }),
  maglev_vpp_full_sync_age_seconds: gauge([], {
    help: 'How long ago the last full sync that could be finished was over',
    unit: 'seconds',
    alert: 'it is several times `sync-interval`',
  }),
  maglev_vpp_heap_bytes: gauge(['kind'], {
    help: "VPP's main heap, as VPP told it last: total, free, and the one contiguous piece that is certainly free",
    unit: 'bytes',
    alert: '`free` comes near 0: VPP aborts when its heap is full',
  }),
  maglev_vpp_api_total: counter(['msg', 'direction', 'result'], {
    help: 'Messages to VPP (`direction="send"`) and from it (`recv`); `failure` is an answer by which VPP refuses something, or a message that nobody takes',
    origin: 'reference',
  }),
  maglev_vpp_lbsync_total: counter(['scope', 'kind'], {
    help: 'Changes that VPP acknowledged: vip_added, vip_removed, as_added, as_removed, as_weight_updated; `scope` is that of the sync, all or vip',
    origin: 'reference',
    alert: '`scope="all"` rises although nothing was decided: somebody else changes VPP',
  }),
  maglev_vpp_syncs_total: counter(['scope', 'result'], {
    help: 'Syncs that are over: success, failure (some changes failed), or unfinished',
    alert: '`result` is not success again and again',
  }),
  maglev_vpp_sync_duration_seconds: histogram(['scope'], {
    help: 'How long syncs took that were finished',
    unit: 'seconds',
  }),
  maglev_vpp_apply_seconds: histogram([], {
    help: "From the verdict on a backend to VPP's acknowledgement of its weight, while VPP was connected",
    unit: 'seconds',
    alert: 'its 99th percentile is above a second',
  }),
  maglev_vpp_connects_total: counter([], { help: 'How often maglevd connected to VPP' }),
  maglev_vpp_disconnects_total: counter([], {
    help: 'How often such a connection ended',
    alert: 'it rises',
  }),
  maglev_vpp_deaths_while_writing_total: counter([], {
    help: 'How often the connection broke while VPP owed answers to changes',
    alert: 'it rises',
  }),
  maglev_vpp_vip_packets_total: counter([...vip, 'kind'], {
    help: 'Packets for a VIP: `next` of flows that have a server, `first` of a flow, `untracked` forwarded without remembering the flow, `no_server` dropped',
    unit: 'packets',
    origin: 'reference',
    alert: 'more than 1 % is `untracked`: the sticky table is too small; or `no_server` rises',
  }),
  maglev_vpp_vip_route_packets_total: counter(vip, {
    help: 'Packets that came in for the prefix of a VIP, whatever their port: VIPs on one prefix have the same number',
    unit: 'packets',
    origin: 'reference',
  }),
  maglev_vpp_vip_route_bytes_total: counter(vip, {
    help: 'The same in bytes',
    unit: 'bytes',
    origin: 'reference',
  }),
  maglev_vpp_backend_route_packets_total: counter(['backend', 'address'], {
    help: 'Packets that VPP sent towards the server, for all VIPs together',
    unit: 'packets',
    origin: 'reference',
  }),
  maglev_vpp_backend_route_bytes_total: counter(['backend', 'address'], {
    help: 'The same in bytes',
    unit: 'bytes',
    origin: 'reference',
  }),
  maglev_vpp_counters_age_seconds: gauge([], {
    help: "How old VPP's counters are; absent, like them, where they cannot be read",
    unit: 'seconds',
    alert: 'it is several times `stats-interval`',
  }),
} as const;
