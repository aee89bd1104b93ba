import { constants } from 'node:os';
import { libcFunction, succeeded } from './libc.js';
import { unixAddress } from './unix-address.js';

// <sys/socket.h>, as x86-64 and arm64 have it.
const AF_UNIX = 1;
const SOCK_SEQPACKET = 5;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;

const socket = libcFunction('int socket(int domain, int type, int protocol)');
const connect = libcFunction('int connect(int fd, void *address, unsigned int size)');
const bind = libcFunction('int bind(int fd, void *address, unsigned int size)');
const listen = libcFunction('int listen(int fd, int backlog)');
const accept4 = libcFunction('int accept4(int fd, void *address, void *size, int flags)');

/** A unix socket of sequenced packets that never blocks and is not inherited. The caller closes it. */
export function openSeqpacket(): number {
  return succeeded('open a unix socket', socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

/** False while the server's queue of connections is full; throws a SyscallError for any other refusal. */
export function connectSeqpacket(fd: number, path: string): boolean {
  const address = unixAddress(path);
  const result = connect(fd, address, address.length);
  if (wouldBlock(result)) return false;
  succeeded(`connect to ${path}`, result);
  return true;
}

export function listenSeqpacket(fd: number, path: string, backlog: number): void {
  const address = unixAddress(path);
  succeeded(`bind ${path}`, bind(fd, address, address.length));
  succeeded(`listen on ${path}`, listen(fd, backlog));
}

/** The next connection, which never blocks either, or null when none is waiting; throws a SyscallError. */
export function acceptSeqpacket(fd: number): number | null {
  const result = accept4(fd, null, null, SOCK_NONBLOCK | SOCK_CLOEXEC);
  // A client that gave up while it waited is not an error of the server.
  if (wouldBlock(result) || result === -constants.errno.ECONNABORTED) return null;
  return succeeded('accept a connection', result);
}

/** True for the results that say: nothing now, try again. */
export function wouldBlock(result: number): boolean {
  return result === -constants.errno.EAGAIN || result === -constants.errno.EINTR;
}
