import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { isLeft } from 'fp-ts/lib/Either.js';
import { readCaFile } from '../config/beside.js';
import { systemErrorText } from '../config/config-file.js';
import type { TrustGrounds } from '../probes/trust.js';
import { buildInfo } from '../program/build-info.js';
import type { Clock } from '../protocol/clock.js';
import type { Logger } from '../protocol/log.js';

/** What Node was started with. */
export interface NodeSetting {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly execArgv: readonly string[];
}

const advice =
  'Mend it and restart maglevd, or name the authorities in healthchecker.ca-file, which a reload takes.';

/** Flags of Node by which it takes authorities from where OpenSSL has them. */
const openSslFlags = ['--use-openssl-ca', '--use-system-ca'];

/**
 * What must be known of this machine before it may find fault with the certificates of others; what is known against it
 * is told in the log. Node itself says nothing of authorities that it cannot read, or only to a terminal.
 */
export function trustGrounds(
  setting: NodeSetting,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
  built = builtAt(),
): TrustGrounds {
  const troubles = [...extraTrouble(setting), ...openSslTroubles(setting)];
  for (const { variable, value, error } of troubles) {
    log.log('warn', 'trust-unusable', { variable, value, error, advice });
  }
  const now = clock.now();
  if (now < built) {
    log.log('warn', 'clock-behind', { now: isoTime(now), built: isoTime(built) });
  }
  const [first] = troubles;
  const trouble = first === undefined ? null : `${first.variable} names ${first.value}, which ${first.error}`;
  return { trouble, builtAt: built };
}

interface Trouble {
  readonly variable: string;
  readonly value: string;
  /** The end of a sentence that the value begins. */
  readonly error: string;
}

/** Node reads it once, when it first needs it. */
function extraTrouble(setting: NodeSetting): Trouble[] {
  return fileTrouble(setting, 'NODE_EXTRA_CA_CERTS');
}

function openSslTroubles(setting: NodeSetting): Trouble[] {
  const flags = [...setting.execArgv, ...(setting.env['NODE_OPTIONS'] ?? '').split(/\s+/)];
  if (!openSslFlags.some((flag) => flags.includes(flag))) return [];
  return [...fileTrouble(setting, 'SSL_CERT_FILE'), ...folderTrouble(setting, 'SSL_CERT_DIR')];
}

function fileTrouble({ env }: NodeSetting, variable: string): Trouble[] {
  const value = env[variable] ?? '';
  const read = value === '' ? null : readCaFile(value);
  return read === null || !isLeft(read) ? [] : [{ variable, value, error: read.left }];
}

/** Several folders may stand there; one that can be read is enough. */
function folderTrouble({ env }: NodeSetting, variable: string): Trouble[] {
  const value = env[variable] ?? '';
  if (value === '') return [];
  const errors = value.split(path.delimiter).map(folderError);
  const [error] = errors;
  return error == null || errors.includes(null) ? [] : [{ variable, value, error }];
}

function folderError(folder: string): string | null {
  try {
    return readdirSync(folder).length === 0 ? 'is empty' : null;
  } catch (thrown) {
    return `cannot be read: ${systemErrorText(thrown)}`;
  }
}

function isoTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/**
 * When this program was built, in milliseconds since the epoch: no clock that is right shows an earlier time. By the date
 * that the build noted, in ISO 8601, or else by the time of this file, which was written then, or when the package was
 * unpacked.
 */
export function builtAt(noted = buildInfo().date, program = new URL(import.meta.url)): number {
  const at = Date.parse(noted ?? '');
  return Number.isNaN(at) ? statSync(program).mtimeMs : at;
}
