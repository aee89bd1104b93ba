import { parseArgs } from 'node:util';
import { isLeft } from 'fp-ts/lib/Either.js';
import { parseDuration } from '../domain/duration.js';
import { MaglevError } from '../domain/errors.js';
import { flagProblem } from '../domain/flag-problem.js';
import { quote } from '../domain/text.js';
import { fromGoStyle } from '../program/go-style.js';
import type { Asking } from './probing/prober.js';
import { parseVip, type Vip } from './vip.js';

export interface TesterSettings {
  /** Files whose frontends are tested. */
  readonly configs: readonly string[];
  /** Others that are tested. */
  readonly vips: readonly Vip[];
  /** Only those whose name or place matches; null: all. */
  readonly filter: RegExp | null;
  readonly asking: Asking;
  /** Milliseconds. */
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Connections a second, in all. */
  readonly rate: number;
  /** Milliseconds; null: until it is told to end. */
  readonly forMs: number | null;
  /** Percent of each VIP's probes that must be served; null: whatever was seen, it ends well. */
  readonly slo: number | null;
  readonly json: boolean;
}

export type TesterCommand =
  | { readonly kind: 'run'; readonly settings: TesterSettings }
  | { readonly kind: 'version' }
  | { readonly kind: 'help' };

const DEFAULT_PATH = '/.well-known/ipng/healthz';
const DEFAULT_HEADER = 'X-IPng-Frontend';
const DEFAULT_SLO = '99.9';
const SHORTEST_INTERVAL_MS = 10;
const HIGHEST_RATE = 100_000;

/** Flags as --help lists them; the first word of each is its name. */
export const testerFlagRows: readonly (readonly [flag: string, help: string])[] = [
  [
    '--config FILE',
    'test the frontends of that config of maglevd; may be given several times, or with commas',
  ],
  [
    '--vip WAY/ADDR',
    'test this one, as https/192.0.2.1:443/healthz; may be given several times; ways: tcp, tls, http, https, dns',
  ],
  ['--filter REGEX', 'only those whose name or address matches'],
  ['--interval TIME', 'between two probes of one VIP, give or take a tenth (default 100ms)'],
  ['--timeout TIME', 'a probe without an answer by then has failed (default 2s)'],
  ['--rate N', 'no more connections a second, in all (default 1000)'],
  ['--host NAME', 'the host that requests name, and that certificates must be for (default: the address)'],
  ['--path PATH', `the path that HTTP probes ask for (default ${DEFAULT_PATH}); --uri is the same`],
  ['--header NAME', `the header in which an answer says who it is from (default ${DEFAULT_HEADER})`],
  ['--insecure', 'do not check certificates'],
  [
    '--keepalive',
    'reuse connections; otherwise each probe is a new flow, which goes where VPP sends new flows',
  ],
  ['--for TIME', 'end after this time (default: when q is pressed, or a signal comes)'],
  [
    '--slo PERCENT',
    `exit with 1 when a smaller share of the probes of a VIP was served (default ${DEFAULT_SLO} with --for or --json)`,
  ],
  ['--json', 'one JSON document a line: every second of each VIP, each problem, and a summary'],
  ['--version', 'print the version and exit'],
  ['-h, --help', 'print this and exit'],
];

const options = {
  config: { type: 'string', multiple: true },
  vip: { type: 'string', multiple: true },
  filter: { type: 'string' },
  interval: { type: 'string' },
  timeout: { type: 'string' },
  rate: { type: 'string' },
  host: { type: 'string' },
  path: { type: 'string' },
  uri: { type: 'string' },
  header: { type: 'string' },
  insecure: { type: 'boolean' },
  keepalive: { type: 'boolean' },
  for: { type: 'string' },
  slo: { type: 'string' },
  json: { type: 'boolean' },
  version: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const switches = new Set(['insecure', 'keepalive', 'json', 'version', 'help']);

export function testerHelp(): string {
  const width = Math.max(...testerFlagRows.map(([flag]) => flag.length));
  return [
    'maglevt - probes virtual IPs as their clients do, and shows which servers answer',
    '',
    'usage: maglevt --config FILE [flags]',
    '       maglevt --vip WAY/ADDRESS[:PORT][/PATH] [flags]',
    '',
    ...testerFlagRows.map(([flag, help]) => `  ${flag.padEnd(width)}  ${help}`),
    '',
    'Keys: q quits, p or blank pauses, s sorts by something else, arrows scroll.',
    'Exit codes: 0 all is well, 1 fewer were served than --slo asks for, 2 nothing could be tested.',
    '',
  ].join('\n');
}

/** Throws MGL_USAGE. */
export function parseTesterFlags(argv: readonly string[]): TesterCommand {
  const values = parse(fromGoStyle(argv, switches));
  if (values.help === true) return { kind: 'help' };
  if (values.version === true) return { kind: 'version' };
  const configs = (values.config ?? []).flatMap((list) => list.split(',')).filter((file) => file !== '');
  const vips = (values.vip ?? []).map(vipOf);
  if (configs.length === 0 && vips.length === 0) throw usage('--config or --vip says what is tested');
  if (values.path !== undefined && values.uri !== undefined) throw usage('--uri is another word for --path');
  const path = values.path ?? values.uri ?? DEFAULT_PATH;
  if (!/^\/[!-~]*$/.test(path)) throw usage(`--path begins with / and has no blanks, unlike ${quote(path)}`);
  const header = values.header ?? DEFAULT_HEADER;
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(header)) throw usage(`${quote(header)} is no name of a header`);
  const host = values.host ?? null;
  if (host !== null && !/^[!-~]+$/.test(host)) throw usage(`${quote(host)} is no name of a host`);
  const forMs = values.for === undefined ? null : timeOf('--for', values.for, 1);
  const judged = forMs !== null || values.json === true;
  const slo = values.slo ?? (judged ? DEFAULT_SLO : null);
  return {
    kind: 'run',
    settings: {
      configs,
      vips,
      filter: values.filter === undefined ? null : expressionOf(values.filter),
      asking: {
        host,
        path,
        header: header.toLowerCase(),
        insecure: values.insecure ?? false,
        keepAlive: values.keepalive ?? false,
      },
      intervalMs: timeOf('--interval', values.interval ?? '100ms', SHORTEST_INTERVAL_MS),
      timeoutMs: timeOf('--timeout', values.timeout ?? '2s', 1),
      rate: rateOf(values.rate ?? '1000'),
      forMs,
      slo: slo === null ? null : percentOf(slo),
      json: values.json ?? false,
    },
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowNegative: true }).values;
  } catch (thrown) {
    throw usage(flagProblem(args, options, thrown));
  }
}

function vipOf(text: string): Vip {
  const vip = parseVip(text);
  if (isLeft(vip)) throw usage(`--vip: ${vip.left}`);
  return vip.right;
}

function timeOf(flag: string, text: string, leastMs: number): number {
  const ms = parseDuration(text);
  if (isLeft(ms)) throw usage(`${flag}: ${ms.left}`);
  if (ms.right < leastMs) throw usage(`${flag} is at least ${leastMs}ms, not ${quote(text)}`);
  return ms.right;
}

function rateOf(text: string): number {
  const rate = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (rate < 1 || rate > HIGHEST_RATE)
    throw usage(`--rate is a number from 1 to ${HIGHEST_RATE}, not ${quote(text)}`);
  return rate;
}

function percentOf(text: string): number {
  const percent = /^\d{1,3}(\.\d{1,6})?$/.test(text) ? Number(text) : -1;
  if (percent < 0 || percent > 100) throw usage(`--slo is a number from 0 to 100, not ${quote(text)}`);
  return percent;
}

function expressionOf(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (thrown) {
    throw usage(`--filter: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}

function usage(what: string): MaglevError {
  return new MaglevError('MGL_USAGE', what);
}
