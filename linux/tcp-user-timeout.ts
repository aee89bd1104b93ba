import type net from 'node:net';
import { descriptorOf } from './descriptor.js';
import { libcFunction, succeeded } from './libc.js';

// <netinet/in.h>, <linux/tcp.h>
const IPPROTO_TCP = 6;
const TCP_USER_TIMEOUT = 18;

const setsockopt = libcFunction(
  'int setsockopt(int fd, int level, int name, void *value, unsigned int size)',
);

/**
 * A connection ends when its peer has not acknowledged for `ms` milliseconds what was sent to it, or has had no room for it
 * (tcp(7), TCP_USER_TIMEOUT); Linux would try for a quarter of an hour. Does nothing when it is closed already. Throws a
 * SyscallError, and MGL_LINUX_UNSUPPORTED.
 */
export function endWhenUnacknowledged(socket: net.Socket, ms: number): void {
  const fd = descriptorOf(socket);
  if (fd === null) return;
  const value = new Uint8Array(Uint32Array.of(ms).buffer);
  succeeded(
    'limit how long a TCP connection waits for its peer',
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, value, value.length),
  );
}
