import { MaglevError } from '../domain/errors.js';
import type { IpAddress, IpFamily } from '../domain/ip.js';
import { closeDescriptor } from './descriptor.js';
import { attachEchoFilter } from './echo-filter.js';
import { decodeEchoReply, type EchoReply, encodeEchoRequest } from './echo-packet.js';
import { errnoName } from './errno.js';
import { libcFunction, SyscallError, succeeded } from './libc.js';
import { addressFamily, addressIn, emptySocketAddress, socketAddress } from './socket-address.js';

// <sys/socket.h>, <netinet/in.h>, <linux/sock_diag.h>, as x86-64 and arm64 have them.
const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const IPPROTO_ICMP = 1;
const IPPROTO_ICMPV6 = 58;
const MSG_NOSIGNAL = 0x4000;
const SOL_SOCKET = 1;
const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
const SO_SNDBUFFORCE = 32;
const SO_RCVBUFFORCE = 33;
const SO_MEMINFO = 55;
/** The index of SK_MEMINFO_DROPS among the u32 of SO_MEMINFO. */
const DROPS = 8;

const socket = libcFunction('int socket(int domain, int type, int protocol)');
const bind = libcFunction('int bind(int fd, void *address, unsigned int size)');
const sendto = libcFunction(
  'long sendto(int fd, void *data, size_t size, int flags, void *address, unsigned int length)',
);
const recvfrom = libcFunction(
  'long recvfrom(int fd, void *data, size_t size, int flags, void *address, void *length)',
);
const setsockopt = libcFunction(
  'int setsockopt(int fd, int level, int name, void *value, unsigned int size)',
);
const getsockopt = libcFunction('int getsockopt(int fd, int level, int name, void *value, void *size)');

/** Longer than any packet that is sent here, with the longest IPv4 header in front. */
const packetSize = 512;

/** Some thousands of replies may come while the thread is busy. */
const receiveBuffer = 4 * 1024 * 1024;

/**
 * A request to a neighbour that does not answer is held for seconds, some 800 bytes of this, while its address is asked
 * for. The room must be for all neighbours that may be dead, or those that live cannot be asked.
 */
const sendBuffer = 8 * 1024 * 1024;

/** Sends ICMP echo requests and receives the replies to them. Never blocks. */
export interface EchoSocket {
  /** ping: the kernel's own socket for this, which needs no privilege; raw: needs CAP_NET_RAW. */
  readonly kind: 'ping' | 'raw';
  readonly fd: number;
  /** null = sent; otherwise the name of the error, as ENETUNREACH. `sequence` is 0..65535. */
  readonly send: (to: IpAddress, sequence: number, payload: Uint8Array) => string | null;
  /** The next reply that waits, or null. A raw socket may give a reply to another program's request. */
  readonly receive: () => EchoReply | null;
  /** Replies that were lost since the socket was opened because they came faster than they were received. */
  readonly dropped: () => number;
  readonly close: () => void;
}

/**
 * Opens a ping socket where net.ipv4.ping_group_range allows it, otherwise a raw socket. `identifier` (0..65535)
 * marks our requests on a raw socket; on a ping socket the kernel chooses it. Throws MGL_ICMP_PERMISSION when neither
 * is allowed, MGL_LINUX_UNSUPPORTED, or a SyscallError.
 */
export function openEchoSocket(family: IpFamily, source: IpAddress | null, identifier: number): EchoSocket {
  const { kind, fd } = openEither(family);
  try {
    enlarge(fd, 'SO_RCVBUF', SO_RCVBUFFORCE, SO_RCVBUF, receiveBuffer);
    enlarge(fd, 'SO_SNDBUF', SO_SNDBUFFORCE, SO_SNDBUF, sendBuffer);
    if (kind === 'raw') attachEchoFilter(fd, family, identifier);
    if (source !== null) {
      const address = socketAddress(source);
      succeeded(`use ${source} as the source of pings`, bind(fd, address, address.length));
    }
  } catch (thrown) {
    closeDescriptor(fd);
    throw thrown;
  }
  return echoSocket(kind, fd, family, identifier);
}

function openEither(family: IpFamily): { kind: 'ping' | 'raw'; fd: number } {
  const protocol = family === 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
  const flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
  const ping = socket(addressFamily(family), SOCK_DGRAM | flags, protocol);
  if (ping >= 0) return { kind: 'ping', fd: ping };
  const raw = socket(addressFamily(family), SOCK_RAW | flags, protocol);
  if (raw >= 0) return { kind: 'raw', fd: raw };
  const [noPing, noRaw] = [ping, raw].map((result) => new SyscallError('socket', result));
  if (noRaw?.errno !== 'EPERM' && noRaw?.errno !== 'EACCES')
    throw new SyscallError('open an ICMP socket', raw);
  throw new MaglevError(
    'MGL_ICMP_PERMISSION',
    `no ICMPv${family} socket: a ping socket is not allowed by net.ipv4.ping_group_range (${noPing?.errno}), ` +
      `and a raw socket needs CAP_NET_RAW (${noRaw.errno})`,
  );
}

/** As far as we may: `force` needs CAP_NET_ADMIN, `ask` is bounded by net.core.rmem_max or wmem_max. */
function enlarge(fd: number, what: string, force: number, ask: number, bytes: number): void {
  const size = Buffer.from(new ArrayBuffer(4));
  size.writeUInt32LE(bytes);
  const forced = setsockopt(fd, SOL_SOCKET, force, size, size.length);
  if (forced < 0) succeeded(what, setsockopt(fd, SOL_SOCKET, ask, size, size.length));
}

function drops(fd: number): number {
  const values = new Uint32Array(DROPS + 1);
  const size = new Uint32Array([values.byteLength]);
  const memory = new Uint8Array(values.buffer);
  succeeded('SO_MEMINFO', getsockopt(fd, SOL_SOCKET, SO_MEMINFO, memory, new Uint8Array(size.buffer)));
  return values[DROPS] ?? 0;
}

function echoSocket(kind: 'ping' | 'raw', fd: number, family: IpFamily, identifier: number): EchoSocket {
  const memory = Buffer.from(new ArrayBuffer(packetSize));
  const sender = emptySocketAddress(family);
  const senderSize = new Uint32Array(1);
  return {
    kind,
    fd,
    send: (to, sequence, payload) => {
      const packet = encodeEchoRequest(family, identifier, sequence, payload);
      const address = socketAddress(to);
      const result = sendto(fd, packet, packet.length, MSG_NOSIGNAL, address, address.length);
      return result < 0 ? errnoName(result) : null;
    },
    receive: () => {
      for (;;) {
        senderSize[0] = sender.length;
        const size = recvfrom(fd, memory, memory.length, 0, sender, new Uint8Array(senderSize.buffer));
        if (size < 0) return null;
        const packet = memory.subarray(0, size);
        const withIpHeader = kind === 'raw' && family === 4;
        const reply = decodeEchoReply(family, packet, withIpHeader, addressIn(sender));
        if (reply !== null && (kind === 'ping' || reply.identifier === identifier)) return reply;
      }
    },
    dropped: () => drops(fd),
    close: () => closeDescriptor(fd),
  };
}
