import { parseArgs } from 'node:util';
import { isLeft } from 'fp-ts/lib/Either.js';
import { MaglevError } from '../domain/errors.js';
import { logLevels } from '../domain/events/event.js';
import { flagProblem } from '../domain/flag-problem.js';
import { fromGoStyle, parseBoolean } from '../program/go-style.js';
import { type LogFormat, logFormats } from '../program/log-format.js';
import type { LogLevel } from '../protocol/log.js';
import { refuseExposed } from '../rpc/exposure.js';
import { placesOf } from '../rpc/served.js';
import type { TlsFiles } from '../rpc/tls-material.js';
import { metricsAddresses } from './metrics-addresses.js';

export interface DaemonSettings {
  readonly config: string;
  readonly grpcAddress: string;
  /** '' = HTTP is not served. */
  readonly httpAddress: string;
  /** '' = VPP is disabled. */
  readonly vppApiAddress: string;
  /** '' = VPP's counters are not read. */
  readonly vppStatsAddress: string;
  /** Where metrics are served, as metricsAddresses reads it. */
  readonly metricsAddress: string;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  /** '' = what operators asked for is not kept over a restart. */
  readonly stateDir: string;
  readonly reflection: boolean;
  readonly insecure: boolean;
  /** What TLS is served with; null: nothing. */
  readonly tls: TlsFiles | null;
}

export type DaemonCommand =
  | { readonly kind: 'run'; readonly settings: DaemonSettings }
  | { readonly kind: 'check'; readonly config: string }
  /** What that config would do to the VPP there. */
  | { readonly kind: 'plan'; readonly config: string; readonly vppApiAddress: string }
  | { readonly kind: 'hash-token' }
  | { readonly kind: 'schema' }
  | { readonly kind: 'version' }
  | { readonly kind: 'help'; readonly text: string };

interface Flag {
  readonly env: string;
  readonly fallback: string;
  readonly value: string;
  readonly help: string;
}

const valueFlags = {
  config: {
    env: 'MAGLEV_CONFIG',
    fallback: '/etc/vpp-maglev/maglev.yaml',
    value: 'FILE',
    help: 'the config file',
  },
  'grpc-addr': {
    env: 'MAGLEV_GRPC_ADDR',
    fallback: '127.0.0.1:9090',
    value: 'ADDR',
    help: 'where gRPC listens: host:port, :port or unix:/path; may be given several times, or with commas; plain:host:port is without TLS',
  },
  'http-addr': {
    env: 'MAGLEV_HTTP_ADDR',
    fallback: '',
    value: 'ADDR',
    help: 'where HTTP listens, with JSON and server-sent events: as --grpc-addr; none or empty: nowhere',
  },
  'metrics-addr': {
    env: 'MAGLEV_METRICS_ADDR',
    fallback: '127.0.0.1:9091',
    value: 'ADDR',
    help: 'where /metrics, /livez and /readyz are served over HTTP: host:port or :port; may be given several times, or with commas; none or empty: nowhere',
  },
  'vpp-api-addr': {
    env: 'MAGLEV_VPP_API_ADDR',
    fallback: '/run/vpp/api.sock',
    value: 'PATH',
    help: "VPP's binary API socket; empty disables VPP",
  },
  'vpp-stats-addr': {
    env: 'MAGLEV_VPP_STATS_ADDR',
    fallback: '/run/vpp/stats.sock',
    value: 'PATH',
    help: "VPP's stats socket; empty: VPP's counters are not read",
  },
  'state-dir': {
    env: 'MAGLEV_STATE_DIR',
    fallback: '/var/lib/vpp-maglev',
    value: 'DIR',
    help: 'where maglevd keeps what operators asked for; empty: nowhere',
  },
  'tls-cert': {
    env: 'MAGLEV_TLS_CERT',
    fallback: '',
    value: 'FILE',
    help: 'certificate for gRPC and HTTP with its chain, in PEM; read again when it changes',
  },
  'tls-key': {
    env: 'MAGLEV_TLS_KEY',
    fallback: '',
    value: 'FILE',
    help: 'key of that certificate, in PEM',
  },
  'tls-client-ca': {
    env: 'MAGLEV_TLS_CLIENT_CA',
    fallback: '',
    value: 'FILE',
    help: 'authorities that sign the certificates of clients, in PEM',
  },
  'log-level': {
    env: 'MAGLEV_LOG_LEVEL',
    fallback: 'info',
    value: 'LEVEL',
    help: 'debug, info, warn or error',
  },
  'log-format': {
    env: 'MAGLEV_LOG_FORMAT',
    fallback: 'auto',
    value: 'FORMAT',
    help: 'json, text, or auto: text on a terminal, json everywhere else',
  },
} as const satisfies Record<string, Flag>;

const switches = {
  reflection: {
    env: 'MAGLEV_REFLECTION',
    fallback: true,
    help: 'serve gRPC reflection (--no-reflection: do not)',
  },
  insecure: {
    env: 'MAGLEV_INSECURE',
    fallback: false,
    help: 'allow plaintext gRPC and HTTP on addresses other than loopback',
  },
} as const;

/** Flags that switch something off when they are empty. */
const mayBeEmpty: ReadonlySet<string> = new Set([
  'vpp-api-addr',
  'vpp-stats-addr',
  'state-dir',
  'metrics-addr',
  'http-addr',
]);

const switchNames: ReadonlySet<string> = new Set([
  ...Object.keys(switches),
  'check',
  'schema',
  'hash-token',
  'version',
  'help',
]);

/**
 * What the command line and the environment ask for. A flag beats its variable; an empty variable of a flag that may
 * be empty counts, any other empty variable is as if it were not set. Throws MGL_USAGE.
 */
export function parseDaemonCommand(argv: readonly string[], env: NodeJS.ProcessEnv): DaemonCommand {
  const values = parse(argv);
  if (values['help'] === true) return { kind: 'help', text: helpText() };
  if (values['version'] === true) return { kind: 'version' };
  if (values['hash-token'] === true) return { kind: 'hash-token' };
  if (values['schema'] === true) return { kind: 'schema' };
  const text = (name: keyof typeof valueFlags): string => {
    const given = values[name];
    if (Array.isArray(given)) return given.join(',');
    if (typeof given === 'string') return given;
    const flag = valueFlags[name];
    const variable = env[flag.env];
    return variable === undefined || (variable === '' && !mayBeEmpty.has(name)) ? flag.fallback : variable;
  };
  const flip = (name: keyof typeof switches): boolean => {
    const given = values[name];
    if (typeof given === 'boolean') return given;
    const { env: variable, fallback } = switches[name];
    const word = env[variable] ?? '';
    if (word === '') return fallback;
    const flag = parseBoolean(word);
    if (flag === null) throw usage(`${variable} is "${word}"; it must be true or false`);
    return flag;
  };
  const { plan } = values;
  if (typeof plan === 'string') {
    const vppApiAddress = text('vpp-api-addr');
    if (plan === '' || vppApiAddress === '') throw usage('--plan needs the path of a file, and a VPP');
    return { kind: 'plan', config: plan, vppApiAddress };
  }
  const config = text('config');
  if (config === '') throw usage('--config needs the path of a file');
  const tls = tlsOf(text('tls-cert'), text('tls-key'), text('tls-client-ca'));
  const logLevel = logLevels.find((level) => level === text('log-level'));
  if (logLevel === undefined)
    throw usage(`"${text('log-level')}" is no log level: use ${logLevels.join(', ')}`);
  const logFormat = logFormats.find((format) => format === text('log-format'));
  if (logFormat === undefined)
    throw usage(`"${text('log-format')}" is no format of the log: use ${logFormats.join(', ')}`);
  const metrics = metricsAddresses(text('metrics-addr'));
  if (isLeft(metrics)) throw usage(`--metrics-addr: ${metrics.left}`);
  const settings = {
    config,
    grpcAddress: text('grpc-addr'),
    httpAddress: text('http-addr'),
    vppApiAddress: text('vpp-api-addr'),
    vppStatsAddress: text('vpp-stats-addr'),
    metricsAddress: text('metrics-addr'),
    logLevel,
    logFormat,
    stateDir: text('state-dir'),
    reflection: flip('reflection'),
    insecure: flip('insecure'),
    tls,
  };
  if (values['check'] !== true) return { kind: 'run', settings };
  // A start finds that out when it listens.
  for (const served of ['grpc', 'http'] as const) {
    for (const { address, plain } of placesOf(served, settings[`${served}Address`])) {
      if (!settings.insecure && (tls === null || plain)) refuseExposed(address, served);
    }
  }
  return { kind: 'check', config };
}

type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

/** Both or none, and clients are asked for certificates by TLS alone. Throws MGL_USAGE. */
function tlsOf(cert: string, key: string, clientCa: string): DaemonSettings['tls'] {
  if (cert !== '' && key !== '') return { cert, key, clientCa: clientCa === '' ? null : clientCa };
  const given = Object.entries({ 'tls-cert': cert, 'tls-key': key, 'tls-client-ca': clientCa });
  const one = given.find(([, file]) => file !== '')?.[0];
  if (one === undefined) return null;
  const missing = [...(cert === '' ? ['--tls-cert'] : []), ...(key === '' ? ['--tls-key'] : [])];
  throw usage(`--${one} is of no use without ${missing.join(' and ')}`);
}

const options = {
  config: { type: 'string' },
  'grpc-addr': { type: 'string', multiple: true },
  'http-addr': { type: 'string', multiple: true },
  'vpp-api-addr': { type: 'string' },
  'vpp-stats-addr': { type: 'string' },
  'state-dir': { type: 'string' },
  'log-level': { type: 'string' },
  'log-format': { type: 'string' },
  'metrics-addr': { type: 'string', multiple: true },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  'tls-client-ca': { type: 'string' },
  reflection: { type: 'boolean' },
  insecure: { type: 'boolean' },
  check: { type: 'boolean' },
  schema: { type: 'boolean' },
  plan: { type: 'string' },
  'hash-token': { type: 'boolean' },
  version: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

function parse(argv: readonly string[]): Values {
  const args = fromGoStyle(argv, switchNames);
  try {
    return parseArgs({ args, allowNegative: true, options }).values;
  } catch (error) {
    throw usage(flagProblem(args, options, error, fileHint));
  }
}

/** Who writes a file behind --check means the one to be checked. */
function fileHint(word: string): string {
  return /\/|\.(ya?ml|json|conf)$/.test(word) ? `, did you mean '--config ${word}'?` : '';
}

function usage(message: string): MaglevError {
  return new MaglevError('MGL_USAGE', message);
}

function helpText(): string {
  const rows: [string, string][] = [
    ...Object.entries(valueFlags).map(([name, flag]): [string, string] => {
      return [
        `--${name} ${flag.value}`,
        `${flag.help} (${flag.env}; default ${flag.fallback === '' ? 'none' : flag.fallback})`,
      ];
    }),
    ...Object.entries(switches).map(([name, { env, fallback, help }]): [string, string] => {
      return [`--${name}`, `${help} (${env}; default ${fallback})`];
    }),
    [
      '--check',
      'check the config file, print every error and warning, and exit: 0 valid, 1 cannot be read or parsed, 2 semantically wrong',
    ],
    ['--schema', 'print the JSON Schema of the config file, for editors, and exit'],
    [
      '--plan FILE',
      'read VPP once, print what a maglevd that starts with this config would send to it, and exit: 0, or 1 and 2 as for --check; 1 also when VPP cannot be read',
    ],
    [
      '--hash-token',
      'read a token from standard input, print its hash for the file of access.tokens, and exit',
    ],
    ['--version', 'print the version and exit'],
    ['-h, --help', 'print this and exit'],
  ];
  const width = Math.max(...rows.map(([flag]) => flag.length));
  return [
    'maglevd - keeps the load balancer of VPP equal to its config file',
    '',
    'usage: maglevd [flags]',
    '',
    ...rows.map(([flag, help]) => `  ${flag.padEnd(width)}  ${help}`),
    '',
    'Signals: SIGHUP reloads the config if it is valid, and the files of TLS; SIGUSR2 writes what is known of the last minutes to a file in the state dir; SIGTERM and SIGINT end maglevd and leave VPP as it is.',
  ].join('\n');
}
