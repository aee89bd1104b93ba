import { isLeft } from 'fp-ts/lib/Either.js';
import { didYouMean, nearest } from '../domain/did-you-mean.js';
import { formatDuration, parseDuration } from '../domain/duration.js';
import { MaglevError } from '../domain/errors.js';
import { logLevels } from '../domain/events/event.js';
import { quote } from '../domain/text.js';
import type { LogLevelInfo } from '../rpc/generated/maglev.js';
import { type Command, success } from './command.js';
import { sentence } from './layout.js';
import type { Line } from './text.js';

/** The log of maglevd. */
export const showLogCommand: Command = {
  usage: 'show log',
  json: 'LogLevelInfo',
  help: 'the level at which maglevd logs, and until when',
  run: async ({ client, clock }) => {
    const response = await (await client()).getLogLevel();
    return success([levelLine(response, clock.now())], response);
  },
};

const set: Command['run'] = async ({ client, clock }, { level = '', time }) => {
  const request = { level: checkedLevel(level), forNs: time === undefined ? undefined : spanOf(time) };
  const response = await (await client()).setLogLevel(request);
  return success([levelLine(response, clock.now())], response);
};

export const setLogCommands: readonly Command[] = [
  {
    usage: 'set log level <level> [for <time>]',
    help: 'log from that level on, until maglevd ends or it is set again, or for a while, as `for 10m`; admins only',
    json: 'LogLevelInfo',
    run: set,
  },
];

function checkedLevel(word: string): string {
  if (logLevels.some((level) => level === word)) return word;
  const hint = didYouMean(nearest(word, logLevels));
  throw new MaglevError('MGL_USAGE', `${quote(word)} is no log level: use ${logLevels.join(', ')}${hint}`);
}

function spanOf(word: string): bigint {
  const ms = parseDuration(word);
  if (isLeft(ms)) throw new MaglevError('MGL_USAGE', ms.left);
  if (ms.right < 1000 || ms.right > 7 * 24 * 3_600_000) {
    throw new MaglevError('MGL_USAGE', `${quote(word)} is no time to log at another level: use 1s to 168h`);
  }
  return BigInt(Math.round(ms.right)) * 1_000_000n;
}

function levelLine({ level, configured, untilNs }: LogLevelInfo, now: number): Line {
  const configuredToo: readonly (readonly [string, string])[] =
    level === configured && untilNs === undefined ? [] : [['started-with', configured]];
  const until: readonly (readonly [string, string])[] =
    untilNs === undefined ? [] : [['for', formatDuration(leftOf(untilNs, now))]];
  return sentence([['log-level', level], ...until, ...configuredToo]);
}

/** Milliseconds, whole seconds: what is left of it. */
function leftOf(untilNs: bigint, now: number): number {
  return Math.max(0, Math.round((Number(untilNs / 1_000_000n) - now) / 1000)) * 1000;
}
