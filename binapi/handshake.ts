import { MaglevError } from '../domain/errors.js';
import { type MessageChannel, routeTo } from './channel.js';
import { type SockclntCreateReply, sockclntCreate, sockclntCreateReply } from './generated/memclnt.js';
import { MessageTable } from './message-table.js';

/** What VPP tells a new client. */
export interface Welcome {
  /** To be sent in every request: VPP routes the reply by it. */
  readonly clientIndex: number;
  readonly table: MessageTable;
}

/** Any but 0. Requests are counted from the next one on. */
export const HANDSHAKE_CONTEXT = 1;

/**
 * Introduces the client as `name` (at most 63 bytes) and waits for VPP's message table. Rejects with the reason when
 * the channel ends before that, or with MGL_VPP_CONNECT when VPP refuses. `arrived` is called when VPP says something.
 */
export function shakeHands(channel: MessageChannel, name: string): Promise<Welcome> {
  return new Promise((resolve, reject) => {
    const route = routeTo(sockclntCreateReply, (reply) => {
      if (reply.response === 0) resolve(welcome(reply));
      else reject(new MaglevError('MGL_VPP_CONNECT', `VPP refused the client ${name} (${reply.response})`));
    });
    channel.listen({
      arrived: () => {},
      find: (id) =>
        id === sockclntCreateReply.fixedId ? route : { message: `id ${id}`, why: 'before the handshake' },
      ended: reject,
    });
    const id = sockclntCreate.fixedId ?? 0;
    channel.send(sockclntCreate, { id, clientIndex: 0, context: HANDSHAKE_CONTEXT }, { name });
    channel.flush();
  });
}

function welcome({ index, messageTable }: SockclntCreateReply): Welcome {
  return { clientIndex: index, table: new MessageTable(messageTable) };
}
