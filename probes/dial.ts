import type { Socket } from 'node:net';
import { type IpAddress, ipFamily } from '../domain/ip.js';
import type { ProbeFinding } from '../domain/probe-result.js';
import { readSocketError } from '../domain/socket-error.js';
import type { Attempt } from './attempt.js';
import type { Surroundings } from './probe.js';
import { ResetSocket } from './reset-socket.js';
import type { ProbeTarget } from './target.js';
import { duration } from './wording.js';

/** What happens on a connection, until its attempt has ended. */
export interface ConnectionEvents {
  readonly connected: (socket: Socket) => void;
  /** The bytes are valid only during the call. Absent: nothing is read. */
  readonly data?: (bytes: Buffer) => void;
  /** The peer will send no more. */
  readonly ended?: () => void;
  /** Broken after it was connected. `errno` as ECONNRESET. */
  readonly broken?: (errno: string) => void;
}

/** All connections of a thread read into the same memory, one after the other. */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * Connects to a port of the target, from its source address. While that fails, the attempt ends here. The connection
 * ends with the attempt, by a reset: no port of ours stays in TIME_WAIT.
 */
export function dial(
  attempt: Attempt,
  around: Surroundings,
  target: ProbeTarget,
  port: number,
  events: ConnectionEvents,
): void {
  const { address, source } = target;
  const { data } = events;
  const onread = {
    buffer: readBuffer,
    callback: (length: number) => {
      if (!attempt.ended) data?.(readBuffer.subarray(0, length));
      return true;
    },
  };
  const socket = new ResetSocket({ allowHalfOpen: true, ...(data === undefined ? {} : { onread }) });
  let connected = false;
  attempt.release(() => socket.destroy());
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (attempt.ended) return;
    const errno = error.code ?? 'unknown';
    if (connected) events.broken?.(errno);
    else attempt.end(refusal(errno, error.syscall, target, around));
  });
  socket.on('end', () => {
    if (!attempt.ended) events.ended?.();
  });
  socket.on('connect', () => {
    connected = true;
    if (isOurself(socket, target, port)) attempt.end(readSocketError('ECONNREFUSED', () => true));
    else events.connected(socket);
  });
  socket.connect({
    host: address,
    port,
    family: ipFamily(address),
    autoSelectFamily: false,
    ...(source === null ? {} : { localAddress: source }),
  });
}

/** What the deadline means while connecting. */
export function noAnswer({ timeoutMs }: ProbeTarget): ProbeFinding {
  return { verdict: 'fail', code: 'L4TOUT', detail: `no answer within ${duration(timeoutMs)}` };
}

function refusal(
  errno: string,
  syscall: string | undefined,
  { address, source }: ProbeTarget,
  around: Surroundings,
): ProbeFinding {
  if (errno === 'EADDRNOTAVAIL' && syscall === 'bind' && source !== null) {
    const detail = `source address ${source} is not on this machine (EADDRNOTAVAIL)`;
    return { verdict: 'doubt', code: 'SOCKERR', detail };
  }
  if (errno === 'EINVAL' && isLinkLocal(address)) {
    const detail = `${address} is a link-local address, which needs an interface: use a routed one (EINVAL)`;
    return { verdict: 'doubt', code: 'SOCKERR', detail };
  }
  return readSocketError(errno, () => around.routed(ipFamily(address)));
}

function isLinkLocal(address: IpAddress): boolean {
  return /^fe[89ab]/.test(address);
}

/**
 * A connection to a port of this machine on which nobody listens can, if the kernel happens to choose that same port
 * for our end, meet itself and succeed.
 */
function isOurself(socket: Socket, { address }: ProbeTarget, port: number): boolean {
  return socket.localPort === port && socket.localAddress === address;
}
