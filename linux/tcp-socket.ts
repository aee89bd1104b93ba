import { constants } from 'node:os';
import type { IpAddress, IpFamily } from '../domain/ip.js';
import { closeDescriptor } from './descriptor.js';
import { libcFunction } from './libc.js';
import { NativeMemory } from './native-memory.js';
import { addressFamily, addressIn, emptySocketAddress, socketAddress } from './socket-address.js';

// <sys/socket.h>, <netinet/in.h>, as x86-64 and arm64 have them.
const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_ERROR = 4;
const SO_LINGER = 13;
const IPPROTO_IP = 0;
const IP_BIND_ADDRESS_NO_PORT = 24;
const IPPROTO_TCP = 6;
const TCP_DEFER_ACCEPT = 9;
const MSG_NOSIGNAL = 0x4000;
const IN_PROGRESS = -constants.errno.EINPROGRESS;

const socket = libcFunction('int socket(int domain, int type, int protocol)');
const bind = libcFunction('int bind(int fd, void *address, unsigned int size)');
const connect = libcFunction('int connect(int fd, void *address, unsigned int size)');
/** The same function, for an address that is a number. */
const connectAt = libcFunction('int connect(int fd, uintptr_t address, unsigned int size)');
const getsockname = libcFunction('int getsockname(int fd, void *address, void *size)');
const setsockopt = libcFunction(
  'int setsockopt(int fd, int level, int name, void *value, unsigned int size)',
);
const getsockopt = libcFunction('int getsockopt(int fd, int level, int name, void *value, void *size)');
const send = libcFunction('long send(int fd, void *data, size_t size, int flags)');
const sendAt = libcFunction('long send(int fd, uintptr_t data, size_t size, int flags)');
const recv = libcFunction('long recv(int fd, void *data, size_t size, int flags)');
const recvAt = libcFunction('long recv(int fd, uintptr_t data, size_t size, int flags)');

/** struct linger: on, 0 seconds: close() then resets the connection. */
const lingerZero = int32s(1, 0);
const one = int32s(1);
/** An address of the family AF_UNSPEC, whose size this is. */
let nowhere: NativeMemory | null = null;
const NOWHERE_SIZE = 16;
/** Memory for what the kernel answers, and its size. */
const answer = memoryOf(int32s(0));
const localEnds = { 4: memoryOf(emptySocketAddress(4)), 6: memoryOf(emptySocketAddress(6)) } as const;
const answerSize = memoryOf(int32s(0));

/** Our end of a connection. */
export interface LocalEnd {
  readonly port: number;
  /** To be called before the next localEnd(). */
  readonly address: () => IpAddress;
}

/**
 * A TCP connection that is being made or is there, as a bare descriptor. Never blocks. close() ends it by a reset. All
 * calls answer what the kernel answers: a negative errno for a failure.
 */
export const tcpSocket = {
  /** A new descriptor. */
  open: (family: IpFamily): number => {
    const fd = socket(addressFamily(family), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0) setsockopt(fd, SOL_SOCKET, SO_LINGER, lingerZero, lingerZero.length);
    return fd;
  },

  /** Connects from this address. The port is chosen at connect(), where it must be free for that peer only. */
  bind: (fd: number, source: IpAddress): number => {
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, one, one.length);
    const address = socketAddress(source);
    return bind(fd, address, address.length);
  },

  /**
   * It acknowledges no answer to its SYN before it sends something: whoever it connects to hears of no connection before, and
   * a packet is spared.
   */
  quiet: (fd: number): number => {
    return setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, one, one.length);
  },

  /** Ends its connection by a reset, or gives up making one. The descriptor, its options and its source stay. */
  disconnect: (fd: number): number => {
    nowhere ??= new NativeMemory(NOWHERE_SIZE);
    return connectAt(fd, nowhere.address, NOWHERE_SIZE);
  },

  /** 1 while the connection is being made: its end is told by readiness; 0 = it is there. `peer` is from peerAddress. */
  begin: (fd: number, peer: Uint8Array): number => {
    const result = connect(fd, peer, peer.length);
    return result === IN_PROGRESS ? 1 : result;
  },

  /** The same, to the peer of which so many bytes of a peerAddress are at that address in memory. */
  beginAt: (fd: number, address: number, size: number): number => {
    const result = connectAt(fd, address, size);
    return result === IN_PROGRESS ? 1 : result;
  },

  /** 0 also while the connection is being made: its end is told by readiness. `peer` is from peerAddress. */
  connect: (fd: number, peer: Uint8Array): number => {
    const result = connect(fd, peer, peer.length);
    return result === IN_PROGRESS ? 0 : result;
  },

  /** 0, or the negative errno with which the connection has failed. */
  failure: (fd: number): number => {
    answerSize.view.setUint32(0, answer.bytes.length, true);
    const result = getsockopt(fd, SOL_SOCKET, SO_ERROR, answer.bytes, answerSize.bytes);
    return result < 0 ? result : -answer.view.getInt32(0, true);
  },

  /** The address and port of our end; null if it cannot be told. */
  localEnd: (fd: number, family: IpFamily): LocalEnd | null => {
    const { bytes, view } = localEnds[family];
    answerSize.view.setUint32(0, bytes.length, true);
    if (getsockname(fd, bytes, answerSize.bytes) < 0) return null;
    return { port: view.getUint16(2), address: () => addressIn(bytes) };
  },

  /** The number of bytes taken. */
  send: (fd: number, bytes: Uint8Array): number => send(fd, bytes, bytes.length, MSG_NOSIGNAL),

  /** The same, of so many bytes of native memory. */
  sendAt: (fd: number, address: number, size: number): number => sendAt(fd, address, size, MSG_NOSIGNAL),

  /** The number of bytes received into `memory`; 0 when the peer sends no more. */
  receive: (fd: number, memory: Uint8Array): number => recv(fd, memory, memory.length, 0),

  /** The same, into so many bytes of native memory. */
  receiveAt: (fd: number, address: number, size: number): number => recvAt(fd, address, size, 0),

  close: closeDescriptor,
} as const;

/** What connect() takes. */
export function peerAddress(address: IpAddress, port: number): Uint8Array {
  const memory = socketAddress(address);
  new DataView(memory.buffer).setUint16(2, port);
  return memory;
}

function memoryOf(bytes: Uint8Array) {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}

function int32s(...values: readonly number[]): Uint8Array {
  return new Uint8Array(new Int32Array(values).buffer);
}
