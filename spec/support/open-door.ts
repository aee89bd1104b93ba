import { realClock } from '../../clock/real-clock.js';
import { Connections } from '../../rpc/connections.js';
import { Doorkeeper } from '../../rpc/doorkeeper.js';
import { recordingLog } from './recording-log.js';

/** What startRpcServer needs to serve everybody who comes without TLS. */
export function openDoor() {
  const log = recordingLog();
  const clock = realClock;
  const connections = new Connections({ clock, log });
  const doorkeeper = new Doorkeeper({ clock, log, connections, access: null, ownUid: null });
  return { clock, log, connections, doorkeeper, tls: null, uidOf: () => null };
}
