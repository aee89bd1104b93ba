import { counter, gauge, histogram } from '../metric.js';

/** What concerns maglevd itself. */
export const daemonMetrics = {
  maglev_build_info: gauge(['version', 'commit', 'node'], {
    help: '1; the labels tell which maglevd this is',
  }),
  maglev_config_info: gauge(['hash'], {
    help: '1; the label changes when another config runs. Two maglevds with the same config have the same',
    alert: 'it differs among maglevds that should be alike',
  }),
  maglev_config_last_reload_successful: gauge([], {
    help: '1 when the last reload was accepted, or none was asked for yet; 0 = it was refused, and the config before runs on',
    alert: 'it is 0',
  }),
  maglev_config_last_reload_success_timestamp_seconds: gauge([], {
    help: 'When the running config was accepted, in seconds since the epoch',
    unit: 'seconds',
  }),
  maglev_grpc_calls_total: counter(['method', 'code'], {
    help: 'Requests of gRPC that were answered, and streams that ended',
  }),
  maglev_grpc_call_duration_seconds: histogram(['method'], {
    help: 'How long requests took that were answered; streams are not counted',
    unit: 'seconds',
  }),
  maglev_grpc_calls_under_way: gauge(['method'], { help: 'Requests and streams that are there now' }),
  maglev_events_total: counter(['event', 'level'], {
    help: 'Events at level info and above, as the log has them',
    alert: '`level="error"` rises',
  }),
  maglev_event_subscribers: gauge([], {
    help: 'Who follows the events now; the metrics are one of them',
  }),
  maglev_event_subscriber_lost_total: counter([], {
    help: 'Events that were dropped because a subscriber was too slow',
    alert: 'it rises: somebody misses what happens',
  }),
  maglev_metrics_events_lost_total: counter([], {
    help: 'Events that the metrics themselves missed: what is counted by events is too low by so many',
    alert: 'it rises',
  }),
  maglev_event_loop_lag_seconds: gauge(['thread'], {
    help: 'The longest time within the last second for which a thread did nothing that was due',
    unit: 'seconds',
    alert: 'it is above 0.1 again and again',
  }),
  maglev_actors: gauge(['actor'], {
    help: 'Parts of maglevd that live; those of a kind are counted together',
  }),
  maglev_actor_mailbox_messages: gauge(['actor'], {
    help: 'Messages that wait for parts of that kind',
    alert: 'it rises and does not fall: the part is stuck',
  }),
  maglev_actor_restarts_total: counter(['actor'], {
    help: 'Restarts of parts that failed',
    alert: 'it rises: look for actor-crash in the log',
  }),
  maglev_actor_dead_letters_total: counter([], {
    help: 'Messages to parts that had ended; a few at each reload are ordinary',
  }),
  maglev_scrape_part_successful: gauge(['part'], {
    help: '1 when that part of maglevd answered; 0 = what it knows is missing in this scrape',
    alert: 'it stays 0',
  }),
  maglev_scrape_gathering_seconds: gauge([], {
    help: 'How long it took until all parts had answered for this scrape',
    unit: 'seconds',
  }),
  maglev_scrapes_total: counter(['result'], {
    help: 'Scrapes: complete, vanished (the scraper went away), slow (it did not read in time), failed (by a bug), refused (too many at once)',
  }),
  process_cpu_seconds_total: counter([], {
    help: 'CPU time of maglevd, all threads together',
    unit: 'seconds',
  }),
  process_resident_memory_bytes: gauge([], { help: 'Resident memory', unit: 'bytes' }),
  process_start_time_seconds: gauge([], {
    help: 'When maglevd was started, in seconds since the epoch',
    unit: 'seconds',
  }),
} as const;
