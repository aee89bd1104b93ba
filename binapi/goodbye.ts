import type { Clock } from '../protocol/clock.js';
import { type MessageChannel, routeTo } from './channel.js';
import { sockclntDelete, sockclntDeleteReply } from './generated/memclnt.js';

/** How long VPP gets to answer. */
const GOODBYE_MS = 100;

/**
 * Tells VPP that the client leaves: a VPP whose client closes its socket without a word may keep the registration and
 * spin. Resolves when VPP has answered, when the channel has ended, or after 100 ms; the channel is then to be ended.
 */
export function sayGoodbye(
  channel: MessageChannel,
  clock: Clock,
  clientIndex: number,
  context: number,
): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      cancel();
      resolve();
    };
    const cancel = clock.schedule(GOODBYE_MS, done);
    const route = routeTo(sockclntDeleteReply, done);
    channel.listen({
      arrived: () => {},
      find: (id) =>
        id === sockclntDeleteReply.fixedId
          ? route
          : { message: `id ${id}`, why: 'the connection is being closed' },
      ended: done,
    });
    const id = sockclntDelete.fixedId ?? 0;
    channel.send(sockclntDelete, { id, clientIndex, context }, { index: clientIndex });
    channel.flush();
  });
}
