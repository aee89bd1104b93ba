import { peerAddress } from '../linux/tcp-socket.js';
import type { Attempt } from './attempt.js';
import type { ConnectionEvents } from './connection.js';
import { dial } from './dial.js';
import type { Surroundings } from './probe.js';
import { reactorDial } from './reactor-dial.js';
import type { ProbeTarget } from './target.js';

export type Connect = (attempt: Attempt, around: Surroundings, events: ConnectionEvents) => void;

/**
 * Connects to a port of the target, from its source address. While that fails, the attempt ends here. The connection
 * ends with the attempt, by a reset: no port of ours stays in TIME_WAIT. Where Linux can be asked directly, that takes
 * less CPU than Node's sockets.
 */
export function connector(target: ProbeTarget, port: number): Connect {
  const peer = peerAddress(target.address, port);
  return (attempt, around, events) => {
    const { reactor } = around;
    if (reactor === null) dial(attempt, target, port, events);
    else reactorDial(attempt, around, reactor, { target, port, peer }, events);
  };
}
