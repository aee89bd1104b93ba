import { MaglevError } from '../domain/errors.js';
import type { ActorInfo, Event, ListActorsResponse } from '../rpc/generated/maglev.js';
import type { Command } from './command.js';
import { none, sentence, table } from './layout.js';
import { success } from './outcome.js';
import { type Line, label, plain } from './text.js';

/** What maglevd told, and what it consists of. */
export const insideCommands: readonly Command[] = [
  {
    usage: 'show events [<n>]',
    help: 'what maglevd told last, at info and above; 20 events unless another number is given',
    run: async ({ client }, { n }) => {
      const response = await (await client()).listEvents(countOf(n));
      return success(response.events.map(eventLine), response);
    },
  },
  {
    usage: 'show actors [<path>]',
    help: 'the parts of maglevd, all or those below a path, with what waits for each and how often it failed',
    run: async ({ client }, { path }) => {
      const response = await (await client()).listActors(path ?? '');
      return success(actorText(response), response);
    },
  },
];

const SHOWN = 20;

function countOf(word: string | undefined): number {
  if (word === undefined) return SHOWN;
  const count = Number(word);
  if (/^\d+$/.test(word) && count >= 1 && count <= 10_000) return count;
  throw new MaglevError('MGL_USAGE', `'${word}' is no number of events: use 1 to 10000`);
}

/** One event, one line: when, how grave, what, and its fields. */
export function eventLine({ atNs, event }: Event): Line {
  const time = new Date(Number(atNs / 1_000_000n)).toISOString();
  if (event === undefined) return line(time, 'info', 'unknown to this version of maglevc', []);
  if ('msg' in event.value) {
    const { level, msg, attrs } = event.value;
    return line(
      time,
      level,
      msg,
      attrs.map(({ key, value }) => [key, value]),
    );
  }
  const fields = Object.entries(event.value).map(([key, value]) => [key, String(value)] as const);
  return line(time, event.$case === 'lagged' ? 'warn' : 'info', event.$case, fields);
}

function line(
  time: string,
  level: string,
  name: string,
  fields: readonly (readonly [string, string])[],
): Line {
  const words = fields.map(
    ([key, value]) => [key, /^[^\s"]+$/.test(value) ? value : JSON.stringify(value)] as const,
  );
  return [plain(`${time}  `), plain(`${level.padEnd(5)}  `), label(name), plain('  '), ...sentence(words)];
}

function actorText({ actors, deadLetters }: ListActorsResponse): Line[] {
  const depth = actors[0]?.path.split('/').length ?? 0;
  const rows = actors.map((actor) => [
    indented(actor, depth),
    actor.state,
    actor.mailbox,
    actor.restarts,
    actor.lastError === '' ? none : actor.lastError,
  ]);
  return [
    ...table(['actor', 'state', 'mailbox', 'restarts', 'last-error'], rows),
    sentence([['dead-letters', String(deadLetters)]]),
  ];
}

/** The first one with its whole path, those below it with their own names, indented. */
function indented({ path }: ActorInfo, depth: number): string {
  const parts = path.split('/');
  return parts.length === depth ? path : `${'  '.repeat(parts.length - depth)}${parts.at(-1)}`;
}
