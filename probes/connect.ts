import { ipFamily } from '../domain/ip.js';
import type { ProbeFinding } from '../domain/probe-result.js';
import { readSocketError } from '../domain/socket-error.js';
import { errnoName, isPending, SyscallError } from '../linux/libc.js';
import type { Reactor, Readiness } from '../linux/reactor.js';
import { peerAddress, tcpSocket } from '../linux/tcp-socket.js';
import type { Attempt } from './attempt.js';
import type { Connection, ConnectionEvents } from './connection.js';
import { dial } from './dial.js';
import type { Surroundings } from './probe.js';
import { isOurself, provesConnected, refusal, withoutLink } from './refusal.js';
import type { ProbeTarget } from './target.js';

/** All connections of a thread read into the same memory, one after the other. */
const readBuffer = Buffer.from(new ArrayBuffer(64 * 1024));

/** The kernel chooses no port below for our end of a connection. */
const FIRST_EPHEMERAL_PORT = 1024;

interface Destination {
  readonly target: ProbeTarget;
  readonly port: number;
  /** Both, as the kernel takes them. */
  readonly peer: Uint8Array;
}

/** Connects with bare descriptors. */
function reactorDial(
  attempt: Attempt,
  around: Surroundings,
  reactor: Reactor,
  destination: Destination,
  events: ConnectionEvents,
): void {
  const finding = withoutLink(destination.target) ?? start(attempt, around, reactor, destination, events);
  if (finding === null) return;
  // Results come later, never during the call that starts the probe.
  setImmediate(() => attempt.end(finding));
}

/** Why the connection cannot even be begun; null = it is being made. */
function start(
  attempt: Attempt,
  around: Surroundings,
  reactor: Reactor,
  { target, port, peer }: Destination,
  events: ConnectionEvents,
): ProbeFinding | null {
  const { address, source } = target;
  const failed = (syscall: string, errno: string) => refusal({ errno, syscall, origin: 'here' }, target);
  const fd = tcpSocket.open(ipFamily(address));
  if (fd < 0) return failed('socket', errnoName(fd));
  around.ledger.opened(fd);
  attempt.release(() => {
    around.ledger.closed(fd);
    tcpSocket.close(fd);
  });
  const bound = source === null ? 0 : tcpSocket.bind(fd, source);
  if (bound < 0) return failed('bind', errnoName(bound));
  const result = tcpSocket.connect(fd, peer);
  if (result < 0) return failed('connect', errnoName(result));
  const link = new Link(fd, attempt, events, {
    refused: (errno) => attempt.end(refusal({ errno, syscall: 'connect', origin: 'network' }, target)),
    meetsItself: () => port >= FIRST_EPHEMERAL_PORT && endsMeet(fd, target, port),
  });
  try {
    attempt.release(reactor.watch(fd, (readiness) => attempt.handle(() => link.ready(readiness))));
    attempt.release(around.pace.wait());
  } catch (thrown) {
    if (thrown instanceof SyscallError) return failed('epoll_ctl', thrown.errno);
    throw thrown;
  }
  return null;
}

function endsMeet(fd: number, target: ProbeTarget, port: number): boolean {
  const local = tcpSocket.localEnd(fd, ipFamily(target.address));
  return local !== null && isOurself(target, port, local);
}

interface Connecting {
  readonly refused: (errno: string) => void;
  readonly meetsItself: () => boolean;
}

/** One connection, from the SYN on. */
class Link implements Connection {
  readonly #fd: number;
  readonly #attempt: Attempt;
  readonly #events: ConnectionEvents;
  readonly #connecting: Connecting;
  #connected = false;
  /** Why nothing can be sent any more. What came before can still be read, and comes first. */
  #broken: string | null = null;
  /** What the kernel has not taken yet. */
  #unsent: Buffer | null = null;

  constructor(fd: number, attempt: Attempt, events: ConnectionEvents, connecting: Connecting) {
    this.#fd = fd;
    this.#attempt = attempt;
    this.#events = events;
    this.#connecting = connecting;
  }

  ready({ readable, ending, writable, broken }: Readiness): void {
    if (!this.#connected && !this.#connect(writable, broken)) return;
    if (writable && this.#unsent !== null) this.write(this.#unsent);
    if (readable || this.#broken !== null) this.#read(ending || this.#broken !== null);
  }

  /** A failure is told when everything that came before it has been read. */
  write(bytes: Buffer): void {
    this.#unsent = null;
    const sent = tcpSocket.send(this.#fd, bytes);
    if (sent < 0 && !isPending(sent)) this.#broken ??= errnoName(sent);
    else if (sent < bytes.length) this.#unsent = bytes.subarray(Math.max(0, sent));
  }

  /** Is it connected now, and the attempt not ended? */
  #connect(writable: boolean, broken: boolean): boolean {
    const failure = broken ? tcpSocket.failure(this.#fd) : 0;
    const errno = failure < 0 ? errnoName(failure) : null;
    if (errno !== null && !provesConnected(errno)) this.#connecting.refused(errno);
    if (this.#attempt.ended || !(writable || broken)) return false;
    // The kernel says it once.
    this.#broken = errno;
    this.#connected = true;
    if (this.#connecting.meetsItself()) this.#attempt.end(readSocketError('ECONNREFUSED', 'network'));
    else this.#events.connected(this);
    return !this.#attempt.ended;
  }

  #read(ending: boolean): void {
    const { data, ended, broken } = this.#events;
    if (data === undefined) return;
    while (!this.#attempt.ended) {
      const size = tcpSocket.receive(this.#fd, readBuffer);
      if (size > 0) data(readBuffer.subarray(0, size));
      else if (size < 0 && !isPending(size)) broken?.(this.#broken ?? errnoName(size));
      // EPIPE: the peer had said its last word before it broke the connection.
      else if (this.#broken !== null && this.#broken !== 'EPIPE') broken?.(this.#broken);
      else if (size === 0) ended?.();
      // A read that does not fill the memory has taken all bytes. What comes later is a change that is told.
      if (size <= 0 || (size < readBuffer.length && !ending)) return;
    }
  }
}

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
