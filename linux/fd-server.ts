import { closeSync, lstatSync, rmSync } from 'node:fs';
import type { Cancel, Clock } from '../protocol/clock.js';
import { sendDescriptor } from './fd-message.js';
import { SyscallError } from './libc.js';
import { type Unwatch, watchReadable } from './readable.js';
import { acceptSeqpacket, connectSeqpacket, listenSeqpacket, openSeqpacket } from './unix-seqpacket.js';

export interface DescriptorServerOptions {
  readonly path: string;
  /** What every client gets. Stays the caller's, and must be open as long as the server. */
  readonly fd: number;
  readonly clock: Clock;
}

export interface DescriptorServer {
  readonly path: string;
  /** Takes no connections for now; clients wait in the queue. */
  readonly suspend: () => void;
  /** Goes on taking connections, first those that wait. */
  readonly resume: () => void;
  /** Ends at once and removes the socket file. */
  readonly close: () => void;
}

/** As VPP has it. */
const BACKLOG = 5;
/** Connections taken in one turn of the event loop. */
const ACCEPTS_PER_TURN = 32;
/** Milliseconds of rest after a failure of accept, such as too many open files. */
const REST_AFTER_FAILURE = 200;
/** Owner and group may connect, as VPP has it. */
const SOCKET_UMASK = 0o002;

/**
 * Listens on a SOCK_SEQPACKET unix socket and sends every client one message of zero bytes with the descriptor, then
 * closes the connection. Sleeps in the event loop between clients. Replaces the socket file of a dead process; throws
 * a SyscallError, EADDRINUSE if a live one listens or the path is something else.
 */
export function serveDescriptor(options: DescriptorServerOptions): DescriptorServer {
  const { path, fd, clock } = options;
  const listener = listenOn(path);
  let state: 'open' | 'suspended' | 'closed' = 'open';
  let unwatch: Unwatch = () => undefined;
  let cancelRest: Cancel = () => undefined;

  const serve = (): void => {
    try {
      for (let i = 0; i < ACCEPTS_PER_TURN; i++) {
        const client = acceptSeqpacket(listener);
        if (client === null) return;
        handOver(client, fd);
      }
    } catch (thrown) {
      if (!(thrown instanceof SyscallError)) throw thrown;
      // The connection still waits and the listener stays readable, so watching on would never rest.
      unwatch();
      cancelRest = clock.schedule(REST_AFTER_FAILURE, watch);
    }
  };
  const watch = (): void => {
    unwatch = watchReadable(listener, serve);
  };
  const pause = (): void => {
    unwatch();
    cancelRest();
  };

  watch();
  return {
    path,
    suspend: () => {
      if (state !== 'open') return;
      state = 'suspended';
      pause();
    },
    resume: () => {
      if (state !== 'suspended') return;
      state = 'open';
      watch();
    },
    close: () => {
      if (state === 'closed') return;
      state = 'closed';
      pause();
      closeSync(listener);
      rmSync(path, { force: true });
    },
  };
}

/** A client that has gone meanwhile is no matter. */
function handOver(client: number, fd: number): void {
  try {
    sendDescriptor(client, fd);
  } catch (thrown) {
    if (!(thrown instanceof SyscallError)) throw thrown;
  } finally {
    closeSync(client);
  }
}

function listenOn(path: string): number {
  const listener = openSeqpacket();
  const before = process.umask(SOCKET_UMASK);
  try {
    if (isLeftover(path)) rmSync(path);
    listenSeqpacket(listener, path, BACKLOG);
    return listener;
  } catch (thrown) {
    closeSync(listener);
    throw thrown;
  } finally {
    process.umask(before);
  }
}

/** Whether this is the socket of a process that is dead. */
function isLeftover(path: string): boolean {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() !== true) return false;
  const probe = openSeqpacket();
  try {
    connectSeqpacket(probe, path);
    return false;
  } catch (thrown) {
    return thrown instanceof SyscallError && thrown.errno === 'ECONNREFUSED';
  } finally {
    closeSync(probe);
  }
}
