import { sockclntCreate, sockclntDelete } from '../../binapi/generated/memclnt.js';
import { type Call, type Handler, onCall } from '../messages/handler.js';
import type { Client } from './client.js';
import type { MessageTable } from './message-table.js';
import type { Registrations } from './registrations.js';

/** A request of which it matters who sent it. */
export interface SessionCall extends Call {
  readonly sender: Client;
}

/** sockclnt_delete_reply says 1 when all is well. */
const DELETED = 1;
const UNKNOWN_CLIENT = -1;

/** The requests that make and end a connection. */
export function sessionHandlers(
  table: MessageTable,
  registrations: Registrations<Client>,
): Handler<SessionCall>[] {
  return [
    // May come again on the same connection; the table is then sent again.
    onCall(sockclntCreate, ({ name }, { sender }: SessionCall) => {
      sender.name = name;
      return { response: 0, index: sender.clientIndex, messageTable: table.entries };
    }),
    onCall(sockclntDelete, ({ index }, call: SessionCall) => {
      const client = registrations.find(call.clientIndex);
      if (client === null) return null;
      const named = registrations.find(index);
      if (named === null) return { response: UNKNOWN_CLIENT };
      call.answer(sockclntDelete.reply, { response: DELETED });
      // VPP closes the socket of the sender and frees the registration that was named, whoever that is.
      if (named !== client) named.dangling = true;
      client.end();
      return null;
    }),
  ];
}
