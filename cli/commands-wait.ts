import { nameText } from '../domain/name.js';
import type { MaglevClient } from '../rpc/client.js';
import type { BackendInfo } from '../rpc/generated/maglev.js';
import { RpcError } from '../rpc/rpc-error.js';
import { type Command, type Outcome, type Session, success } from './command.js';
import { expandNames } from './name-patterns.js';
import { parseTime } from './slot-values.js';
import { pause } from './surroundings.js';
import { plain } from './text.js';
import { duration } from './time-text.js';

const json = 'an object with `met`, true or false, `waitedMs`, and `why`, a list of what was lacking';

export const waitCommands: readonly Command[] = [
  {
    usage: 'wait backend <name>... <state> [for <time>]',
    help: 'return when backends are in a state; fail when they are not after that time, or 2m',
    slots: { name: 'backend' },
    json,
    goesOn: true,
    run: (session, slots, { lists }) => {
      const { state = '' } = slots;
      const words = lists['name'] ?? [];
      return waitFor(session, slots['time'], async (client) => {
        const { backends } = await client.listBackends();
        const names = expandNames(
          words,
          backends.map(({ name }) => name),
          'backend',
          'MGL_BACKEND_UNKNOWN',
        );
        const chosen = new Set(names);
        const others = backends.filter((one) => chosen.has(one.name) && one.state !== state);
        return {
          done: `${names.map(nameText).join(', ')}: ${state}`,
          lacking: others.map(whyNot),
        };
      });
    },
  },
  {
    usage: 'wait synced [for <time>]',
    help: 'return when VPP has all that was decided; fail when it has not after that time, or 2m',
    json,
    goesOn: true,
    run: (session, slots) =>
      waitFor(session, slots['time'], async (client) => {
        const { standing, vpp } = await client.getStatus();
        const state = standing?.state ?? 'unknown';
        const equal = state === 'equal' || state === 'unverified';
        const reasons = [vpp?.reason ?? '', ...(standing?.differences ?? [])].filter((text) => text !== '');
        return {
          done: 'VPP has all that was decided',
          lacking: equal ? [] : [[`VPP: ${state}`, ...reasons].join('; ')],
        };
      }),
  },
];

interface Look {
  readonly done: string;
  /** What is not as it should be yet. */
  readonly lacking: readonly string[];
}

const PATIENCE_MS = 120_000;
/** Between two looks. */
const INTERVAL_MS = 200;

/** Looks again and again until nothing is lacking; a daemon that is away may come back meanwhile. */
function waitFor(
  session: Session,
  time: string | undefined,
  look: (client: MaglevClient) => Promise<Look>,
): Promise<Outcome> {
  const patienceMs = time === undefined ? PATIENCE_MS : parseTime(time);
  return session.follow(async ({ ended }) => {
    const { clock } = session;
    const begin = clock.monotonic();
    for (;;) {
      const seen = await lookOnce(session, look);
      const waitedMs = Math.round(clock.monotonic() - begin);
      const document = { met: seen.lacking.length === 0, waitedMs, why: seen.lacking };
      if (document.met) {
        return success([[plain(`${seen.done}, after ${tenths(waitedMs)}`)]], document);
      }
      if (waitedMs >= patienceMs || ended.aborted) {
        const what = ended.aborted ? 'stopped' : 'not so';
        const message = `${what} after ${tenths(waitedMs)}: ${seen.lacking.join(', ')}`;
        return { ...success([], document), failure: { code: 'MGL_WAIT', message } };
      }
      await pause(session, ended, Math.min(INTERVAL_MS, patienceMs - waitedMs));
    }
  });
}

async function lookOnce(session: Session, look: (client: MaglevClient) => Promise<Look>): Promise<Look> {
  try {
    return await look(await session.client());
  } catch (thrown) {
    if (!(thrown instanceof RpcError) || thrown.status !== 'UNAVAILABLE') throw thrown;
    return { done: '', lacking: [`${thrown.message} [${thrown.code}]`] };
  }
}

function whyNot({ name, state, transitions, doubt }: BackendInfo): string {
  const reason = doubt === undefined ? transitions[0]?.reason : `in doubt: ${doubt.code}`;
  return `${nameText(name)} is ${state}${reason === undefined || reason === '' ? '' : ` (${reason})`}`;
}

/** `3.2s`, or as an age where it is more than a minute. */
function tenths(ms: number): string {
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)}s` : duration(ms);
}
