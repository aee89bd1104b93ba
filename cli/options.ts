import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js';
import { nearest } from '../domain/did-you-mean.js';
import { parseDuration } from '../domain/duration.js';
import { nameRule } from '../domain/name.js';
import { parseBoolean } from '../program/go-style.js';
import { parseRpcAddress, type RpcAddress } from '../rpc/address.js';
import type { CredentialFiles } from './credentials.js';

export interface Options {
  /** One or more; a command is run on each of them. */
  readonly servers: readonly [RpcAddress, ...RpcAddress[]];
  /** null = where the output is a terminal and NO_COLOR is not set. */
  readonly color: boolean | null;
  readonly json: boolean;
  /** Milliseconds; null = as long as the command usually needs. */
  readonly timeoutMs: number | null;
  readonly credentials: CredentialFiles;
  /** Ends with a failure instead of a change that leaves a frontend with nobody. */
  readonly careful: boolean;
  /** Of a script: the first line that fails is the last. */
  readonly stopOnError: boolean;
  /** Prints what the last word can become, for the completion scripts. */
  readonly complete: boolean;
  readonly help: boolean;
  readonly version: boolean;
  /** What is left: the command. */
  readonly words: readonly string[];
}

export const defaultServer = 'localhost:9090';

type Environment = Readonly<Record<string, string | undefined>>;

/** What the options say before they are checked. */
interface Given {
  server: string | null;
  color: boolean | null;
  json: boolean;
  timeout: string | null;
  tls: boolean;
  careful: boolean;
  stopOnError: boolean;
  complete: boolean;
  files: Map<CredentialFlag, string>;
  help: boolean;
  version: boolean;
  words: string[];
}

/** Options that name a file, and their variables. */
const credentialFlags = {
  '--tls-ca': 'MAGLEV_TLS_CA',
  '--tls-cert': 'MAGLEV_TLS_CERT',
  '--tls-key': 'MAGLEV_TLS_KEY',
  '--token-file': 'MAGLEV_TOKEN_FILE',
} as const;

type CredentialFlag = keyof typeof credentialFlags;

/** How an option takes its value: always, never, or only behind `=`. */
const takes: Readonly<Record<string, 'value' | 'nothing' | 'optional'>> = {
  '--server': 'value',
  '--timeout': 'value',
  '--tls': 'optional',
  '--tls-ca': 'value',
  '--tls-cert': 'value',
  '--tls-key': 'value',
  '--token-file': 'value',
  '--color': 'optional',
  '--json': 'optional',
  '--careful': 'optional',
  '--stop-on-error': 'optional',
  '--complete': 'nothing',
  '--help': 'nothing',
  '--version': 'nothing',
};

/**
 * Reads a command line. Options may stand anywhere, up to `--`; the flag beats MAGLEV_SERVER. Left: one sentence of
 * what is wrong.
 */
export function parseOptions(argv: readonly string[], env: Environment): Either<string, Options> {
  const given = collect(argv);
  if (isLeft(given)) return given;
  const { server, timeout, tls, files, ...rest } = given.right;

  const variable = env['MAGLEV_SERVER'] ?? '';
  const [source, text] =
    server !== null
      ? ['--server', server]
      : variable !== ''
        ? ['MAGLEV_SERVER', variable]
        : ['the default', defaultServer];
  const addresses = parseServers(text);
  if (isLeft(addresses)) return left(`${source}: ${addresses.left}`);
  const timeoutMs = timeout === null ? right(null) : parseTimeout(timeout);
  if (isLeft(timeoutMs)) return left(`--timeout: ${timeoutMs.left}`);
  const file = (flag: CredentialFlag) => {
    const name = files.get(flag) ?? env[credentialFlags[flag]] ?? '';
    return name === '' ? null : name;
  };
  const credentials = {
    tls,
    ca: file('--tls-ca'),
    cert: file('--tls-cert'),
    key: file('--tls-key'),
    token: file('--token-file'),
  };
  if (credentials.cert === null && credentials.key !== null) return left('--tls-key needs --tls-cert');
  if (credentials.cert !== null && credentials.key === null) return left('--tls-cert needs --tls-key');
  return right({ ...rest, credentials, servers: addresses.right, timeoutMs: timeoutMs.right });
}

function collect(argv: readonly string[]): Either<string, Given> {
  const given: Given = {
    server: null,
    color: null,
    json: false,
    timeout: null,
    tls: false,
    careful: false,
    stopOnError: false,
    complete: false,
    files: new Map(),
    help: false,
    version: false,
    words: [],
  };
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i] ?? '';
    if (argument === '--') {
      given.words.push(...argv.slice(i + 1));
      break;
    }
    if (!argument.startsWith('-') || argument === '-') {
      given.words.push(argument);
      continue;
    }
    const equals = argument.indexOf('=');
    const name = longName(equals < 0 ? argument : argument.slice(0, equals));
    const attached = equals < 0 ? null : argument.slice(equals + 1);
    const kind = takes[name];
    if (kind === undefined) {
      const failure = unknownOption(argument, name);
      if (failure !== null) return left(failure);
      given.words.push(argument);
      continue;
    }
    if (kind === 'nothing' && attached !== null) return left(`${name} takes no value`);
    let value = attached;
    if (kind === 'value' && value === null) {
      i++;
      value = argv[i] ?? null;
      if (value === null) return left(`${name} needs a value`);
    }
    const failure = apply(given, name, value);
    if (failure !== null) return left(failure);
  }
  return right(given);
}

/** Null, or what is wrong with the value. */
function apply(given: Given, name: string, value: string | null): string | null {
  switch (name) {
    case '--server':
      given.server = value;
      return null;
    case '--timeout':
      given.timeout = value;
      return null;
    case '--tls-ca':
    case '--tls-cert':
    case '--tls-key':
    case '--token-file':
      given.files.set(name, value ?? '');
      return null;
    case '--help':
      given.help = true;
      return null;
    case '--version':
      given.version = true;
      return null;
    case '--complete':
      given.complete = true;
      return null;
    default: {
      const flag = parseBoolean(value ?? 'true');
      if (flag === null) return `${name}: '${value}' is neither true nor false`;
      if (name === '--json') given.json = flag;
      else if (name === '--tls') given.tls = flag;
      else if (name === '--careful') given.careful = flag;
      else if (name === '--stop-on-error') given.stopOnError = flag;
      else given.color = flag;
      return null;
    }
  }
}

/** `-h` is the only short option; `-server` is taken as `--server`, because Go programs take both. */
function longName(name: string): string {
  if (name === '-h') return '--help';
  return name.startsWith('--') ? name : `-${name}`;
}

/** What is wrong with an option that there is not; null when it can as well be a word: a name such as `-a`, or a number. */
function unknownOption(argument: string, name: string): string | null {
  const meant = nearest(name, Object.keys(takes));
  if (meant === null && !/^--|=/.test(argument) && nameRule(argument) === null) return null;
  const typed = argument.split('=')[0];
  const suggestion = meant === null ? '.' : `: did you mean ${meant}?`;
  return `unknown option ${typed}${suggestion} Put -- before a name that begins with a dash`;
}

/** Addresses with commas between them. Left: what is wrong with one. */
function parseServers(text: string): Either<string, Options['servers']> {
  const [first = '', ...others] = text.split(',');
  const address = parseServer(first);
  if (isLeft(address)) return address;
  const servers: [RpcAddress, ...RpcAddress[]] = [address.right];
  for (const one of others) {
    const next = parseServer(one);
    if (isLeft(next)) return next;
    servers.push(next.right);
  }
  return right(servers);
}

function parseServer(text: string): Either<string, RpcAddress> {
  const address = parseRpcAddress(text);
  if (isLeft(address) || address.right.kind !== 'tcp' || address.right.port !== 0) return address;
  return left(`'${text}' names port 0, where nothing can listen`);
}

/** The names of all options. */
export const optionNames: readonly string[] = Object.keys(takes);

/** Of those that take a file. */
export const optionsWithFiles: readonly string[] = Object.keys(credentialFlags);

/** Of those that take something else. */
export const optionsWithValues: readonly string[] = optionNames.filter(
  (name) => takes[name] === 'value' && !optionsWithFiles.includes(name),
);

/** Is JSON asked for by a command line, even one that cannot be read? */
export function asksForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end < 0 ? argv : argv.slice(0, end)).some((argument) => /^--?json(=(1|t|true))?$/i.test(argument));
}

/** Whole milliseconds, at least 1. */
function parseTimeout(text: string): Either<string, number> {
  const duration = parseDuration(text);
  if (isLeft(duration)) return duration;
  const ms = Math.round(duration.right);
  return ms >= 1 ? right(ms) : left(`'${text}' is too short: use 1ms or more`);
}
