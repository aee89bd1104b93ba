import type { IpAddress, IpPrefix } from '../ip.js';
import type { Encap, LbConf, VipId } from '../lb.js';
import { event, field, maybe } from './event.js';

const counts = {
  vipAdded: field<number>(),
  vipRemoved: field<number>(),
  asAdded: field<number>(),
  asRemoved: field<number>(),
  asWeightUpdated: field<number>(),
} as const;

const vip = {
  prefix: field<IpPrefix>(),
  protocol: field<string>(),
  port: field<number>(),
  reason: field<string>('why it is done'),
  code: maybe<string>('failed'),
  error: maybe<string>('failed'),
} as const;

const server = { ...vip, address: field<IpAddress>('of the server') } as const;

const settings = {
  ipv4Source: field<IpAddress>(),
  ipv6Source: field<IpAddress>(),
  stickyBucketsPerCore: field<number>(),
  flowTimeout: field<number>('seconds'),
} as const;

const failure = { code: field<string>(), error: field<string>() } as const;

const message = {
  message: field<string>("VPP's name of it"),
  context: field<number>('by which answers are matched'),
  fields: field<unknown>('decoded'),
  dropped: maybe<string>('why nobody gets it'),
} as const;

/** What concerns VPP: the connection, what is written to it, its counters. */
export const vppEvents = {
  'vpp-connect': event(
    ['info'],
    'connected to a VPP',
    {
      version: field<string>(),
      buildDate: field<string>(),
      buildDirectory: field<string>(),
      pid: field<number>(),
    },
    { topic: 'vpp', key: null },
  ),
  'vpp-connect-failed': event(
    ['warn', 'debug'],
    'no connection could be made; the same failure again: debug',
    {
      ...failure,
      advice: field<string>(),
      retryMs: field<number>(),
    },
    { topic: 'vpp', key: null },
  ),
  'vpp-disconnect': event(['warn', 'info'], 'the connection ended; by the end of maglevd: info', failure, {
    topic: 'vpp',
    key: null,
  }),
  'vpp-died-writing': event(
    ['warn', 'error'],
    'the connection broke while VPP owed answers to changes; again before it lived through a full sync: error',
    {
      deaths: field<number>('since it lived through a full sync'),
      writing: field<string>('the change that it was working on'),
      underWay: field<Readonly<Record<string, number>>>('how many of each request it owed'),
      pauseMs: maybe<number>('how long it is left alone'),
      code: maybe<string>('with a pause'),
      advice: maybe<string>('with a pause'),
    },
    { topic: 'vpp', key: null },
  ),
  'vpp-memory-refused': event(
    ['error'],
    "VIPs were not added, replaced or changed, because VPP's main heap has no room; told once of each VIP until it fits",
    { vips: field<readonly VipId[]>(), ...failure, advice: field<string>() },
  ),
  'vpp-flush-skipped': event(
    ['warn'],
    'an operator asked to cut flows while maglevd was not connected to VPP, and they were not cut: ask again when it is connected',
    { frontend: field<string>(), servers: field<string>(), error: field<string>() },
  ),
  'vpp-lb-conf-set': event(['info'], 'the global settings were changed', {
    ...settings,
    before: field<LbConf>('as they were'),
  }),
  'vpp-lb-conf-failed': event(
    ['warn', 'error', 'debug'],
    "the global settings could not be changed; for lack of VPP's memory: error; the same failure again: debug",
    { ...failure, ...settings },
  ),
  'vpp-lb-stats-error': event(
    ['warn', 'debug'],
    "VPP's counters could not be read; the same failure again: debug",
    { ...failure, advice: field<string>() },
  ),
  'vpp-lbsync-start': event(
    ['info', 'debug'],
    'a sync begins; one of an interval: debug, as long as it changes nothing',
    {
      scope: field<'all' | 'vip'>(),
      frontend: maybe<string>('with scope `vip`'),
    },
  ),
  'vpp-lbsync-done': event(
    ['info', 'debug', 'warn'],
    'it is over; one of an interval that changed nothing: debug; could not be finished: warn',
    {
      scope: field<'all' | 'vip'>(),
      frontend: maybe<string>('with scope `vip`'),
      vipAdded: maybe<number>(),
      vipRemoved: maybe<number>(),
      asAdded: maybe<number>(),
      asRemoved: maybe<number>(),
      asWeightUpdated: maybe<number>(),
      failures: maybe<number>(),
      durationMs: maybe<number>(),
      code: maybe<string>('unfinished'),
      error: maybe<string>('unfinished'),
    },
    { topic: 'sync', key: 'frontend' },
  ),
  'vpp-lbsync-drift': event(
    ['warn'],
    'three or more full syncs in a row had to repair VPP although nothing was decided: another maglevd or a script may be at work on it',
    { syncs: field<number>(), ...counts, advice: field<string>() },
  ),
  'vpp-lbsync-vip-add': event(
    ['info', 'debug', 'warn'],
    'a VIP was added; of more than 20 changes a second: debug; failed: warn, the same failure again: debug',
    { ...vip, encap: field<Encap>(), tableLength: field<number>(), srcIpSticky: field<boolean>() },
  ),
  'vpp-lbsync-vip-del': event(['info', 'debug', 'warn'], 'a VIP was removed; likewise', vip),
  'vpp-lbsync-as-add': event(['info', 'debug', 'warn'], 'a server was added to a VIP; likewise', {
    ...server,
    weight: field<number>(),
  }),
  'vpp-lbsync-as-del': event(['info', 'debug', 'warn'], 'a server was removed from a VIP; likewise', {
    ...server,
    flush: field<boolean>('were its flows cut?'),
  }),
  'vpp-lbsync-as-weight': event(['info', 'debug', 'warn'], 'a server got another weight; likewise', {
    ...server,
    weight: field<number>(),
    from: field<number>('the weight before'),
    flush: field<boolean>('were its flows cut?'),
  }),
  'vpp-lbsync-more': event(['info'], 'more than 20 changes were made in VPP within a second', {
    more: field<number>('how many more, told at debug'),
    'vip-add': maybe<number>('of which'),
    'vip-del': maybe<number>('of which'),
    'as-add': maybe<number>('of which'),
    'as-del': maybe<number>('of which'),
    'as-weight': maybe<number>('of which'),
  }),
  'vpp-lbsync-unverified': event(
    ['warn'],
    'something of VPP cannot be compared with the decision, because VPP does not tell it; once for a cause',
    { what: field<string>('and why') },
  ),
  'vpp-lbsync-table-differs': event(
    ['warn', 'debug'],
    'VPP spreads new flows of a VIP otherwise than the rule that maglevd foretells by; the same again: debug',
    {
      prefix: field<IpPrefix>(),
      protocol: field<string>(),
      port: field<number>(),
      servers: field<number>('that have other buckets'),
      what: field<string>('buckets, and those foretold'),
    },
  ),
  'vpp-lbsync-verified': event(['info'], 'VPP tells it again', {}),
  'vpp-lbsync-vip-sync': event(
    ['warn', 'debug'],
    'nothing could be done about a VIP; the same failure again: debug',
    vip,
  ),
  'vpp-api-send': event(['debug'], 'a message to VPP', message),
  'vpp-api-recv': event(['debug'], 'a message from VPP', message),
  'vpp-api-send-multi': event(['debug'], 'a request for a dump', message),
  'vpp-api-recv-multi': event(['debug'], 'a part of a dump', message),
} as const;
