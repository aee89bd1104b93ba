import type net from 'node:net';
import { descriptorOf } from './descriptor.js';
import { libcFunction, succeeded } from './libc.js';

// <asm-generic/socket.h>, as x86-64 and arm64 have it.
const SOL_SOCKET = 1;
const SO_PEERCRED = 17;

/** struct ucred: pid, uid, gid, 4 bytes each. */
const UCRED_SIZE = 12;
const UCRED_UID = 4;

const getsockopt = libcFunction('int getsockopt(int fd, int level, int name, void *value, void *size)');

/**
 * The user id of the process that connected to a unix socket, as it was at that moment (unix(7), SO_PEERCRED). null: the
 * socket is closed already. Throws a SyscallError, and MGL_LINUX_UNSUPPORTED.
 */
export function uidOfPeer(socket: net.Socket): number | null {
  const fd = descriptorOf(socket);
  if (fd === null) return null;
  const value = new Uint8Array(UCRED_SIZE);
  const size = new Uint8Array(Uint32Array.of(UCRED_SIZE).buffer);
  succeeded(
    'ask who is at the other end of a unix socket',
    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, value, size),
  );
  return new DataView(value.buffer).getUint32(UCRED_UID, true);
}
