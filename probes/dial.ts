import type { Socket } from 'node:net';
import { ipFamily } from '../domain/ip.js';
import { type ErrorOrigin, readSocketError } from '../domain/socket-error.js';
import type { Attempt } from './attempt.js';
import type { ConnectionEvents } from './connection.js';
import { isOurself, provesConnected, refusal, withoutLink } from './refusal.js';
import { ResetSocket } from './reset-socket.js';
import type { ProbeTarget } from './target.js';

/** All connections of a thread read into the same memory, one after the other. */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

/** Connects with a socket of Node, on which TLS can be put. */
export function dial(
  attempt: Attempt,
  target: ProbeTarget,
  port: number,
  events: ConnectionEvents<Socket>,
): void {
  const { address, source } = target;
  const { data } = events;
  const unreachable = withoutLink(target);
  if (unreachable !== null) {
    // Results come later, never during the call that starts the probe.
    setImmediate(() => attempt.end(unreachable));
    return;
  }
  const onread = {
    buffer: readBuffer,
    callback: (length: number) => {
      attempt.handle(() => data?.(readBuffer.subarray(0, length)));
      return true;
    },
  };
  const socket = new ResetSocket({ allowHalfOpen: true, ...(data === undefined ? {} : { onread }) });
  let connected = false;
  let origin: ErrorOrigin = 'network';
  attempt.release(() => {
    if (events.isKept?.() !== true) socket.destroy();
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    attempt.handle(() => {
      const errno = error.code ?? 'unknown';
      if (connected) events.broken?.(errno);
      else if (origin === 'network' && provesConnected(errno)) events.lost(errno);
      else attempt.end(refusal({ errno, syscall: error.syscall, origin }, target));
    });
  });
  socket.on('end', () => attempt.handle(() => events.ended?.()));
  socket.on('connect', () => {
    connected = true;
    const local = { port: socket.localPort, address: () => socket.localAddress };
    if (isOurself(target, port, local)) attempt.end(readSocketError('ECONNREFUSED', 'network'));
    else events.connected(socket);
  });
  socket.connect({
    host: address,
    port,
    family: ipFamily(address),
    autoSelectFamily: false,
    ...(source === null ? {} : { localAddress: source }),
  });
  // Node makes its system calls in the next tick. When they fail, the socket has its error then, before it is told.
  process.nextTick(() => {
    if (socket.errored !== null) origin = 'here';
  });
}
