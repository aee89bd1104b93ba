import type { ConfigStage } from '../config.js';
import { event, field, type LogLevel, maybe } from './event.js';

const place = {
  file: field<string>(),
  line: field<number>('0: the file as a whole'),
  column: field<number>(),
  path: field<string>('`maglev.backends.web1.address`; empty: the text of the file'),
} as const;

/** What concerns maglevd as a program: its start and end, its config, its gRPC server. */
export const daemonEvents = {
  starting: event(['info'], 'the first record', {
    version: field<string>(),
    commit: field<string | null>('of the build; null: not known'),
    date: field<string | null>('of that commit; null: not known'),
    node: field<string>('version of Node'),
    pid: field<number>(),
    config: field<string>(),
    grpcAddress: field<string>(),
    httpAddress: field<string>(),
    vppApiAddress: field<string>('empty: VPP is not governed'),
    vppStatsAddress: field<string>('empty: its counters are not read'),
    metricsAddress: field<string>('`none`: nowhere'),
    logLevel: field<string>(),
    logFormat: field<string>(),
    stateDir: field<string>('empty: what operators ask for is not kept'),
    reflection: field<boolean>(),
    insecure: field<boolean>(),
    tls: field<unknown>('its files; null: there is none'),
  }),
  'config-awaited': event(
    ['info'],
    'a start waits until the config file stays as it is: it was written to within the last two seconds, or its last line has no end',
    { file: field<string>() },
  ),
  'log-level': event(['info'], 'the level at which the log is printed was changed', {
    level: field<LogLevel>('from now on'),
    before: field<LogLevel>(),
    why: field<'asked' | 'over'>(
      '`over`: the time that it was set for is over, and it is again as at the start',
    ),
    forMs: maybe<number>('asked for a while: for how long'),
    peer: maybe<string>('`uid:1000`, `token:ci`, `cert:CN=ci`, or the address of who is not known'),
  }),
  'trust-unusable': event(
    ['warn'],
    'authorities that Node was told to trust cannot be used: certificates without a known authority are in doubt',
    {
      variable: field<string>('of the environment'),
      value: field<string>(),
      error: field<string>(),
      advice: field<string>(),
    },
  ),
  'clock-behind': event(
    ['warn'],
    'the clock shows a time before this program was built: certificates that are not valid yet are in doubt',
    { now: field<string>(), built: field<string>() },
  ),
  'clock-jump': event(['warn'], 'the clock of this machine was set, or it slept', {
    jumpMs: field<number>('below 0: back'),
  }),
  'flight-recorded': event(['info'], 'SIGUSR2: what is known of the last minutes is in a file', {
    file: field<string>(),
  }),
  'flight-not-recorded': event(['error'], 'it could not be written', { error: field<string>() }),
  stopping: event(['info'], 'a signal ends maglevd', { signal: field<string>() }),
  failed: event(['error'], 'maglevd ends because it cannot go on, or met a bug outside every part', {
    error: field<string>(),
    code: maybe<string>('of an error that is known'),
    advice: maybe<string>('of an error that is known'),
    kind: maybe<string>('of a bug: how it came to light'),
  }),
  'grpc-listening': event(['info'], 'the API can be reached', { address: field<string>('as bound') }),
  'http-listening': event(['info'], 'the API can be reached over HTTP', {
    address: field<string>('as bound'),
  }),
  'grpc-call': event(['debug'], 'a request was answered', {
    method: field<string>(),
    peer: field<string>(
      'who asked: `uid:1000`, `token:ci`, `cert:CN=ci`, or the address of who is not known',
    ),
    status: field<string | undefined>(),
    ms: field<number>(),
    message: maybe<string>('refused or failed: why'),
  }),
  'grpc-error': event(['error'], 'a request failed by a bug', {
    method: field<string>(),
    error: field<string>(),
    stack: field<string | null>(),
  }),
  'grpc-connections-full': event(
    ['warn'],
    '2000 clients are connected and one more came; at most once a minute',
    {
      connections: field<number>(),
      closed: field<string>(
        'the one that had been idle for longest, or `the new one` when all wait for answers',
      ),
    },
  ),
  'grpc-client-cut': event(
    ['warn'],
    'a client was disconnected that asked and did not read the answers, when these held up others; at most once a minute',
    { peer: field<string>(), unsentBytes: field<number>(), stalledMs: field<number>() },
  ),
  'metrics-listening': event(['info'], 'metrics can be scraped', { address: field<string>('as bound') }),
  'metrics-listen-failed': event(
    ['warn', 'debug'],
    'metrics cannot be served there, and it is tried again; the same failure again: debug',
    { address: field<string>(), error: field<string>(), retryMs: field<number>() },
  ),
  'config-reload-start': event(['info'], 'a reload begins', {}),
  'config-reload-done': event(
    ['info', 'error'],
    'a reload is over; refused or failed by a bug: error',
    {
      ok: field<boolean>(),
      frontends: maybe<number>('accepted: how many'),
      backends: maybe<number>('accepted: how many'),
      warnings: maybe<number>('accepted: how many'),
      stage: maybe<ConfigStage>('refused: by which check'),
      code: maybe<string>('failed by a bug'),
      error: maybe<string>('failed by a bug'),
    },
    { topic: 'config', key: null },
  ),
  'config-reload-delayed': event(['warn'], 'maglevd is too busy to take a SIGHUP, and takes it later', {
    retryMs: field<number>(),
  }),
  'service-stuck': event(
    ['warn'],
    'a part of maglevd did not answer, so the service manager got no sign of life; after some of these it starts maglevd anew, and VPP forwards on meanwhile',
    { code: field<string>(), error: field<string>() },
  ),
  'service-not-told': event(
    ['warn'],
    'the service manager named by NOTIFY_SOCKET could not be told how maglevd is; only the first failure is told',
    { code: field<string>(), error: field<string>() },
  ),
  'config-check-failed': event(['error'], 'one error of a config', {
    reload: field<boolean>('was it to be loaded? `false`: at the start, or only a check'),
    stage: field<ConfigStage>(),
    ...place,
    error: field<string>(),
  }),
  'config-warning': event(
    ['warn'],
    'one warning about a config that was accepted, at the start or by a reload',
    { ...place, warning: field<string>() },
  ),
} as const;
