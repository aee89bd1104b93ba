import type net from 'node:net';
import { descriptorOf } from './descriptor.js';
import { libcFunction } from './libc.js';

// <sys/socket.h>, as x86-64 and arm64 have it.
const SOL_SOCKET = 1;
const SO_LINGER = 13;

const setsockopt = libcFunction(
  'int setsockopt(int fd, int level, int name, void *value, unsigned int size)',
);

/** struct linger: on, 0 seconds. */
const lingerZero = new Uint8Array(Int32Array.of(1, 0).buffer);

/**
 * Whoever closes this connection resets it, so that no port of ours stays in TIME_WAIT (socket(7), SO_LINGER). Node's own reset
 * must not be used below TLS, which crashes Node. Does nothing when it is closed already. Throws MGL_LINUX_UNSUPPORTED.
 */
export function resetOnClose(socket: net.Socket): void {
  const fd = descriptorOf(socket);
  if (fd !== null) setsockopt(fd, SOL_SOCKET, SO_LINGER, lingerZero, lingerZero.length);
}
