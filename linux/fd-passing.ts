import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import type { Clock } from '../protocol/clock.js';
import { receiveDescriptor } from './fd-message.js';
import { SyscallError } from './libc.js';
import { connectSeqpacket, openSeqpacket } from './unix-seqpacket.js';

export interface RequestDescriptorOptions {
  /** A unix socket of type SOCK_SEQPACKET. */
  readonly path: string;
  readonly clock: Clock;
  /** Milliseconds for everything; default 2000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Milliseconds between two looks: doubled from the first to the second. A server that is awake answers within one. */
const FIRST_PAUSE = 1;
const LONGEST_PAUSE = 50;

/**
 * Connects to a server that hands every client one descriptor, and returns it; the caller closes it. Waits without
 * blocking. Rejects with a SyscallError: the refusal of the connection, ENODATA when the server sends no descriptor,
 * ETIMEDOUT when it sends nothing; or with the signal's reason.
 */
export async function requestDescriptor(options: RequestDescriptorOptions): Promise<number> {
  const { path, clock, signal } = options;
  signal?.throwIfAborted();
  const deadline = clock.monotonic() + (options.timeoutMs ?? 2000);
  const socket = openSeqpacket();
  try {
    let connected = false;
    for (let pause = FIRST_PAUSE; ; pause = Math.min(LONGEST_PAUSE, pause * 2)) {
      connected ||= connectSeqpacket(socket, path);
      if (connected) {
        const received = receiveDescriptor(socket);
        if (received.kind === 'descriptor') return received.fd;
        if (received.kind === 'none') throw failure(path, constants.errno.ENODATA);
      }
      const left = deadline - clock.monotonic();
      if (left <= 0) throw failure(path, constants.errno.ETIMEDOUT);
      await elapsed(clock, Math.min(pause, left));
      signal?.throwIfAborted();
    }
  } finally {
    closeSync(socket);
  }
}

function failure(path: string, errno: number): SyscallError {
  return new SyscallError(`receive a descriptor from ${path}`, -errno);
}

function elapsed(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.schedule(ms, resolve));
}
