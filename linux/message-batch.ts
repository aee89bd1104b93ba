import { libcFunction } from './libc.js';
import { NativeMemory } from './native-memory.js';

// <sys/socket.h>: flags and layouts of 64-bit Linux.
const MSG_NOSIGNAL = 0x4000;
/** struct mmsghdr: a struct msghdr of 56 bytes, and a u32 with the length of what was sent or received. */
const HEADER_SIZE = 64;
const NAME_AT = 0;
const NAME_SIZE_AT = 8;
const VECTOR_AT = 16;
const VECTOR_COUNT_AT = 24;
const LENGTH_AT = 56;
/** struct iovec: where, and how long. */
const VECTOR_SIZE = 16;

const sendmmsg = libcFunction('int sendmmsg(int fd, uintptr_t messages, unsigned int count, int flags)');
const recvmmsg = libcFunction(
  'int recvmmsg(int fd, uintptr_t messages, unsigned int count, int flags, uintptr_t timeout)',
);

/** Messages that are sent, or received, by one system call. Everything that the kernel is told of them stays as it is in memory. */
export class MessageBatch {
  readonly size: number;
  readonly #headers: NativeMemory;
  readonly #words: Uint32Array;
  readonly #addresses: NativeMemory;
  readonly #packets: NativeMemory;
  readonly #addressSize: number;
  readonly #packetSize: number;

  /** Room for `size` messages of at most `packetSize` bytes, from or to addresses of `addressSize`. Throws MGL_LINUX_UNSUPPORTED. */
  constructor(size: number, packetSize: number, addressSize: number) {
    this.size = size;
    this.#packetSize = packetSize;
    this.#addressSize = addressSize;
    this.#headers = new NativeMemory(size * (HEADER_SIZE + VECTOR_SIZE));
    this.#addresses = new NativeMemory(size * addressSize);
    this.#packets = new NativeMemory(size * packetSize);
    const { bytes, address } = this.#headers;
    this.#words = new Uint32Array(bytes.buffer);
    for (let i = 0; i < size; i++) {
      const header = i * HEADER_SIZE;
      const vector = size * HEADER_SIZE + i * VECTOR_SIZE;
      bytes.writeBigUInt64LE(BigInt(this.#addresses.address + i * addressSize), header + NAME_AT);
      bytes.writeUInt32LE(addressSize, header + NAME_SIZE_AT);
      bytes.writeBigUInt64LE(BigInt(address + vector), header + VECTOR_AT);
      bytes.writeUInt32LE(1, header + VECTOR_COUNT_AT);
      bytes.writeBigUInt64LE(BigInt(this.#packets.address + i * packetSize), vector);
      bytes.writeUInt32LE(packetSize, vector + 8);
    }
  }

  /** The bytes of all packets: that of message `i` begins at packetAt(i). */
  get packets(): Buffer {
    return this.#packets.bytes;
  }

  packetAt(i: number): number {
    return i * this.#packetSize;
  }

  /** The bytes of all addresses: that of message `i` begins at addressAt(i). */
  get addresses(): Buffer {
    return this.#addresses.bytes;
  }

  addressAt(i: number): number {
    return i * this.#addressSize;
  }

  /** How many bytes of message `i` were received. */
  length(i: number): number {
    return this.#words[(i * HEADER_SIZE + LENGTH_AT) / 4] ?? 0;
  }

  /** Sends the messages from `from` to `end` - 1: how many were, or the negative errno of the first. */
  send(fd: number, from: number, end: number): number {
    return sendmmsg(fd, this.#headers.address + from * HEADER_SIZE, end - from, MSG_NOSIGNAL);
  }

  /** Receives what waits: how many messages, or a negative errno. The socket must not block. */
  receive(fd: number): number {
    const count = recvmmsg(fd, this.#headers.address, this.size, 0, 0);
    // What the kernel notes with a message is what it takes the next one for.
    for (let i = 0; i < count; i++) {
      const nameSize = (i * HEADER_SIZE + NAME_SIZE_AT) / 4;
      this.#words[nameSize] = this.#addressSize;
    }
    return count;
  }
}
