import { closeSync } from 'node:fs';
import { libcFunction, SyscallError, succeeded } from './libc.js';
import { unixAddress } from './unix-address.js';
import { wouldBlock } from './unix-seqpacket.js';

// <sys/socket.h>, as x86-64 and arm64 have it.
const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const MSG_NOSIGNAL = 0x4000;

const socket = libcFunction('int socket(int domain, int type, int protocol)');
const sendto = libcFunction(
  'long sendto(int fd, void *buffer, size_t length, int flags, void *address, unsigned int size)',
);

/** Where a service tells the manager that started it how it is. */
export interface NotifySocket {
  /**
   * Sends one datagram of `KEY=value` lines. False: the manager takes none just now; it is dropped. Throws a SyscallError
   * when nobody is there.
   */
  readonly send: (lines: readonly string[]) => boolean;
  readonly close: () => void;
}

/**
 * Opens a datagram socket for sd_notify(3): `address` is a path, or `@` and a name in the abstract namespace, as
 * NOTIFY_SOCKET has it. Throws MGL_LINUX_UNSUPPORTED or a SyscallError.
 */
export function openNotifySocket(address: string): NotifySocket {
  const to = unixAddress(address);
  const fd = succeeded(
    'open a datagram socket',
    socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
  );
  return {
    send: (lines) => {
      const bytes = Buffer.from(lines.join('\n'), 'utf8');
      const result = sendto(fd, bytes, bytes.length, MSG_NOSIGNAL, to, to.length);
      if (wouldBlock(result)) return false;
      if (result < 0) throw new SyscallError(`notify ${address}`, result);
      return true;
    },
    close: () => closeSync(fd),
  };
}
