import { MaglevError } from '../domain/errors.js';
import type { IpAddress, IpFamily } from '../domain/ip.js';
import { closeDescriptor } from './descriptor.js';
import { attachEchoFilter } from './echo-filter.js';
import {
  ECHO_HEADER_SIZE,
  echoReplyAt,
  echoSum,
  numberEchoRequest,
  writeEchoRequest,
} from './echo-packet.js';
import { errnoName, isPending, libcFunction, SyscallError, succeeded } from './libc.js';
import { MessageBatch } from './message-batch.js';
import { NativeMemory } from './native-memory.js';
import { addressFamily, emptySocketAddress, socketAddress } from './socket-address.js';

// <sys/socket.h>, <netinet/in.h>, <linux/sock_diag.h>, as x86-64 and arm64 have them.
const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const IPPROTO_ICMP = 1;
const IPPROTO_ICMPV6 = 58;
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
const setsockopt = libcFunction(
  'int setsockopt(int fd, int level, int name, void *value, unsigned int size)',
);
const getsockopt = libcFunction(
  'int getsockopt(int fd, int level, int name, uintptr_t value, uintptr_t size)',
);

/** The longest IPv4 header, which raw sockets see in front. */
const IP_HEADER_SIZE = 60;

/** Messages that one system call sends or receives, at most. */
const BATCH_SIZE = 64;

/** Some thousands of replies may come while the thread is busy. */
const RECEIVE_BUFFER = 4 * 1024 * 1024;

/**
 * A request to a neighbour that does not answer is held for seconds, some 800 bytes of this, while its address is asked
 * for. The room must be for all neighbours that may be dead, or those that live cannot be asked.
 */
const SEND_BUFFER = 8 * 1024 * 1024;

/** Sends ICMP echo requests and receives the replies to them, many by one call. Never blocks. */
export interface EchoSocket {
  /** ping: the kernel's own socket for this, which needs no privilege; raw: needs CAP_NET_RAW. */
  readonly kind: 'ping' | 'raw';
  readonly fd: number;
  /** Puts down a request to be sent with the next flush(). `to` is a socketAddress(), `sequence` 0..65535. */
  readonly put: (to: Uint8Array, sequence: number) => void;
  /** May no more be put down before a flush()? */
  readonly isFull: () => boolean;
  /** Sends what was put down. `failed` gets the number of each that could not be, and the name of the error, as ENETUNREACH. */
  readonly flush: (failed: (sequence: number, errno: string) => void) => void;
  /** The number of the next reply that waits; -1 = none waits. */
  readonly receive: () => number;
  /** Has the reply that was received last come from there? */
  readonly isFrom: (peer: Uint8Array) => boolean;
  /** Replies that were lost since the socket was opened because they came faster than they were received. */
  readonly dropped: () => number;
  readonly close: () => void;
}

/** What marks requests as ours. */
export interface EchoMark {
  /** 0..65535, on a raw socket; on a ping socket the kernel chooses it. */
  readonly identifier: number;
  readonly payload: Uint8Array;
}

/**
 * Opens a ping socket where net.ipv4.ping_group_range allows it, otherwise a raw socket. Throws MGL_ICMP_PERMISSION when neither
 * is allowed, MGL_LINUX_UNSUPPORTED, or a SyscallError.
 */
export function openEchoSocket(family: IpFamily, source: IpAddress | null, mark: EchoMark): EchoSocket {
  const { kind, fd } = openEither(family);
  try {
    enlarge(fd, 'SO_RCVBUF', SO_RCVBUFFORCE, SO_RCVBUF, RECEIVE_BUFFER);
    enlarge(fd, 'SO_SNDBUF', SO_SNDBUFFORCE, SO_SNDBUF, SEND_BUFFER);
    if (kind === 'raw') attachEchoFilter(fd, family, mark.identifier);
    if (source !== null) {
      const address = socketAddress(source);
      succeeded(`use ${source} as the source of pings`, bind(fd, address, address.length));
    }
  } catch (thrown) {
    closeDescriptor(fd);
    throw thrown;
  }
  return echoSocket(kind, fd, family, mark);
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

/** Reads how many messages were lost on the way into a socket. */
function dropsReader(fd: number): () => number {
  const size = (DROPS + 1) * 4;
  const { bytes, address } = new NativeMemory(size + 4);
  const values = new Uint32Array(bytes.buffer);
  return () => {
    values[DROPS + 1] = size;
    succeeded('SO_MEMINFO', getsockopt(fd, SOL_SOCKET, SO_MEMINFO, address, address + size));
    return values[DROPS] ?? 0;
  };
}

function echoSocket(
  kind: 'ping' | 'raw',
  fd: number,
  family: IpFamily,
  { identifier, payload }: EchoMark,
): EchoSocket {
  const size = ECHO_HEADER_SIZE + payload.length;
  const addressSize = emptySocketAddress(family).length;
  const requests = new MessageBatch(BATCH_SIZE, size, addressSize);
  const replies = new MessageBatch(BATCH_SIZE, size + IP_HEADER_SIZE, addressSize);
  const sequences = new Uint16Array(BATCH_SIZE);
  for (let i = 0; i < BATCH_SIZE; i++) {
    writeEchoRequest(requests.packets, requests.packetAt(i), family, identifier, payload);
  }
  const sum = echoSum(requests.packets, 0, size);
  let closed = false;
  let put = 0;
  let received = 0;
  let next = 0;

  /** The number of the reply in message `i`; -1 = it is none to us. */
  const sequenceOf = (i: number): number => {
    const { packets } = replies;
    const from = replies.packetAt(i);
    const end = from + replies.length(i);
    const at = echoReplyAt(packets, from, end - from, family, kind === 'raw' && family === 4);
    if (at < 0 || end - at !== size) return -1;
    if (kind === 'raw' && packets.readUInt16BE(at + 4) !== identifier) return -1;
    for (let k = 0; k < payload.length; k++) {
      if (packets[at + ECHO_HEADER_SIZE + k] !== payload[k]) return -1;
    }
    return packets.readUInt16BE(at + 6);
  };

  /** Takes what waits, up to a whole batch, and answers how many that are. */
  const receiveMore = (): number => {
    let count = replies.receive(fd);
    // The kernel tells an error of before once, and what waits behind it then.
    if (count < 0 && !isPending(count)) count = replies.receive(fd);
    return Math.max(0, count);
  };

  return {
    kind,
    fd,
    put: (to, sequence) => {
      requests.addresses.set(to, requests.addressAt(put));
      numberEchoRequest(requests.packets, requests.packetAt(put), family, sum, sequence);
      sequences[put] = sequence;
      put++;
    },
    isFull: () => put === BATCH_SIZE,
    flush: (failed) => {
      const end = put;
      put = 0;
      // Whoever hears of a failure may close it; the number of the descriptor may be somebody else's then.
      for (let from = 0; from < end && !closed; ) {
        const sent = requests.send(fd, from, end);
        if (sent < 0) failed(sequences[from] ?? 0, errnoName(sent));
        from += Math.max(1, sent);
      }
    },
    receive: () => {
      while (!closed) {
        if (next === received) {
          // There were no more than these.
          const drained = received > 0 && received < BATCH_SIZE;
          next = 0;
          received = drained ? 0 : receiveMore();
          if (received === 0) return -1;
        }
        const sequence = sequenceOf(next++);
        if (sequence >= 0) return sequence;
      }
      return -1;
    },
    isFrom: (peer) => {
      // Family, port and address; behind that of IPv6 comes the number of a link, which only the kernel knows.
      const at = replies.addressAt(next - 1);
      const [from, to] = family === 4 ? [4, 8] : [8, 24];
      for (let i = from; i < to; i++) if (replies.addresses[at + i] !== peer[i]) return false;
      return true;
    },
    dropped: dropsReader(fd),
    close: () => {
      closed = true;
      closeDescriptor(fd);
    },
  };
}
