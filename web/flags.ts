import { parseArgs } from 'node:util';
import { isLeft } from 'fp-ts/lib/Either.js';
import { type Role, roles } from '../domain/access.js';
import { MaglevError } from '../domain/errors.js';
import { logLevels } from '../domain/events/event.js';
import { flagProblem } from '../domain/flag-problem.js';
import { fromGoStyle, parseBoolean } from '../program/go-style.js';
import { type LogFormat, logFormats } from '../program/log-format.js';
import type { LogLevel } from '../protocol/log.js';
import { type ListenAddress, parseListenAddresses } from '../rpc/address.js';
import type { TlsFiles } from '../rpc/tls-material.js';
import { type PlaceName, parsePlaces } from './place-names.js';

export interface FrontendSettings {
  readonly servers: readonly PlaceName[];
  readonly listen: readonly ListenAddress[];
  readonly insecure: boolean;
  /** By which names a browser may call it without TLS, beside addresses and localhost. */
  readonly hostNames: readonly string[];
  /** What TLS is served with; null: nothing. */
  readonly tls: TlsFiles | null;
  /** What those may do whom tls.clientCa vouches for. */
  readonly certificateRole: Role;
  /** Of one user, out of the environment; null: there is none. */
  readonly user: { readonly name: string; readonly password: string } | null;
  /** A file of more users; null: there is none. */
  readonly usersFile: string | null;
  /** Must those who only look say who they are as well? */
  readonly viewLogin: boolean;
  /** How maglevds are asked. */
  readonly upstream: {
    readonly tls: boolean;
    readonly ca: string | null;
    readonly cert: string | null;
    readonly key: string | null;
    readonly tokenFile: string | null;
  };
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
}

export type FrontendCommand =
  | { readonly kind: 'run'; readonly settings: FrontendSettings }
  | { readonly kind: 'version' }
  | { readonly kind: 'help'; readonly text: string };

/** Environment variables are called as the flags, behind this. */
const PREFIX = 'MAGLEV_FRONTEND_';

const valueFlags = {
  server: [
    'ADDR',
    '',
    'the maglevds, host:port or unix:/path, with commas between them; name=ADDR calls one by a name',
  ],
  listen: [
    'ADDR',
    '127.0.0.1:8080',
    'where the dashboard is served: host:port, :port or unix:/path, with commas between them; plain:host:port is without TLS',
  ],
  'host-name': [
    'NAME',
    '',
    'names by which browsers may ask for it without TLS, with commas between them: a proxy before it needs that',
  ],
  users: [
    'FILE',
    '',
    'users of /admin: a line each, as in access.tokens of maglevd; the password is the token',
  ],
  'tls-cert': ['FILE', '', 'certificate of the dashboard with its chain, in PEM; read again when it changes'],
  'tls-key': ['FILE', '', 'key of that certificate, in PEM'],
  'tls-client-ca': ['FILE', '', 'authorities that sign the certificates of users of /admin, in PEM'],
  'tls-client-role': ['ROLE', 'operator', 'what those users may do: viewer, operator or admin'],
  'server-tls-ca': ['FILE', '', 'authorities that vouch for the maglevds, in PEM'],
  'server-tls-cert': ['FILE', '', 'certificate that is shown to the maglevds, in PEM'],
  'server-tls-key': ['FILE', '', 'key of that certificate, in PEM'],
  'token-file': ['FILE', '', 'token that is sent to the maglevds'],
  'log-level': ['LEVEL', 'info', 'debug, info, warn or error'],
  'log-format': ['FORMAT', 'auto', 'json, text, or auto: text on a terminal, json everywhere else'],
} as const satisfies Record<string, readonly [value: string, fallback: string, help: string]>;

const switchFlags = {
  'view-login': 'ask for a login before showing anything, too',
  'server-tls': 'speak TLS with the maglevds, and trust the authorities that Node brings along',
  insecure: 'allow plaintext on addresses other than loopback',
} as const;

type ValueFlag = keyof typeof valueFlags;
type SwitchFlag = keyof typeof switchFlags;

/** What the command line and the environment ask for; a flag beats its variable. Throws MGL_USAGE. */
export function parseFrontendCommand(argv: readonly string[], env: NodeJS.ProcessEnv): FrontendCommand {
  const values = parse(argv);
  if (values['help'] === true) return { kind: 'help', text: helpText() };
  if (values['version'] === true) return { kind: 'version' };
  const text = (name: ValueFlag): string => {
    const given = values[name];
    if (Array.isArray(given)) return given.join(',');
    if (typeof given === 'string') return given;
    return env[variableOf(name)] || valueFlags[name][1];
  };
  const file = (name: ValueFlag): string | null => text(name) || null;
  const isOn = (name: SwitchFlag): boolean => {
    const given = values[name];
    if (typeof given === 'boolean') return given;
    const word = env[variableOf(name)] ?? '';
    const flag = word === '' ? false : parseBoolean(word);
    if (flag === null) throw usage(`${variableOf(name)} is "${word}"; it must be true or false`);
    return flag;
  };
  const listen = parseListenAddresses(text('listen'));
  if (isLeft(listen)) throw usage(`--listen: ${listen.left}`);
  const upstream = {
    tls: isOn('server-tls'),
    ca: file('server-tls-ca'),
    cert: file('server-tls-cert'),
    key: file('server-tls-key'),
    tokenFile: file('token-file'),
  };
  if ((upstream.cert === null) !== (upstream.key === null))
    throw usage('--server-tls-cert and --server-tls-key go together');
  return {
    kind: 'run',
    settings: {
      servers: parsePlaces(text('server')),
      listen: listen.right,
      insecure: isOn('insecure'),
      hostNames: text('host-name')
        .split(',')
        .map((name) => name.trim().toLowerCase())
        .filter((name) => name !== ''),
      tls: tlsOf(file('tls-cert'), file('tls-key'), file('tls-client-ca')),
      certificateRole: oneOf('tls-client-role', text('tls-client-role'), roles),
      user: userOf(env),
      usersFile: file('users'),
      viewLogin: isOn('view-login'),
      upstream,
      logLevel: oneOf('log-level', text('log-level'), logLevels),
      logFormat: oneOf('log-format', text('log-format'), logFormats),
    },
  };
}

function userOf(env: NodeJS.ProcessEnv): FrontendSettings['user'] {
  const [name = '', password = ''] = [env[`${PREFIX}USER`], env[`${PREFIX}PASSWORD`]];
  if (name === '' && password === '') return null;
  if (name === '' || password === '') throw usage(`${PREFIX}USER and ${PREFIX}PASSWORD go together`);
  if (!/^[\w.@-]{1,64}$/.test(name)) throw usage(`${PREFIX}USER must be letters, digits and . _ @ - only`);
  return { name, password };
}

function tlsOf(cert: string | null, key: string | null, clientCa: string | null): TlsFiles | null {
  if (cert !== null && key !== null) return { cert, key, clientCa };
  if (cert === null && key === null && clientCa === null) return null;
  throw usage('--tls-cert and --tls-key go together, and --tls-client-ca needs both');
}

function oneOf<T extends string>(flag: ValueFlag, word: string, words: readonly T[]): T {
  const found = words.find((one) => one === word);
  if (found === undefined) throw usage(`--${flag} is "${word}"; it must be one of ${words.join(', ')}`);
  return found;
}

const options = {
  ...(Object.fromEntries(Object.keys(valueFlags).map((name) => [name, { type: 'string' }])) as Record<
    ValueFlag,
    { type: 'string' }
  >),
  ...(Object.fromEntries(Object.keys(switchFlags).map((name) => [name, { type: 'boolean' }])) as Record<
    SwitchFlag,
    { type: 'boolean' }
  >),
  // May be given several times.
  server: { type: 'string', multiple: true },
  listen: { type: 'string', multiple: true },
  'host-name': { type: 'string', multiple: true },
  version: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

function parse(argv: readonly string[]): Values {
  const args = fromGoStyle(argv, new Set([...Object.keys(switchFlags), 'version', 'help']));
  try {
    return parseArgs({ args, allowNegative: true, options }).values;
  } catch (error) {
    throw usage(flagProblem(args, options, error));
  }
}

function variableOf(flag: string): string {
  return `${PREFIX}${flag.toUpperCase().replaceAll('-', '_')}`;
}

function usage(message: string): MaglevError {
  return new MaglevError('MGL_USAGE', message);
}

function helpText(): string {
  const rows: [string, string][] = [
    ...Object.entries(valueFlags).map(([name, [value, fallback, help]]): [string, string] => {
      return [`--${name} ${value}`, `${help} (${variableOf(name)}; default ${fallback || 'none'})`];
    }),
    ...Object.entries(switchFlags).map(([name, help]): [string, string] => {
      return [`--${name}`, `${help} (${variableOf(name)}; default false)`];
    }),
    ['--version', 'print the version and exit'],
    ['-h, --help', 'print this and exit'],
  ];
  const width = Math.max(...rows.map(([flag]) => flag.length));
  return [
    'maglevd-frontend - shows what maglevds do, in a browser',
    '',
    'usage: maglevd-frontend --server ADDR[,ADDR...] [flags]',
    '',
    ...rows.map(([flag, help]) => `  ${flag.padEnd(width)}  ${help}`),
    '',
    `Environment: ${PREFIX}USER and ${PREFIX}PASSWORD make one user of /admin, who is admin. Without users and without --tls-client-ca there is no /admin.`,
    '',
    'Signals: SIGTERM and SIGINT end maglevd-frontend; SIGHUP does nothing.',
  ].join('\n');
}
