import { parseArgs } from 'node:util';
import { MaglevError } from '../domain/errors.js';
import { logLevels } from '../domain/events/event.js';
import { flagProblem } from '../domain/flag-problem.js';
import type { LogLevel } from '../protocol/log.js';
import { requestNames } from './faults/fault.js';
import { faultGrammar, parseFault } from './faults/fault-grammar.js';
import { type Personality, personalities } from './personality.js';
import { parseTime } from './time-text.js';

export const DEFAULT_SOCKET = '/tmp/maglev-vppsim/api.sock';

export interface SimulatorFlags {
  readonly help: boolean;
  readonly showVersion: boolean;
  readonly socket: string;
  /** A command for the VPP that listens on the socket; null: be one. */
  readonly command: string | null;
  /** null: another one every time. */
  readonly seed: number | null;
  readonly personality: Personality;
  readonly faults: readonly string[];
  /** null: the personality's. */
  readonly versionString: string | null;
  readonly logLevel: LogLevel;
  readonly workers: number;
  /** Are VIPs listened for? */
  readonly forward: boolean;
  /** Bytes. */
  readonly heapBytes: number;
  /** null: no stats segment. */
  readonly statsSocket: string | null;
  /** Milliseconds; null: as VPP. */
  readonly statsInterval: number | null;
}

export const simulatorHelp = `maglev-vppsim: a stand-in for VPP that speaks its binary API on a unix socket

usage: maglev-vppsim [flags]
       maglev-vppsim [--socket <path>] --cli <command>
  --socket <path>           where to listen (default ${DEFAULT_SOCKET})
  --seed <n>                same message ids and same cuts for the same number (default: other ones every time)
  --personality <name>      modern (VPP 26.10 and later, default) or legacy (up to 26.06)
  --fault <fault>           what goes wrong; repeatable:
                            ${faultGrammar.join('\n                            ')}
  --version-string <text>   the version that VPP says it has
  --workers <n>             threads that forward packets beside the main one (default 0)
  --forward                 listens for VIPs whose addresses are on this machine, and relays to their servers
  --main-heap-size <size>   of VPP's main heap, as in its startup.conf: 512M, 2G (default 1G)
  --stats-socket <path>     where to hand out a stats segment (default: there is none)
  --stats-interval <time>   between two beats of VPP's heart in it (default 10s)
  --log-level <level>       debug (each message received), info, warn (default) or error; on stderr
  --cli <command>           runs a command at the command line of the VPP, real or simulated, that listens there
  --version, --help

It prints {"event":"ready","socket":...,"pid":...} on stdout when it listens, and ends on SIGTERM and SIGINT.
A request that would kill VPP kills it, with exit code 134. docs/simulator.md tells more.
`;

/** Throws MGL_USAGE. */
export function parseSimulatorFlags(args: readonly string[]): SimulatorFlags {
  const { values } = parse(args);
  const faults = values.fault ?? [];
  for (const fault of faults) parseFault(fault, requestNames);
  return {
    help: values.help ?? false,
    showVersion: values.version ?? false,
    socket: values.socket ?? DEFAULT_SOCKET,
    command: values.cli ?? null,
    seed: values.seed === undefined ? null : seedOf(values.seed),
    personality: oneOf('--personality', values.personality ?? 'modern', personalities),
    faults,
    versionString: values['version-string'] === undefined ? null : versionOf(values['version-string']),
    logLevel: oneOf('--log-level', values['log-level'] ?? 'warn', logLevels),
    workers: values.workers === undefined ? 0 : workersOf(values.workers),
    forward: values.forward ?? false,
    heapBytes: heapOf(values['main-heap-size'] ?? '1G'),
    statsSocket: values['stats-socket'] ?? null,
    statsInterval: values['stats-interval'] === undefined ? null : intervalOf(values['stats-interval']),
  };
}

const options = {
  socket: { type: 'string' },
  cli: { type: 'string' },
  seed: { type: 'string' },
  personality: { type: 'string' },
  fault: { type: 'string', multiple: true },
  'version-string': { type: 'string' },
  'log-level': { type: 'string' },
  workers: { type: 'string' },
  forward: { type: 'boolean' },
  'main-heap-size': { type: 'string' },
  'stats-socket': { type: 'string' },
  'stats-interval': { type: 'string' },
  version: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options });
  } catch (thrown) {
    throw new MaglevError('MGL_USAGE', flagProblem(args, options, thrown));
  }
}

function seedOf(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new MaglevError('MGL_USAGE', `--seed needs a number, not '${text}'`);
  return Number(text);
}

function workersOf(text: string): number {
  if (!/^\d{1,2}$/.test(text)) {
    throw new MaglevError('MGL_USAGE', `--workers needs a number up to 99, not '${text}'`);
  }
  return Number(text);
}

/** As VPP reads it, but not below what a VPP starts with. */
function heapOf(text: string): number {
  const [, number = '', unit = ''] = /^(\d{1,6})([mg])$/i.exec(text) ?? [];
  const bytes = Number(number) * (unit.toLowerCase() === 'g' ? 2 ** 30 : 2 ** 20);
  if (number === '' || bytes < 64 * 2 ** 20 || bytes > 2 ** 42) {
    throw new MaglevError(
      'MGL_USAGE',
      `--main-heap-size needs a size from 64M on, like 512M or 2G, not '${text}'`,
    );
  }
  return bytes;
}

function intervalOf(text: string): number {
  const ms = parseTime(text);
  if (ms === null || ms < 1) {
    throw new MaglevError('MGL_USAGE', `--stats-interval needs a time like 250ms, 3s or 2m, not '${text}'`);
  }
  return ms;
}

/** The field of show_version_reply has room for so much. */
function versionOf(text: string): string {
  if (!/^[ -~]{1,31}$/.test(text)) {
    throw new MaglevError('MGL_USAGE', `--version-string takes 1 to 31 printable characters, not '${text}'`);
  }
  return text;
}

function oneOf<T extends string>(flag: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((item) => item === value);
  if (found === undefined) {
    throw new MaglevError('MGL_USAGE', `${flag} is one of ${allowed.join(', ')}, not '${value}'`);
  }
  return found;
}
