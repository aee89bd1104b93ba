import { MaglevError } from '../domain/errors.js';
import type { Event, WatchRequest } from '../rpc/generated/maglev.js';
import { RpcError } from '../rpc/rpc-error.js';
import { changedLines } from './changed-lines.js';
import { type Command, type Outcome, type Session, type SlotValues, success } from './command.js';
import { eventLine, eventMessage } from './event-text.js';
import type { Flow } from './flow.js';
import { parseCount, parseTime } from './slot-values.js';
import { pause } from './surroundings.js';
import { type Line, label, plain } from './text.js';

export const watchCommands: readonly Command[] = [
  {
    usage:
      'watch events [num <n>] [log [level <level>]] [backend] [frontend] [vpp] [sync] [config] [names <name>...]',
    help: 'one line for each thing that happens, first what is so now; a key ends it; without a filter, all at info and above',
    slots: { n: 'count', name: 'watched' },
    json: 'one `Event` a line',
    goesOn: true,
    run: (session, slots, { lists }) =>
      session.follow((flow) => watchEvents(session, flow, slots, lists['name'] ?? [])),
  },
  {
    usage: 'watch <show-command> [every <time>]',
    help: 'the output of a show command, again and again, with what has changed marked; a key ends it',
    json: 'what the command prints, one document a line',
    goesOn: true,
    run: (session, slots, { inner }) => session.follow((flow) => watchCommand(session, flow, slots, inner)),
  },
];

const ended: Outcome = { ...success([], null), printed: true };

async function watchEvents(
  session: Session,
  flow: Flow,
  slots: SlotValues,
  names: readonly string[],
): Promise<Outcome> {
  const most = slots['n'] === undefined ? Number.POSITIVE_INFINITY : parseCount(slots['n']);
  const client = await session.client();
  const stop = new AbortController();
  const leave = () => stop.abort();
  flow.ended.addEventListener('abort', leave, { once: true });
  if (flow.ended.aborted) leave();
  let seen = 0;
  const hear = (event: Event) => {
    // How the stream begins is nobody's news.
    if (event.event?.$case === 'subscribed' || stop.signal.aborted) return;
    flow.emit([eventLine(event)], eventMessage(event));
    seen += 1;
    if (seen >= most) leave();
  };
  await client.watchEvents(requestOf(slots, names), stop.signal, hear);
  if (stop.signal.aborted) return ended;
  throw new RpcError(
    'UNAVAILABLE',
    'MGL_SUBSCRIPTION_ENDED',
    'maglevd has ended the stream of events',
    'Watch again.',
  );
}

function requestOf(slots: SlotValues, names: readonly string[]): WatchRequest {
  const flag = (name: string) => (slots[name] === undefined ? undefined : true);
  return {
    log: flag('log'),
    logLevel: slots['level'],
    backend: flag('backend'),
    frontend: flag('frontend'),
    vpp: flag('vpp'),
    sync: flag('sync'),
    config: flag('config'),
    names: [...names],
    events: [],
    sinceSeq: undefined,
    epoch: '',
  };
}

const DEFAULT_INTERVAL_MS = 2_000;

async function watchCommand(
  session: Session,
  flow: Flow,
  slots: SlotValues,
  inner: Command | null,
): Promise<Outcome> {
  if (inner === null) throw new MaglevError('MGL_USAGE', 'there is nothing to watch');
  const everyMs = slots['time'] === undefined ? DEFAULT_INTERVAL_MS : parseTime(slots['time']);
  let before: readonly Line[] | null = null;
  while (!flow.ended.aborted) {
    const { lines, json } = await look(session, slots, inner);
    const shown = before === null ? lines : changedLines(before, lines);
    before = lines;
    const title: Line = [label(new Date(session.clock.now()).toISOString()), plain(`  ${inner.usage}`)];
    flow.draw([title, ...shown], json);
    await pause(session, flow.ended, everyMs);
  }
  return ended;
}

/** A daemon that is away for a while is news, and no reason to stop looking. */
async function look(
  session: Session,
  slots: SlotValues,
  inner: Command,
): Promise<{ readonly lines: readonly Line[]; readonly json: unknown }> {
  try {
    const { text, json } = await inner.run(session, slots, { lists: {}, inner: null });
    return { lines: text, json };
  } catch (thrown) {
    if (!(thrown instanceof RpcError) || thrown.status !== 'UNAVAILABLE') throw thrown;
    const { code, status, message, advice } = thrown;
    return {
      lines: [[{ text: `${message} [${code}]`, style: 'error' }]],
      json: { error: { code, status, message, advice } },
    };
  }
}
