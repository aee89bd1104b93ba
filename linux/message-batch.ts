import { libcFunction } from './libc.js';
import { NativeMemory } from './native-memory.js';

// <sys/socket.h>: flags and layouts of 64-bit Linux.
const MSG_NOSIGNAL = 0x4000;
/** struct mmsghdr: a struct msghdr of 56 bytes, and a u32 with the length of what was sent or received. */
const headerSize = 64;
const nameAt = 0;
const nameSizeAt = 8;
const vectorAt = 16;
const vectorCountAt = 24;
const lengthAt = 56;
/** struct iovec: where, and how long. */
const vectorSize = 16;

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
    this.#headers = new NativeMemory(size * (headerSize + vectorSize));
    this.#addresses = new NativeMemory(size * addressSize);
    this.#packets = new NativeMemory(size * packetSize);
    const { bytes, address } = this.#headers;
    this.#words = new Uint32Array(bytes.buffer);
    for (let i = 0; i < size; i++) {
      const header = i * headerSize;
      const vector = size * headerSize + i * vectorSize;
      bytes.writeBigUInt64LE(BigInt(this.#addresses.address + i * addressSize), header + nameAt);
      bytes.writeUInt32LE(addressSize, header + nameSizeAt);
      bytes.writeBigUInt64LE(BigInt(address + vector), header + vectorAt);
      bytes.writeUInt32LE(1, header + vectorCountAt);
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
    return this.#words[(i * headerSize + lengthAt) / 4] ?? 0;
  }

  /** Sends the messages from `from` to `end` - 1: how many were, or the negative errno of the first. */
  send(fd: number, from: number, end: number): number {
    return sendmmsg(fd, this.#headers.address + from * headerSize, end - from, MSG_NOSIGNAL);
  }

  /** Receives what waits: how many messages, or a negative errno. The socket must not block. */
  receive(fd: number): number {
    // What the kernel has noted with the messages before.
    for (let i = 0; i < this.size; i++) this.#words[(i * headerSize + nameSizeAt) / 4] = this.#addressSize;
    return recvmmsg(fd, this.#headers.address, this.size, 0, 0);
  }
}
