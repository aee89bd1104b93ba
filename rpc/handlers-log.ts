import { MaglevError } from '../domain/errors.js';
import { logLevels } from '../domain/events/event.js';
import type { Address } from '../protocol/address.js';
import type { LogLevel, LogLevelRequest, LogLevelState } from '../protocol/log.js';
import type { LogLevelInfo, MaglevServer } from './generated/maglev.js';
import { limitMs } from './limits.js';
import { nanoseconds } from './nanoseconds.js';
import type { Unary } from './unary.js';

const SECOND_NS = 1_000_000_000n;
const WEEK_NS = 7n * 24n * 3600n * SECOND_NS;

export function logHandlers(
  unary: Unary,
  logLevel: Address<LogLevelRequest>,
): Pick<MaglevServer, 'getLogLevel' | 'setLogLevel'> {
  return {
    getLogLevel: unary(limitMs.view, async (_, ask) =>
      message(await ask(logLevel, { type: 'get-log-level' })),
    ),
    setLogLevel: unary(limitMs.view, async ({ level, forNs }, ask, peer) => {
      const question = {
        type: 'set-log-level',
        level: checkedLevel(level),
        forMs: checkedTime(forNs),
        peer,
      } as const;
      return message(await ask(logLevel, question));
    }),
  };
}

function checkedLevel(text: string): LogLevel {
  const level = logLevels.find((one) => one === text);
  if (level !== undefined) return level;
  throw new MaglevError('MGL_REQUEST_INVALID', `level is none of ${logLevels.join(', ')}`);
}

function checkedTime(forNs: bigint | undefined): number | null {
  if (forNs === undefined) return null;
  if (forNs >= SECOND_NS && forNs <= WEEK_NS) return Number(forNs) / 1e6;
  throw new MaglevError('MGL_REQUEST_INVALID', 'for_ns is not from 1 s to 7 days');
}

function message({ level, configured, until }: LogLevelState): LogLevelInfo {
  return { level, configured, untilNs: until === null ? undefined : nanoseconds(until) };
}
