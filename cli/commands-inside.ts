import type { ActorInfo, ListActorsResponse } from '../rpc/generated/maglev.js';
import { type Command, success } from './command.js';
import { eventLine, eventMessage } from './event-text.js';
import { none, sentence, table } from './layout.js';
import { parseCount } from './slot-values.js';
import type { Line } from './text.js';

/** What maglevd told, and what it consists of. */
export const insideCommands: readonly Command[] = [
  {
    usage: 'show events [<n>]',
    slots: { n: 'count' },
    json: 'ListEventsResponse',
    help: 'the latest events, at info and above; 20 unless another number is given',
    run: async ({ client }, { n }) => {
      const response = await (await client()).listEvents(n === undefined ? SHOWN : parseCount(n));
      const { events, epoch } = response;
      return success(events.map(eventLine), { events: events.map(eventMessage), epoch });
    },
  },
  {
    usage: 'show actors [<path>]',
    slots: { path: 'actor' },
    json: 'ListActorsResponse',
    help: 'the parts of maglevd, all or those below a path, with what waits for each and how often it failed',
    run: async ({ client }, { path }) => {
      const response = await (await client()).listActors(path ?? '');
      return success(actorText(response), response);
    },
  },
];

const SHOWN = 20;

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
